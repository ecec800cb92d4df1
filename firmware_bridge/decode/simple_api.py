"""The decoder as a plain callable, picture in and (format, text) out, for tools that compare decoders."""

import re
from collections.abc import Callable

from firmware_bridge.decode.cascade import Decoder, DecodeSettings
from firmware_bridge.decode.detection import BelievedCode, Gray
from firmware_bridge.decode.symbology_kinds import MATRIX_CODES

SimpleReader = Callable[[Gray], list[tuple[str, str]]]

QR_ENCODINGS = ("utf-8", "cp932", "gb18030")  # what a QR code in Japan holds; anything else is shown byte by byte
# One or two half-width kana are most often a letter of another encoding (zxing-cpp guesses the same), and private-use
# characters are never printed.
UNLIKELY_TEXT = re.compile("(?<![｡-ﾟ])[｡-ﾟ]{1,2}(?![｡-ﾟ])|[\ue000-\uf8ff]")


def frame_reader() -> SimpleReader:
    """As the bridge reads a frame that the gate let through and whose scene is still."""
    decoder = Decoder()
    return lambda gray: [(str(f.symbology), guess_text(f)) for f in decoder.read(gray, deep=True)]


def still_picture_reader() -> SimpleReader:
    """As a still picture is read."""
    decoder = Decoder(DecodeSettings(patient=True))
    return lambda gray: [(str(f.symbology), guess_text(f)) for f in decoder.read(gray)]


def guess_text(found: BelievedCode) -> str:
    """A guess at the text of a code, only for display: `edge.codes` says what a code means."""
    if found.symbology in MATRIX_CODES:
        for encoding in QR_ENCODINGS:
            try:
                guess = found.data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if encoding != "cp932" or not UNLIKELY_TEXT.search(guess):
                return guess
    return found.data.decode("latin-1")
