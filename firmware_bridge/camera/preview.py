"""A small picture of what a camera sees, for the installer, and only while somebody looks."""

import time
from pathlib import Path

import cv2

from firmware_bridge.camera.motion_gate import Gray

PREVIEW_INTERVAL_S = 0.5  # seconds between two pictures: enough for aiming a camera, little for the SD card
PREVIEW_WANTED_FOR_S = 5.0  # seconds for which a touch of <device>.want counts
PREVIEW_WIDTH = 480  # pixels
JPEG_QUALITY = 60  # of the JPEG: about 15 kB


class Preview:
    """Writes `preview/<device>.jpg` in the data folder while the page touches `preview/<device>.want`.

    The picture is deleted if nobody looks: it may show people.
    """

    def __init__(self, data: Path, device: str) -> None:
        self._folder = data / "preview"
        self._want = self._folder / f"{device}.want"
        self._jpg = self._folder / f"{device}.jpg"
        self._last = float("-inf")
        self._folder.mkdir(exist_ok=True)
        self.clear()

    def offer(self, gray: Gray, at: float) -> None:
        """Show a frame (uint8, H x W) taken at `at` seconds of a steady clock, if one is wanted."""
        if at - self._last < PREVIEW_INTERVAL_S:
            return
        self._last = at
        if self._wanted():
            aside = self._jpg.with_suffix(".new")
            aside.write_bytes(small_jpeg(gray))
            aside.rename(self._jpg)
        else:
            self.clear()

    def clear(self) -> None:
        """Delete the picture."""
        self._jpg.unlink(missing_ok=True)

    def _wanted(self) -> bool:
        try:
            return abs(time.time() - self._want.stat().st_mtime) < PREVIEW_WANTED_FOR_S
        except FileNotFoundError:
            return False


def small_jpeg(gray: Gray) -> bytes:
    """A frame as a JPEG of at most WIDTH pixels across."""
    height, width = gray.shape
    size = (min(width, PREVIEW_WIDTH), max(1, height * min(width, PREVIEW_WIDTH) // width))
    small = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    _, jpeg = cv2.imencode(".jpg", small, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    return jpeg.tobytes()
