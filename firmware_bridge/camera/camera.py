"""A camera as a scanner: the newest picture is decoded in another process, and each code held before it is reported once."""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Protocol

import numpy as np

from edge.config.toml_schema import CameraDevice, Region
from edge.scan.log import Reading
from firmware_bridge.camera import obstruction
from firmware_bridge.camera.code_selection import select_codes
from firmware_bridge.camera.frame_grabber import FrameGrabber
from firmware_bridge.camera.frame_source import open_frame_source
from firmware_bridge.camera.motion_gate import Gray, MotionGate, Scene
from firmware_bridge.camera.preview import Preview
from firmware_bridge.camera.wanted_codes import DEFAULT_CODES, WantedCodes
from firmware_bridge.decode.cascade import DecodeSettings
from firmware_bridge.decode.detection import BelievedCode
from firmware_bridge.decode.process.decoder import ProcessDecoder
from firmware_bridge.decode.temporal_dedup import (
    Key,
    TemporalDedup,
    after_unchanged_scene,
    codes_after_frame,
    has_undecided,
    key_of,
    shift_times,
)
from firmware_bridge.devices.events import READ_TIMEOUT_S, DeviceEvent, DeviceFault, DeviceLost, DeviceTrouble

log = logging.getLogger(__name__)

BLANK_FRAME = np.zeros((8, 8), np.uint8)
# seconds between two frames; after a longer gap it cannot be said that the shopper took the code away
MAX_FRAME_GAP_S = 1.0
SILENT_AFTER_S = 5.0  # seconds an open camera may give no picture; the slowest camera needs 2-3 to start
IDLE_AFTER_S = 5.0  # seconds without motion after which fewer pictures are enough
# seconds between pictures then: half the work, at the cost of a tenth of a second at the first code
IDLE_FRAME_INTERVAL_S = 0.12


def decode_settings(wants: WantedCodes) -> DecodeSettings:
    """The decode settings of this camera."""
    return DecodeSettings(symbologies=wants.symbologies)


class FrameDecoder(Protocol):
    """A decoder, in this process or in its own."""

    @property
    def unfinished(self) -> bool: ...

    def read(self, gray: Gray, *, deep: bool = False, again: bool = False) -> tuple[BelievedCode, ...]: ...


class FrameObservation:
    """What is before the lens, from frame to frame."""

    def __init__(self, device: CameraDevice, decoder: FrameDecoder, wants: WantedCodes = DEFAULT_CODES) -> None:
        self._device = device
        self._wants = wants
        self._decoder = decoder
        self._gate = MotionGate()
        self._held = TemporalDedup()
        self._known: frozenset[Key] = frozenset()  # the codes of the gate's known scene
        self._at: float | None = None
        self._moved = 0.0
        self._unread = False

    def codes_of_frame(self, gray: Gray, at: float) -> tuple[BelievedCode, ...]:
        """The codes that became readings with this frame (uint8, H x W) at `at` seconds."""
        self._held = shift_times(self._held, self._unseen(at))
        scene = self._gate.scene_at(gray, at)
        self._held = after_unchanged_scene(self._held, at, self._there(scene), hold=self._device.hold_s)
        if scene is Scene.SAME and not self._unread and not has_undecided(self._held, at):
            return ()
        if scene is Scene.MOVING:
            self._moved = at
        height, width = gray.shape
        read = filter(self._wants.is_wanted, self._read(gray, scene))
        found = select_codes(read, (width, height), self._device.several)
        self._held, told = codes_after_frame(self._held, found, at, hold=self._device.hold_s)
        if scene is not Scene.MOVING:
            self._known |= {key_of(code) for code in found}
        return told

    def _unseen(self, at: float) -> float:
        """Seconds of a long gap before this frame, else 0: the decoder hung, or the camera gave no picture."""
        before, self._at = self._at, at
        return 0.0 if before is None or at - before < MAX_FRAME_GAP_S else at - before

    def _there(self, scene: Scene) -> frozenset[Key]:
        """The codes that are before the lens, whether or not the decoder reads them in this frame.

        In the known scene they are that scene's codes; else what was read since the last motion, because a code cannot leave
        without motion.
        """
        if scene in (Scene.MOVING, Scene.STILL):
            still = frozenset(key_of(seen.found) for seen in self._held.codes if seen.read >= self._gate.moved)
            if scene is Scene.MOVING:
                return still
            self._known = still
        return self._known

    def _read(self, gray: Gray, scene: Scene) -> tuple[BelievedCode, ...]:
        """An unread still scene gets all stages, a budget of them per frame; an old scene gets a budget now and then."""
        again = scene is Scene.SAME and self._unread
        found = self._decoder.read(gray, deep=scene in (Scene.STILL, Scene.ONCE_MORE), again=again)
        self._unread = self._decoder.unfinished and (again or scene is Scene.STILL)
        return found

    def calm(self, at: float) -> bool:
        """Whether nothing has moved for a while."""
        return at - self._moved > IDLE_AFTER_S


class Camera:
    """A V4L2 camera, a video file or a folder of pictures as a source of readings."""

    def __init__(self, device: CameraDevice, data: Path, wants: WantedCodes = DEFAULT_CODES) -> None:
        self._device = device
        self._data = data
        self._wants = wants
        self._settings = decode_settings(wants)
        self._refused: list[str] = []

    def __enter__(self) -> Iterator[DeviceEvent]:
        with ExitStack() as stack:
            lens = open_frame_source(self._device)
            self._say(lens.refused)
            decoder = stack.enter_context(ProcessDecoder(self._settings))
            decoder.read(BLANK_FRAME)  # its engines are loaded before the first picture is taken
            grabber = stack.enter_context(FrameGrabber(lens))
            first = grabber.newest(SILENT_AFTER_S)
            if first is None and not grabber.ended:
                raise DeviceLost(DeviceFault.SILENT)
            preview = Preview(self._data, self._device.id)
            stack.callback(preview.clear)
            self._open = stack.pop_all()
        return self._words(grabber, FrameObservation(self._device, decoder, self._wants), preview)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.close()

    def _say(self, refused: list[str]) -> None:
        if refused and refused != self._refused:
            log.warning("%s does not take these settings: %s", self._device.id, ", ".join(refused))
        self._refused = refused

    def _words(self, grabber: FrameGrabber, view: FrameObservation, preview: Preview) -> Iterator[DeviceEvent]:
        sight, last = obstruction.Obstruction(), time.monotonic()
        while True:
            gray, at = grabber.newest(READ_TIMEOUT_S), time.monotonic()
            if gray is None:
                yield _nothing(grabber.ended, at - last)
                continue
            last, frame = at, crop_region(gray, self._device.region)
            preview.offer(frame, at)
            sight = obstruction.updated_obstruction(sight, frame, at)
            wrong = sight.lasting_fault()
            yield from (
                Reading(data=code.data, symbology=code.symbology, aim=code.aim)
                for code in view.codes_of_frame(frame, at)
            )
            yield DeviceTrouble(wrong) if wrong else None
            if view.calm(at):
                grabber.rest(IDLE_FRAME_INTERVAL_S)


def _nothing(ended: bool, since: float) -> DeviceEvent:
    """What it means that there is no picture, after `since` seconds without one."""
    if ended:
        return DeviceTrouble(DeviceFault.ENDED)
    if since > SILENT_AFTER_S:
        raise DeviceLost(DeviceFault.SILENT)
    return None


def crop_region(gray: Gray, shares: Region | None) -> Gray:
    """The part of a frame to look at: left, top, right, bottom as fractions of its size."""
    if shares is None:
        return gray
    height, width = gray.shape
    left, top, right, bottom = shares
    return gray[round(top * height) : round(bottom * height), round(left * width) : round(right * width)]
