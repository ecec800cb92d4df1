"""What scanners end a code with, and splitting a run of bytes into scans by such an end."""

import re
from enum import StrEnum

from edge.codes import aim_identifiers as identifiers
from edge.codes.completeness import is_probably_complete
from firmware_bridge.framing.framing import ETX, LINE_ENDS


class Terminator(StrEnum):
    """What a scanner ends a code with."""

    LINE = "line"  # CR, LF or both
    TAB = "tab"
    ETX = "stx"  # an STX before the code may come with it
    SILENCE = "idle"


TERMINATOR_BYTES = {Terminator.LINE: LINE_ENDS, Terminator.TAB: b"\t", Terminator.ETX: bytes([ETX])}
TERMINATOR_PATTERNS = {end: re.compile(b"[%s]+" % re.escape(ends)) for end, ends in TERMINATOR_BYTES.items()}

# A line that is a code by itself, and no line of a business card: a number, NW-7 with its letters, capitals and digits with
# or without hyphens (Code 39), our own code, an address, a token. As in ui/static/js/scan-text.js.
_ALONE = re.compile(
    rb"[0-9]+|[A-ENT*a-ent][0-9$:/.+-]{3,}[A-ENT*a-ent]|(?=(?:[^0-9]*[0-9]){3})[0-9A-Z*][0-9A-Z./$+%*_-]{3,}"
    rb"|(?:noren:|https?://)[!-~]+|eyJ[!-~]+"
)


def is_single_scan(line: bytes) -> bool:
    """Whether a line is what a shop scans, and hardly one of several in a QR code."""
    return bool(_ALONE.fullmatch(line)) or is_probably_complete(line)


def terminator_of(run: bytes) -> Terminator | None:
    """The end of a run of bytes; None if it has no end that scanners use."""
    if run.rstrip(LINE_ENDS).endswith(TERMINATOR_BYTES[Terminator.ETX]):
        return Terminator.ETX
    return next((end for end, ends in TERMINATOR_BYTES.items() if run[-1:] and run[-1] in ends), None)


def split_scans(run: bytes, end: Terminator, *, aim: bool) -> list[bytes]:
    """The scans in a run that ends with `end`: usually one; more if the line was read late, or if a scanner sends several codes
    of a label together.

    Then each begins with its AIM identifier, or is what a shop scans, line by line: no QR code with lines is like that.
    """
    pieces = [bare for piece in TERMINATOR_PATTERNS[end].split(run) if (bare := piece.lstrip(LINE_ENDS))]
    if len(pieces) < 2:
        return pieces
    if aim and identifiers.leading_identifier(pieces[0]):
        return _from_identifiers(run, end)
    if end is Terminator.ETX or all(map(is_single_scan, pieces)):
        return pieces
    return [_without(run, end)]


def _from_identifiers(run: bytes, end: Terminator) -> list[bytes]:
    """Cut before an AIM identifier that comes directly after an end."""
    found: list[bytes] = []
    at = 0
    for cut in TERMINATOR_PATTERNS[end].finditer(run):
        if cut.end() == len(run) or identifiers.leading_identifier(run[cut.end() :]):
            found.append(run[at : cut.start()])
            at = cut.end()
    return found


def _without(run: bytes, end: Terminator) -> bytes:
    return run[:-1] if end is Terminator.TAB else run.rstrip(LINE_ENDS)
