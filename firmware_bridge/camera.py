"""A camera as a scanner: the newest picture, decoded a process away, each code held before it told once."""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np

from edge.codes.symbology import Symbology
from edge.config import BadConfig, CameraDevice, Region
from edge.scan import Reading
from firmware_bridge import blind
from firmware_bridge.capture import open_lens
from firmware_bridge.choice import chosen
from firmware_bridge.decode.contained import ContainedDecoder
from firmware_bridge.decode.found import Found
from firmware_bridge.decode.held import Held, keep, look
from firmware_bridge.decode.ladder import RETAIL, DecodeSettings
from firmware_bridge.gate import Gate, Gray, Scene
from firmware_bridge.grabber import Grabber
from firmware_bridge.preview import Preview
from firmware_bridge.reading import TICK, Detail, DeviceLost, Trouble, Word

log = logging.getLogger(__name__)

BLANK = np.zeros((8, 8), np.uint8)
SILENT = 5.0  # seconds an open camera may give no picture; the slowest to start takes 2-3
CALM = 5.0  # seconds without motion after which fewer pictures are enough
DOZE = 0.12  # seconds between pictures then: half the work for a tenth of a second at the first code


def settings(device: CameraDevice) -> DecodeSettings:
    """What this camera is to look for. Raises BadConfig for a symbology or a region that cannot be."""
    if device.region and not (
        0 <= device.region[0] < device.region[2] <= 1 and 0 <= device.region[1] < device.region[3] <= 1
    ):
        raise BadConfig(f"devices: {device.id}.region: expected left < right and top < bottom, shares from 0 to 1")
    if device.symbologies is None:
        return DecodeSettings(symbologies=RETAIL)
    known = {kind.value for kind in Symbology}
    if unknown := sorted(set(device.symbologies) - known):
        raise BadConfig(
            f"devices: {device.id}.symbologies: expected some of {', '.join(sorted(known))}; got `{unknown[0]}`"
        )
    return DecodeSettings(symbologies=frozenset(map(Symbology, device.symbologies)))


class Eye(Protocol):
    """A decoder, in this process or contained."""

    @property
    def unfinished(self) -> bool: ...

    def read(self, gray: Gray, *, deep: bool = False, again: bool = False) -> tuple[Found, ...]: ...


class View:
    """What stands before the lens, from frame to frame."""

    def __init__(self, device: CameraDevice, decoder: Eye) -> None:
        self._device = device
        self._decoder = decoder
        self._gate = Gate()
        self._held = Held()
        self._moved = 0.0
        self._unread = False

    def look(self, gray: Gray, at: float) -> tuple[Found, ...]:
        """The codes that became readings with this frame (uint8, H x W) at `at` seconds."""
        scene = self._gate.look(gray, at)
        if scene is Scene.SAME and not self._unread and not self._undecided(at):
            self._held = keep(self._held, at)
            return ()
        if scene is Scene.MOVING:
            self._moved = at
        height, width = gray.shape
        found = chosen(self._read(gray, scene), (width, height), self._device.several)
        self._held, told = look(self._held, found, at, hold=self._device.hold_s)
        return told

    def _read(self, gray: Gray, scene: Scene) -> tuple[Found, ...]:
        """What still is not read gets all the ladder, a budget of it a frame; an old scene a budget in a while."""
        again = scene is Scene.SAME and self._unread
        found = self._decoder.read(gray, deep=scene in (Scene.STILL, Scene.ONCE_MORE), again=again)
        self._unread = self._decoder.unfinished and (again or scene is Scene.STILL)
        return found

    def _undecided(self, at: float) -> bool:
        """Whether a code in view waits to be told, for a second look or for the one before it to be forgotten."""
        return any(not seen.told and at - seen.last <= self._device.hold_s for seen in self._held.codes)

    def calm(self, at: float) -> bool:
        """Whether nothing has moved for a while."""
        return at - self._moved > CALM


class Camera:
    """A V4L2 camera, a video file or a folder of pictures as a source of readings."""

    def __init__(self, device: CameraDevice, data: Path) -> None:
        self._device = device
        self._data = data
        self._settings = settings(device)
        self._refused: list[str] = []

    def __enter__(self) -> Iterator[Word]:
        with ExitStack() as stack:
            lens = open_lens(self._device)
            self._say(lens.refused)
            decoder = stack.enter_context(ContainedDecoder(self._settings))
            decoder.read(BLANK)  # its engines are loaded before the first picture is taken
            grabber = stack.enter_context(Grabber(lens))
            first = grabber.newest(SILENT)
            if first is None and not grabber.ended:
                raise DeviceLost(Detail.SILENT)
            preview = Preview(self._data, self._device.id)
            stack.callback(preview.clear)
            self._open = stack.pop_all()
        return self._words(grabber, View(self._device, decoder), preview)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _say(self, refused: list[str]) -> None:
        if refused and refused != self._refused:
            log.warning("%s does not take these settings: %s", self._device.id, ", ".join(refused))
        self._refused = refused

    def _words(self, grabber: Grabber, view: View, preview: Preview) -> Iterator[Word]:
        sight, last = blind.Sight(), time.monotonic()
        while True:
            gray, at = grabber.newest(TICK), time.monotonic()
            if gray is None:
                yield _nothing(grabber.ended, at - last)
                continue
            last, frame = at, region(gray, self._device.region)
            preview.offer(frame, at)
            sight = blind.look(sight, frame, at)
            wrong = sight.blind()
            yield from (
                Reading(data=code.data, symbology=code.symbology, aim=code.aim) for code in view.look(frame, at)
            )
            yield Trouble(wrong) if wrong else None
            if view.calm(at):
                grabber.rest(DOZE)


def _nothing(ended: bool, since: float) -> Word:
    """What no picture means, after `since` seconds without one."""
    if ended:
        return Trouble(Detail.ENDED)
    if since > SILENT:
        raise DeviceLost(Detail.SILENT)
    return None


def region(gray: Gray, shares: Region | None) -> Gray:
    """The part of a frame to look at: left, top, right, bottom as shares of its size."""
    if shares is None:
        return gray
    height, width = gray.shape
    left, top, right, bottom = shares
    return gray[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]
