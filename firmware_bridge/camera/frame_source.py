"""Sources of pictures: a V4L2 camera, or a video file or a folder of pictures in place of one."""

import os
import re
import time
from collections.abc import Iterable
from errno import EACCES, EBUSY, ENODEV, ENOENT, ENXIO, EPERM
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from edge.config.toml_schema import CameraDevice
from firmware_bridge.camera import v4l2
from firmware_bridge.camera.motion_gate import Gray
from firmware_bridge.devices.events import DeviceFault, DeviceLost

PICTURE_SHOWN_S = 1.0  # seconds a picture of a folder is shown: longer than the gate needs to call a scene still
FRAMES_PER_PICTURE = 6  # times it is taken before the next is shown, so that a slow box misses none
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".bmp", ".webp", ".pgm"})
UNKNOWN_FPS = 15.0  # if a video file does not say
MANUAL_EXPOSURE, AUTOFOCUS_OFF = 1, 0  # V4L2_EXPOSURE_MANUAL; autofocus off
VIDEO_DEVICE = re.compile(r"/dev/video(\d+)")
FAULT_OF_ERRNO = {
    ENOENT: DeviceFault.NOT_FOUND,
    ENXIO: DeviceFault.NOT_FOUND,
    ENODEV: DeviceFault.NOT_FOUND,
    EACCES: DeviceFault.NO_PERMISSION,
    EPERM: DeviceFault.NO_PERMISSION,
    EBUSY: DeviceFault.BUSY,
}


class FrameSource(Protocol):
    """Something that gives pictures one after the other. `refused` names the settings that it did not accept."""

    refused: list[str]

    def grab(self) -> bool:
        """Wait for the next picture; False if there is none for now. Raises DeviceLost."""

    def picture(self) -> Gray | None:
        """The last grabbed picture, grey (uint8, H x W); None if it arrived broken."""

    def close(self) -> None: ...


def open_frame_source(device: CameraDevice) -> FrameSource:
    """The lens for `source`: a folder, a file, or else a camera. Raises DeviceLost."""
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # else each try would write lines to the log
    source = Path(device.source)
    _may_open(source)
    if source.is_dir():
        return ImageFolderSource(device)
    return VideoFileSource(device) if source.is_file() else CameraSource(device)


def _may_open(source: Path) -> None:
    """OpenCV does not say why it cannot open something, and the kernel does. Raises DeviceLost."""
    try:
        os.close(os.open(source, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC))
    except OSError as error:
        raise DeviceLost(FAULT_OF_ERRNO.get(error.errno or 0, DeviceFault.WRONG_KIND)) from error


class CameraSource:
    """A V4L2 camera."""

    def __init__(self, device: CameraDevice) -> None:
        path = str(Path(device.source).resolve())
        number = VIDEO_DEVICE.fullmatch(path)
        self._cap = cv2.VideoCapture(int(number[1]) if number else path, cv2.CAP_V4L2)
        if not self._cap.isOpened():
            raise DeviceLost(DeviceFault.BUSY if number else DeviceFault.WRONG_KIND)
        self.refused = [name for name, key, value in _wishes(device) if not self._cap.set(key, value)]
        if device.power_line_hz and not v4l2.set_power_line(path, device.power_line_hz):
            self.refused.append("power_line_hz")

    def grab(self) -> bool:
        if not self._cap.grab():
            raise DeviceLost(DeviceFault.UNPLUGGED)
        return True

    def picture(self) -> Gray | None:
        return _picture(self._cap)

    def close(self) -> None:
        self._cap.release()


def _wishes(device: CameraDevice) -> Iterable[tuple[str, int, float]]:
    # MJPG first: raw pictures of 1280 x 720 do not fit through USB 2 at more than 10 a second.
    yield "mjpg", cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG")
    yield "width", cv2.CAP_PROP_FRAME_WIDTH, device.width
    yield "height", cv2.CAP_PROP_FRAME_HEIGHT, device.height
    yield "fps", cv2.CAP_PROP_FPS, device.fps
    if device.exposure is not None:
        yield "exposure", cv2.CAP_PROP_AUTO_EXPOSURE, MANUAL_EXPOSURE
        yield "exposure", cv2.CAP_PROP_EXPOSURE, device.exposure
    if device.focus is not None:
        yield "focus", cv2.CAP_PROP_AUTOFOCUS, AUTOFOCUS_OFF
        yield "focus", cv2.CAP_PROP_FOCUS, device.focus


class VideoFileSource:
    """A video file at its own pace, as a camera would show it: a slow reader misses pictures."""

    def __init__(self, device: CameraDevice) -> None:
        self._device = device
        self._cap = cv2.VideoCapture(device.source)
        if not self._cap.isOpened():
            raise DeviceLost(DeviceFault.WRONG_KIND)
        self.refused: list[str] = []
        self._pause = 1 / (self._cap.get(cv2.CAP_PROP_FPS) or UNKNOWN_FPS)
        self._due = time.monotonic()

    def grab(self) -> bool:
        if not self._cap.grab() and not self._again():
            return False
        now = time.monotonic()
        time.sleep(max(0.0, self._due - now))
        self._due = max(self._due, now) + self._pause
        return True

    def _again(self) -> bool:
        return self._device.repeat and self._cap.set(cv2.CAP_PROP_POS_FRAMES, 0) and self._cap.grab()

    def picture(self) -> Gray | None:
        gray = _picture(self._cap)
        return None if gray is None else _fit(gray, self._device)

    def close(self) -> None:
        self._cap.release()


class ImageFolderSource:
    """A folder's pictures in the order of their names, each for a while; without `repeat`, pictures added later are shown too."""

    def __init__(self, device: CameraDevice) -> None:
        self._device = device
        self.refused: list[str] = []
        self._pause = 1 / device.fps
        self._shown: set[Path] = set()
        self._until = 0.0
        self._looks = FRAMES_PER_PICTURE
        self._gray: Gray | None = None

    def grab(self) -> bool:
        time.sleep(self._pause)
        return time.monotonic() < self._until or self._looks < FRAMES_PER_PICTURE or self._next()

    def _next(self) -> bool:
        try:
            every = sorted(
                path for path in Path(self._device.source).iterdir() if path.suffix.lower() in PICTURE_SUFFIXES
            )
        except OSError as error:
            raise DeviceLost(DeviceFault.UNPLUGGED) from error
        if self._device.repeat and self._shown.issuperset(every):
            self._shown.clear()
        new = next((path for path in every if path not in self._shown), None)
        if new is None:
            return False
        self._shown.add(new)
        self._gray = _read(new, self._device)
        self._until = time.monotonic() + PICTURE_SHOWN_S
        self._looks = 0
        return True

    def picture(self) -> Gray | None:
        self._looks += 1
        return self._gray

    def close(self) -> None:
        self._gray = None


def _read(path: Path, device: CameraDevice) -> Gray | None:
    gray = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    return None if gray is None else _fit(np.asarray(gray, dtype=np.uint8), device)


def _picture(cap: cv2.VideoCapture) -> Gray | None:
    """The last grabbed picture; a broken one (half a JPEG after a loose contact) is only left out."""
    try:
        ok, frame = cap.retrieve()
        if not ok:
            return None
        gray = frame if frame.ndim == 2 else cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
        return np.asarray(gray, dtype=np.uint8)
    except cv2.error:
        return None


def _fit(gray: Gray, device: CameraDevice) -> Gray:
    """A picture no larger than the configured frame, as the real camera would give it."""
    height, width = gray.shape
    scale = min(device.width / width, device.height / height)
    if scale >= 1:
        return gray
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)
