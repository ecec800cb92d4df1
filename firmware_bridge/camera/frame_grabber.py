"""A thread that grabs pictures all the time, so that a caller always gets the newest, and none grows old in a queue."""

import threading
from typing import Self

from firmware_bridge.camera.frame_source import FrameSource
from firmware_bridge.camera.motion_gate import Gray
from firmware_bridge.devices.events import READ_TIMEOUT_S

STUCK_AFTER_S = 12.0  # seconds a grab may last; OpenCV itself gives a V4L2 camera 10 s for a picture


class FrameGrabber:
    """Grabs from a lens all the time; `ended` is true while the lens has nothing more to show. It closes the lens at exit.

    Grabbing is cheap, and decoding a picture is not: only requested pictures are decoded.
    """

    def __init__(self, lens: FrameSource, *, stuck: float = STUCK_AFTER_S) -> None:
        self._lens = lens
        self._stuck = stuck
        self._told = threading.Condition()
        self._over = threading.Event()
        self._wanted = False
        self._gray: Gray | None = None
        self._error: BaseException | None = None
        self.ended = False
        self._thread = threading.Thread(target=self._run, name="grabber", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(self._stuck)
        if self._thread.is_alive():
            # Closing under it could hang as well: the process ends instead, and the kernel closes the device.
            raise RuntimeError("the camera's driver does not come back")
        self._lens.close()

    def newest(self, patience: float) -> Gray | None:
        """The next picture from now on, or None after `patience` seconds. Raises what grabbing raised."""
        with self._told:
            self._gray, self._wanted = None, True
            self._told.wait_for(lambda: self._gray is not None or self._error is not None, patience)
            if self._error is not None:
                raise self._error
            return self._gray

    def rest(self, seconds: float) -> None:
        """Wait that long; the end of the grabber interrupts it."""
        self._over.wait(seconds)

    def _run(self) -> None:
        try:
            while not self._over.is_set():
                self.ended = not self._lens.grab()
                if self.ended:
                    self._over.wait(READ_TIMEOUT_S)
                elif self._wanted:
                    self._hand_over(self._lens.picture())
        except BaseException as error:  # noqa: BLE001 (raised again in the thread that asks)
            with self._told:
                self._error = error
                self._told.notify_all()

    def _hand_over(self, gray: Gray | None) -> None:
        if gray is not None:
            with self._told:
                self._gray, self._wanted = gray, False
                self._told.notify_all()
