"""A reading as text with what the reader said about it: the one value every rule looks at."""

from dataclasses import dataclass

from edge.codes.symbology import Symbology

GS = "\x1d"  # what readers send for FNC1 between element strings


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """`text` keeps GS as 0x1D; `gs1` is true only where the reader said so by AIM id or a leading FNC1."""

    text: str
    symbology: Symbology | None
    aim: str | None
    gs1: bool


def is_digits(text: str) -> bool:
    """Non-empty ASCII digits only; `str.isdigit` alone also takes full-width and superscript ones."""
    return text.isascii() and text.isdigit()
