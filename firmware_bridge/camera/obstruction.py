"""Whether a camera sees anything at all: a dark or covered lens is detected, but only if it lasts."""

from dataclasses import dataclass

import numpy as np

from firmware_bridge.camera.motion_gate import Gray, thumbnail
from firmware_bridge.devices.events import DeviceFault

CHECK_INTERVAL_S = 1.0  # seconds between two looks
REPORTED_AFTER_S = 10.0  # seconds it must last: a hand before the lens, or a lamp being changed, is not reported
BLACK_LEVEL = 16  # grey level below which nearly all of a black picture is (video black is 16)
COVERED_GREY_SPAN = (
    8  # grey levels that a covered lens spans; any scene spans more, if only because a lens darkens the corners
)
SPAN_PERCENTILES = (2, 98)  # percentiles for "nearly all": hot pixels and a lit slit do not count


@dataclass(frozen=True, slots=True, kw_only=True)
class Obstruction:
    """What was wrong at the last look (seconds of the caller's clock), and since when."""

    wrong: DeviceFault | None = None
    since: float = 0.0
    looked: float = float("-inf")

    def lasting_fault(self) -> DeviceFault | None:
        """What is wrong, once it has lasted long enough."""
        return self.wrong if self.looked - self.since >= REPORTED_AFTER_S else None


def updated_obstruction(sight: Obstruction, gray: Gray, at: float) -> Obstruction:
    """The sight after a frame (uint8, H x W) at `at` seconds."""
    if at - sight.looked < CHECK_INTERVAL_S:
        return sight
    wrong = looks_obstructed(gray)
    return Obstruction(wrong=wrong, since=sight.since if wrong == sight.wrong else at, looked=at)


def looks_obstructed(gray: Gray) -> DeviceFault | None:
    """What is wrong with one picture."""
    low, high = np.percentile(thumbnail(gray), SPAN_PERCENTILES)
    if high < BLACK_LEVEL:
        return DeviceFault.BLACK
    return DeviceFault.COVERED if high - low < COVERED_GREY_SPAN else None
