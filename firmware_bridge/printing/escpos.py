"""ESC/POS as it is needed: a picture as raster bands, a cut, and what a printer answers (Epson's command reference).

Thirty lines of our own: python-escpos is alive, but brings five more packages and text commands that print no kanji.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image

from edge.features.printing.printer_fault import PrinterFault

INITIALISE = b"\x1b@"  # ESC @
FEED_AND_CUT = b"\x1dVB\x40"  # GS V 66 n: 64 dots on, so that the last line is past the knife, and a partial cut
ASK_OFFLINE_CAUSE = b"\x10\x04\x02"  # DLE EOT n is answered at once, before what is still in the buffer
ASK_ERROR_CAUSE = b"\x10\x04\x03"
ASK_PAPER = b"\x10\x04\x04"
ASK_WHEN_DONE = b"\x1dr\x01"  # GS r 1 is answered in its turn: what came before it has been printed
BAND_ROWS = 64  # rows of one GS v 0: 4.6 KB on wide paper, near the buffer of small printers
MAX_RASTER_ROW_BYTES = 104  # bytes of a row on the widest paper, 112 mm
# After a job that broke off in the middle of a band: white for the rest of that band (a printer ignores further zeros), and a
# cut, so that half a label is no part of the next one.
ABORT_SEQUENCE = (bytes(MAX_RASTER_ROW_BYTES * BAND_ROWS), INITIALISE, FEED_AND_CUT)
FLOW_CONTROL = b"\x11\x13"  # XON, XOFF of a serial line: no answers
# A printer looks for DLE commands in pictures too: this would ask it for its state, or open a drawer.
_DLE_COMMANDS = (b"\x10\x04", b"\x10\x05", b"\x10\x14")


@dataclass(frozen=True, slots=True)
class StatusQuery:
    """A real-time question, and what each bit of the answer's byte means."""

    ask: bytes
    faults: tuple[tuple[int, PrinterFault], ...]


STATUS_QUERIES = (
    StatusQuery(ASK_OFFLINE_CAUSE, ((0x04, PrinterFault.COVER_OPEN),)),
    StatusQuery(ASK_PAPER, ((0x60, PrinterFault.PAPER_OUT),)),
    StatusQuery(ASK_ERROR_CAUSE, ((0x08, PrinterFault.JAM), (0x64, PrinterFault.BROKEN))),
)


def encode_picture(picture: Image.Image) -> Iterator[bytes]:
    """The bytes that print a picture of one bit a dot and cut the paper, in pieces between which its state may be asked for."""
    yield INITIALISE
    for top in range(0, picture.height, BAND_ROWS):
        yield _band(picture.crop((0, top, picture.width, min(top + BAND_ROWS, picture.height))))
    yield FEED_AND_CUT


def _band(band: Image.Image) -> bytes:
    """GS v 0: one byte is eight dots of a row, the left one its highest bit; 1 is black, where Pillow's 1 is white."""
    across = (band.width + 7) // 8
    whole = Image.new("1", (8 * across, band.height), 1)
    whole.paste(band, (0, 0))
    data = bytes(byte ^ 0xFF for byte in whole.tobytes())
    for command in _DLE_COMMANDS:
        data = data.replace(command, b"\x11" + command[1:])  # one dot more is black
    return b"\x1dv0\x00" + across.to_bytes(2, "little") + band.height.to_bytes(2, "little") + data


def is_state(answer: int) -> bool:
    """Whether a byte is an answer to DLE EOT: four of its bits are always the same."""
    return answer & 0x93 == 0x12


def is_done(answer: int) -> bool:
    """Whether a byte is the answer to GS r 1."""
    return answer & 0x90 == 0x00


def fault_in(question: StatusQuery, answer: int) -> PrinterFault | None:
    """What an answer says is wrong, or None."""
    return next((fault for bits, fault in question.faults if answer & bits), None)
