"""The stages of the cascade, as one table: which engine looks at which picture, and when."""

from dataclasses import dataclass
from enum import IntEnum, StrEnum

from firmware_bridge.decode.preprocess import (
    Step,
    as_it_is,
    averaged_down,
    background_removed,
    blurred_along,
    brightened,
    chain_steps,
    contrasted,
    inverted,
    scaled,
    sharpened,
    sharpened_across,
    smoothed,
    tilted,
)


class CascadeDepth(IntEnum):
    """How many stages of the cascade a look may run."""

    LIVE = 1  # every frame that the gate lets through
    DEEP = 2  # something was found but not read, or the scene is still
    PATIENT = 3  # a still picture: there will be no better frame


class FrameArea(StrEnum):
    """What a stage looks at; the names of pictures that are not of the whole frame begin with it."""

    WHOLE = "whole"
    UPRIGHT = "upright"  # each place of stripes, found and turned upright by `evidence/stripes`
    FREED = "freed"  # each QR code, cut free of what is printed beside it, by `finder_patterns`


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """One stage: one engine on one picture, made of each place of that kind in the frame."""

    name: str
    picture: str
    step: Step
    engine: str
    depth: CascadeDepth
    place: FrameArea


def _stage(depth: CascadeDepth, engine: str, picture: str) -> Stage:
    place = next((place for place in FrameArea if picture.startswith(place)), FrameArea.WHOLE)
    return Stage(
        name=f"{engine}, {picture}",
        picture=picture,
        step=PREPROCESSING[picture],
        engine=engine,
        depth=depth,
        place=place,
    )


PREPROCESSING: dict[str, Step] = {
    "as it is": as_it_is,
    "a third": scaled(0.35),
    "half": scaled(0.5),
    "half, smoother": chain_steps(scaled(0.5), smoothed(1.0)),
    "smaller": scaled(0.7),
    "larger": scaled(1.5),
    "squeezed": scaled(1.0, 0.33),
    "blurred along": blurred_along(9),
    "darker": brightened(2.0),
    "lighter": brightened(0.5),
    "sharper": sharpened(2.0, 2.0),
    "much sharper": sharpened(4.0, 3.0),
    "smoother": smoothed(1.0),
    "contrast": contrasted,
    "contrast, double": chain_steps(contrasted, scaled(2.0)),
    "double, sharper": chain_steps(scaled(2.0), sharpened(3.0, 3.0)),
    "inverted": inverted,
    "even": background_removed,
    "upright": chain_steps(averaged_down(1 / 6), sharpened_across(3.0, 4.0)),
    "upright, softer": chain_steps(averaged_down(1 / 6), sharpened_across(2.0, 2.0)),
    "upright, even": chain_steps(averaged_down(1 / 6), background_removed, sharpened_across(2.0, 2.0)),
    "freed": as_it_is,
    "freed, sharper": sharpened(3.0, 2.0),
    "tilted 4": tilted(4.0),
    "tilted 15": tilted(15.0),
    "tilted 30": tilted(30.0),
    "tilted 45": tilted(45.0),
}

# The order reads most for its time, on photographs and synthetic frames alike, with each symbology counted the same.
# Places are small: stages on places alone come before another stage on the whole frame.
CASCADE: tuple[Stage, ...] = (
    _stage(CascadeDepth.LIVE, "zxing quick", "as it is"),
    _stage(CascadeDepth.LIVE, "zxing quick", "upright"),
    _stage(CascadeDepth.LIVE, "zxing quick", "upright, even"),
    _stage(CascadeDepth.LIVE, "zxing quick", "freed, sharper"),
    _stage(CascadeDepth.LIVE, "zxing", "half"),
    _stage(CascadeDepth.LIVE, "opencv bars", "upright"),
    _stage(CascadeDepth.LIVE, "opencv bars", "darker"),
    _stage(CascadeDepth.LIVE, "zbar", "squeezed"),
    _stage(CascadeDepth.DEEP, "zbar", "freed"),
    _stage(CascadeDepth.DEEP, "zxing quick", "upright, softer"),
    _stage(CascadeDepth.DEEP, "zxing global", "even"),
    _stage(CascadeDepth.DEEP, "zxing", "as it is"),
    _stage(CascadeDepth.DEEP, "zxing global", "inverted"),
    _stage(CascadeDepth.DEEP, "zxing", "smoother"),
    _stage(CascadeDepth.DEEP, "zbar", "half"),
    _stage(CascadeDepth.DEEP, "opencv bars", "half"),
    _stage(CascadeDepth.DEEP, "zbar", "blurred along"),
    _stage(CascadeDepth.DEEP, "zxing", "larger"),
    _stage(CascadeDepth.DEEP, "zxing global", "contrast"),
    _stage(CascadeDepth.DEEP, "opencv bars", "as it is"),
    _stage(CascadeDepth.DEEP, "zxing global", "contrast, double"),
    _stage(CascadeDepth.DEEP, "zxing global", "tilted 45"),
    _stage(CascadeDepth.DEEP, "zbar", "as it is"),
    _stage(CascadeDepth.PATIENT, "zbar", "tilted 45"),
    _stage(CascadeDepth.PATIENT, "opencv bars", "sharper"),
    _stage(CascadeDepth.PATIENT, "zxing", "double, sharper"),
    _stage(CascadeDepth.PATIENT, "zxing", "tilted 4"),
    _stage(CascadeDepth.PATIENT, "zxing", "a third"),
    _stage(CascadeDepth.PATIENT, "zxing", "half, smoother"),
    _stage(CascadeDepth.PATIENT, "zxing", "smaller"),
    _stage(CascadeDepth.PATIENT, "zxing", "darker"),
    _stage(CascadeDepth.PATIENT, "zxing", "lighter"),
    _stage(CascadeDepth.PATIENT, "zbar", "much sharper"),
    _stage(CascadeDepth.PATIENT, "zbar", "inverted"),
    _stage(CascadeDepth.PATIENT, "zbar", "darker"),
    _stage(CascadeDepth.PATIENT, "opencv bars", "contrast, double"),
    _stage(CascadeDepth.PATIENT, "zbar", "tilted 15"),
    _stage(CascadeDepth.PATIENT, "zbar", "tilted 30"),
    _stage(CascadeDepth.PATIENT, "zxing", "tilted 30"),
    _stage(CascadeDepth.PATIENT, "zxing", "tilted 15"),
    _stage(CascadeDepth.PATIENT, "opencv qr", "as it is"),
)

# Small changes that leave a true code as it is and make a misread fall apart: on our test photographs no text that zxing-cpp
# misread survived both a tilt of 4 degrees and a change of size by a tenth.
VARIATIONS: dict[str, Step] = {
    "": as_it_is,
    ", tilted": tilted(4.0),
    ", a tenth larger": scaled(1.12),
    ", a tenth smaller": scaled(0.9),
    ", tilted back": tilted(-3.0),
}

# The engines that look again at a claim, cheapest first; the place is known, so a quick look of zxing-cpp is enough.
SECOND_READINGS: tuple[tuple[str, str], ...] = (
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

# The same for a matrix code that only OpenCV has read.
SECOND_MATRIX_READINGS: tuple[tuple[str, str], ...] = (
    ("zbar", ""),
    ("opencv qr", ", tilted"),
    ("opencv qr", ", a tenth larger"),
    ("opencv qr", ", a tenth smaller"),
)
