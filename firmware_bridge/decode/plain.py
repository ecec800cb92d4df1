"""The decoder as a plain callable, picture in and (format, text) out, as tools that compare decoders want it."""

import re
from collections.abc import Callable

from firmware_bridge.decode.found import Found, Gray
from firmware_bridge.decode.ladder import Decoder, DecodeSettings
from firmware_bridge.decode.trust import MATRIX

Plain = Callable[[Gray], list[tuple[str, str]]]

ENCODINGS = ("utf-8", "cp932", "gb18030")  # what a QR code in Japan holds; anything else is shown byte by byte
# One or two half-width kana are no word but some other encoding's letter (zxing-cpp guesses so, too), and nobody
# prints characters of their own.
UNLIKELY = re.compile("(?<![｡-ﾟ])[｡-ﾟ]{1,2}(?![｡-ﾟ])|[\ue000-\uf8ff]")


def live() -> Plain:
    """As the bridge reads a frame the gate let through and that stands still."""
    decoder = Decoder()
    return lambda gray: [(str(f.symbology), text(f)) for f in decoder.read(gray, deep=True)]


def patient() -> Plain:
    """As a still picture is read."""
    decoder = Decoder(DecodeSettings(patient=True))
    return lambda gray: [(str(f.symbology), text(f)) for f in decoder.read(gray)]


def text(found: Found) -> str:
    """A guess at the text of a code, for eyes only: what a code means is for `edge.codes` to say."""
    if found.symbology in MATRIX:
        for encoding in ENCODINGS:
            try:
                guess = found.data.decode(encoding)
            except UnicodeDecodeError:
                continue
            if encoding != "cp932" or not UNLIKELY.search(guess):
                return guess
    return found.data.decode("latin-1")
