"""A reading as text with what the reader reported about it: the one value that every rule gets."""

from dataclasses import dataclass

from edge.codes.symbology import Symbology

GS = "\x1d"  # what readers send for FNC1 between element strings


@dataclass(frozen=True, slots=True, kw_only=True)
class RawCode:
    """`text` keeps GS as 0x1D; `gs1` is true only if the reader reported it, by AIM id or a leading FNC1."""

    text: str
    symbology: Symbology | None
    aim: str | None
    gs1: bool


def is_digits(text: str) -> bool:
    """Non-empty ASCII digits only; `str.isdigit` alone also accepts full-width and superscript digits."""
    return text.isascii() and text.isdigit()
