"""A device of the settings and its keeper: what is behind the entry, opened and read for as long as it lives."""

from collections.abc import Mapping
from pathlib import Path

from edge.config import CameraDevice, Config, Device, HidDevice, SerialDevice
from edge.service import Life
from edge.store import open_store
from firmware_bridge.logbook import Logbook
from firmware_bridge.reading import Source
from firmware_bridge.recorder import record

Sources = Mapping[str, Source]
"""By the device's id."""


def sources_of(config: Config) -> Sources:
    """What is behind each device, not yet open. Raises BadConfig for a device that cannot be as it is set."""
    return {device.id: source(device, Path(config.store.data)) for device in config.devices}


def source(device: Device, data: Path) -> Source:
    """The device behind an entry of the settings, not yet open.

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


def keep(config: Config, device: Device, behind: Source, life: Life) -> None:
    """A device's whole life in its thread, with a database connection of its own."""
    with open_store(Path(config.store.data)) as db:
        record(life, device, behind, Logbook(db, device))
