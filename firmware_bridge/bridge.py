"""The bridge: every device of noren.toml to rows of `scans`, one thread a device, and a broom."""

import logging
from functools import partial
from pathlib import Path

from edge.config import CameraDevice, Config, Device, HidDevice, SerialDevice
from edge.only_one import only_one
from edge.service import Life, run
from edge.store import open_store
from firmware_bridge import broom
from firmware_bridge.logbook import Logbook, only
from firmware_bridge.reading import Source
from firmware_bridge.recorder import record

log = logging.getLogger(__name__)


def main(config: Config) -> int:
    """Live until asked to stop; the process's exit code. Raises BadConfig where it must not even begin."""
    data = Path(config.store.data)
    sources = {device.id: source(device, data) for device in config.devices}
    with only_one("bridge", data):
        _forget_pictures(data)
        with open_store(data) as db:
            only(db, config.devices)
        log.info("bridge: %d devices", len(sources))
        keepers = {device.id: partial(_keep, data, device, sources[device.id]) for device in config.devices}
        return run({**keepers, "the broom": partial(broom.work, data)})  # with a space: never a device's id


def source(device: Device, data: Path) -> Source:
    """The device behind an entry of noren.toml, not yet open.

    What a device needs is imported with the first of its kind: OpenCV would cost a box without cameras 60 MB.
    """
    match device:
        case SerialDevice():
            from firmware_bridge.serial_scanner import SerialScanner

            return SerialScanner(device)
        case HidDevice():
            from firmware_bridge.hid_scanner import HidScanner

            return HidScanner(device)
        case CameraDevice():
            from firmware_bridge.camera import Camera

            return Camera(device, data)


def _forget_pictures(data: Path) -> None:
    """Take away what cameras saw before a kill -9, also of cameras that are unplugged or gone: it may show people.

    A `.new` is a picture the kill caught half written.
    """
    for kind in ("jpg", "new"):
        for left in (data / "preview").glob(f"*.{kind}"):
            left.unlink()


def _keep(data: Path, device: Device, source: Source, life: Life) -> None:
    """A device's whole life in its thread, with a database connection of its own."""
    with open_store(data) as db:
        record(life, device, source, Logbook(db, device))
