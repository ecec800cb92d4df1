"""GS1's separator: a scanner's substitute becomes 0x1D, but only in a GS1 code; and a missing separator is detected."""

import re

from edge.codes import aim_identifiers as identifiers
from edge.codes.gs1.application_identifiers import ai_at
from edge.codes.raw_code import GS

# General Specifications figure 7.11-1: the characters of element strings. No space, no `|`, `^`, `{` or `~`.
_ELEMENTS = re.compile(r"[!\"%-?A-Z_a-z]+", re.ASCII)


def with_separators(data: bytes, aim: str | None, stand_in: str | None) -> bytes:
    """`data` with GS in place of the scanner's `stand_in` for it.

    A `|` in a web address is a `|`. It is a separator only if the scanner reports that the code is GS1 (its AIM identifier),
    or if the code has the form of GS1: an AI after every separator.
    """
    if not stand_in or stand_in.encode() not in data:
        return data
    made = data.replace(stand_in.encode(), GS.encode())
    return made if aim in identifiers.GS1_IDENTIFIERS or _is_built_like_gs1(made.decode("latin-1")) else data


def lacks_separator(data: bytes, aim: str | None) -> bool:
    """Whether a reader reported that a code is GS1 (its AIM identifier) but sent none of GS1's separators with it."""
    return aim in identifiers.GS1_IDENTIFIERS and GS.encode() not in data


def _is_built_like_gs1(text: str) -> bool:
    """Whether each part between separators begins with an AI, and holds only characters of element strings."""
    pieces = text.strip(GS).split(GS)
    return all(_ELEMENTS.fullmatch(piece) and ai_at(piece, 0) is not None for piece in pieces)
