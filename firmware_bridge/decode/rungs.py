"""The rungs of the ladder, as one table: which engine looks at which picture, and when."""

from dataclasses import dataclass
from enum import IntEnum

from firmware_bridge.decode.picture import (
    Step,
    as_it_is,
    blurred_along,
    brightened,
    contrasted,
    evened,
    in_turn,
    inverted,
    scaled,
    sharpened,
    smoothed,
    tilted,
)


class Depth(IntEnum):
    """How far down the ladder a look goes."""

    LIVE = 1  # every frame the gate lets through
    DEEP = 2  # something was found but not read, or the scene stands still
    PATIENT = 3  # a still picture: there will be no better frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One engine on one picture."""

    name: str
    picture: str
    step: Step
    engine: str
    depth: Depth


def _rung(depth: Depth, engine: str, picture: str) -> Rung:
    return Rung(name=f"{engine}, {picture}", picture=picture, step=STEPS[picture], engine=engine, depth=depth)


STEPS: dict[str, Step] = {
    "as it is": as_it_is,
    "a third": scaled(0.35),
    "half": scaled(0.5),
    "half, smoother": in_turn(scaled(0.5), smoothed(1.0)),
    "smaller": scaled(0.7),
    "larger": scaled(1.5),
    "double": scaled(2.0),
    "squeezed": scaled(1.0, 0.33),
    "blurred along": blurred_along(9),
    "darker": brightened(2.0),
    "lighter": brightened(0.5),
    "sharper": sharpened(2.0, 2.0),
    "much sharper": sharpened(4.0, 3.0),
    "smoother": smoothed(1.0),
    "contrast": contrasted,
    "contrast, double": in_turn(contrasted, scaled(2.0)),
    "double, sharper": in_turn(scaled(2.0), sharpened(3.0, 3.0)),
    "inverted": inverted,
    "even": evened,
    "tilted 4": tilted(4.0),
    "tilted 15": tilted(15.0),
    "tilted 30": tilted(30.0),
    "tilted 45": tilted(45.0),
}

# The order is what reads most for its time on photographs and synthetic frames alike, each symbology counted the same.
LADDER: tuple[Rung, ...] = (
    _rung(Depth.LIVE, "zxing quick", "as it is"),
    _rung(Depth.LIVE, "opencv bars", "darker"),
    _rung(Depth.LIVE, "zxing", "half"),
    _rung(Depth.LIVE, "zbar", "squeezed"),
    _rung(Depth.DEEP, "zxing global", "even"),
    _rung(Depth.DEEP, "zxing", "as it is"),
    _rung(Depth.DEEP, "zxing global", "inverted"),
    _rung(Depth.DEEP, "zxing", "smoother"),
    _rung(Depth.DEEP, "zbar", "half"),
    _rung(Depth.DEEP, "opencv bars", "half"),
    _rung(Depth.DEEP, "zbar", "blurred along"),
    _rung(Depth.DEEP, "zxing", "larger"),
    _rung(Depth.DEEP, "zxing global", "contrast"),
    _rung(Depth.DEEP, "opencv bars", "as it is"),
    _rung(Depth.DEEP, "zxing global", "contrast, double"),
    _rung(Depth.DEEP, "zxing global", "tilted 45"),
    _rung(Depth.DEEP, "zbar", "as it is"),
    _rung(Depth.PATIENT, "zbar", "tilted 45"),
    _rung(Depth.PATIENT, "opencv bars", "sharper"),
    _rung(Depth.PATIENT, "zxing", "double, sharper"),
    _rung(Depth.PATIENT, "zxing", "tilted 4"),
    _rung(Depth.PATIENT, "zxing", "a third"),
    _rung(Depth.PATIENT, "zxing", "half, smoother"),
    _rung(Depth.PATIENT, "zxing", "smaller"),
    _rung(Depth.PATIENT, "zxing", "darker"),
    _rung(Depth.PATIENT, "zxing", "lighter"),
    _rung(Depth.PATIENT, "zbar", "much sharper"),
    _rung(Depth.PATIENT, "zbar", "inverted"),
    _rung(Depth.PATIENT, "zbar", "darker"),
    _rung(Depth.PATIENT, "opencv bars", "contrast, double"),
    _rung(Depth.PATIENT, "zbar", "tilted 15"),
    _rung(Depth.PATIENT, "zbar", "tilted 30"),
    _rung(Depth.PATIENT, "zxing", "tilted 30"),
    _rung(Depth.PATIENT, "zxing", "tilted 15"),
    _rung(Depth.PATIENT, "zbar", "double"),
    _rung(Depth.PATIENT, "opencv qr", "as it is"),
    _rung(Depth.PATIENT, "opencv qr", "half"),
    _rung(Depth.PATIENT, "opencv qr", "larger"),
)

# Small changes that leave a true code as it is and make a misread fall apart: on the photographs at hand no text that
# zxing-cpp misread survived both a tilt of 4 degrees and a change of size by a tenth.
SHAKES: dict[str, Step] = {
    "": as_it_is,
    ", tilted": tilted(4.0),
    ", a tenth larger": scaled(1.12),
    ", a tenth smaller": scaled(0.9),
    ", tilted back": tilted(-3.0),
}

# Who looks again at what was claimed, cheapest first; the place is known, so a quick look of zxing-cpp will do.
AGAIN: tuple[tuple[str, str], ...] = (
    ("zxing quick", ", tilted"),
    ("zxing quick", ", a tenth larger"),
    ("zbar", ""),
    ("zxing quick", ", a tenth smaller"),
    ("opencv bars", ""),
    ("zbar", ", tilted"),
    ("zbar", ", a tenth larger"),
    ("opencv bars", ", tilted"),
    ("opencv bars", ", a tenth larger"),
    ("zbar", ", a tenth smaller"),
    ("opencv bars", ", a tenth smaller"),
    ("zxing quick", ", tilted back"),
    ("zbar", ", tilted back"),
)

# The same for a matrix code only OpenCV has read.
AGAIN_MATRIX: tuple[tuple[str, str], ...] = (
    ("zbar", ""),
    ("opencv qr", ", tilted"),
    ("opencv qr", ", a tenth larger"),
    ("opencv qr", ", a tenth smaller"),
)
