"""The names of the bar and matrix codes that a shop uses, and the AIM identifiers that scanners send for them."""

from enum import StrEnum


class Symbology(StrEnum):
    """One name per symbology, used from the decoder to the database."""

    EAN13 = "ean13"
    EAN8 = "ean8"
    UPCA = "upca"
    UPCE = "upce"
    EAN2 = "ean2"
    EAN5 = "ean5"
    CODE128 = "code128"
    CODE39 = "code39"
    CODE93 = "code93"
    ITF = "itf"
    CODABAR = "codabar"
    DATABAR = "databar"
    DATABAR_LIMITED = "databar_limited"
    DATABAR_EXPANDED = "databar_expanded"
    QR = "qr"
    MICRO_QR = "micro_qr"
    DATAMATRIX = "datamatrix"
    PDF417 = "pdf417"
    AZTEC = "aztec"


# ISO/IEC 15424: the letter after ']' names the symbology. The modifier after it says more
# (]E4 is EAN-8, ]C1 is GS1-128).
_BY_AIM_LETTER = {
    "E": Symbology.EAN13,
    "C": Symbology.CODE128,
    "A": Symbology.CODE39,
    "G": Symbology.CODE93,
    "I": Symbology.ITF,
    "F": Symbology.CODABAR,
    "e": Symbology.DATABAR,
    "Q": Symbology.QR,
    "d": Symbology.DATAMATRIX,
    "L": Symbology.PDF417,
    "z": Symbology.AZTEC,
}


def from_aim(aim: str) -> Symbology | None:
    """`]E4` -> EAN8, `]C1` -> CODE128; None for an identifier without a name here."""
    if aim == "]E4":
        return Symbology.EAN8
    return _BY_AIM_LETTER.get(aim[1:2])
