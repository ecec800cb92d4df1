"""The newest picture wins, and the reader gets an error from a camera that fails or hangs."""

import threading
import time

import numpy as np
import pytest

from firmware_bridge.camera.frame_grabber import FrameGrabber
from firmware_bridge.camera.motion_gate import Gray
from firmware_bridge.devices.events import DeviceFault, DeviceLost

BYTES = 8  # of a picture's number: however slow the machine, it does not begin anew


class Counting:
    """A lens whose n-th picture shows n, and that can be made to fail, end, break pictures or hang."""

    def __init__(self) -> None:
        self.refused: list[str] = []
        self.number = 0
        self.decoded: list[int] = []
        self.fails: BaseException | None = None
        self.ends = self.breaks = self.closed = False
        self.hangs = threading.Event()
        self.hangs.set()

    def grab(self) -> bool:
        self.hangs.wait()
        if self.fails:
            raise self.fails
        time.sleep(0.001)
        self.number += 1
        return not self.ends

    def picture(self) -> Gray | None:
        self.decoded.append(self.number)
        return None if self.breaks else np.frombuffer(self.number.to_bytes(BYTES), np.uint8).reshape(1, BYTES)

    def close(self) -> None:
        self.closed = True


def ask_for_ever(grabber: FrameGrabber) -> None:
    while True:
        grabber.newest(60)


def test_a_picture_is_one_taken_after_it_was_asked_for_and_others_are_not_decoded() -> None:
    lens = Counting()
    with FrameGrabber(lens) as grabber:
        for _ in range(5):
            time.sleep(0.02)
            asked = lens.number
            gray = grabber.newest(60)
            assert gray is not None
            assert int.from_bytes(gray.tobytes()) >= asked
    assert len(lens.decoded) == 5
    assert lens.number > 5
    assert lens.closed


@pytest.mark.parametrize("error", [DeviceLost(DeviceFault.UNPLUGGED), ZeroDivisionError("a bug")])
def test_what_goes_wrong_while_grabbing_is_raised_where_pictures_are_asked_for(error: BaseException) -> None:
    lens = Counting()
    with FrameGrabber(lens) as grabber:
        assert grabber.newest(60) is not None
        lens.fails = error
        with pytest.raises(type(error)):
            ask_for_ever(grabber)
    assert lens.closed


def test_a_broken_picture_is_passed_over() -> None:
    lens = Counting()
    lens.breaks = True
    with FrameGrabber(lens) as grabber:
        assert grabber.newest(0.05) is None
        lens.breaks = False
        assert grabber.newest(60) is not None


def test_a_lens_at_its_end_is_known_and_may_go_on_later() -> None:
    lens = Counting()
    lens.ends = True
    with FrameGrabber(lens) as grabber:
        assert grabber.newest(0.1) is None
        assert grabber.ended
        lens.ends = False
        assert grabber.newest(60) is not None
        assert not grabber.ended


def test_a_driver_that_never_comes_back_makes_the_process_fall() -> None:
    lens = Counting()
    grabber = FrameGrabber(lens, stuck=0.1).__enter__()
    lens.hangs.clear()
    assert grabber.newest(0.1) is None or grabber.newest(0.1) is None
    with pytest.raises(RuntimeError, match="does not come back"):
        grabber.__exit__()
    assert not lens.closed
    lens.hangs.set()
