"""What a decoder saw in a picture: an engine's sighting, and the code that the cascade accepts."""

from dataclasses import dataclass

import numpy as np

from edge.codes.symbology import Symbology

Gray = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
Corners = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Detection:
    """One engine's reading of one code, not yet believed.

    `data` as in `BelievedCode`; `corners` are four points in pixels of the picture that the engine got.
    `lines` is the number of scan lines that agreed (ZBar's quality), 0 if the engine does not count them.
    """

    symbology: Symbology
    aim: str
    data: bytes
    corners: Corners
    engine: str
    lines: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class BelievedCode:
    """A code that was read and is believed.

    `data` holds the bytes as in the code (FNC1 as 0x1d); EAN and UPC as the printed ASCII digits (UPC-A 12 digits,
    UPC-E 8 with number system and check digit). `corners` are four points in frame pixels; `stage` names the stage of
    the cascade that read it. `sure` is False if only one engine read it and its symbology is often misread: a live
    camera then waits for a second frame (see `temporal_dedup`).
    """

    symbology: Symbology
    aim: str
    data: bytes
    corners: Corners
    stage: str
    sure: bool = True
