"""What a decoder saw in a picture: an engine's sighting, and the code the ladder stands behind."""

from dataclasses import dataclass

import numpy as np

from edge.codes.symbology import Symbology

Gray = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
Corners = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sighting:
    """One engine's word on one code: not yet believed.

    `data` as in `Found`; `corners` are four points in pixels of the picture the engine was given.
    `lines` is how many scan lines agreed (ZBar's quality), 0 when the engine does not count them.
    """

    symbology: Symbology
    aim: str
    data: bytes
    corners: Corners
    engine: str
    lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A code that was read and is believed.

    `data` holds the bytes as in the code (FNC1 as 0x1d); EAN and UPC as the ASCII digits printed (UPC-A 12 digits,
    UPC-E 8 with number system and check digit). `corners` are four points in frame pixels, `rung` names the step of
    the ladder that read it. `sure` is False when only one engine stands behind a symbology that misreads: a live
    camera then waits for a second frame (see `held`).
    """

    symbology: Symbology
    aim: str
    data: bytes
    corners: Corners
    rung: str
    sure: bool = True
