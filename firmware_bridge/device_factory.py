"""Making a device of the settings: its source, opened and read in its own thread for as long as it lives."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from edge.config.active_config import Settings
from edge.config.toml_schema import CameraDevice, Config, Device, HidDevice, SerialDevice
from edge.platform.database import open_store
from edge.platform.process import ProcessLife
from firmware_bridge.device_log import DeviceLog
from firmware_bridge.device_loop import record_readings
from firmware_bridge.devices.events import Source

if TYPE_CHECKING:
    from firmware_bridge.camera.wanted_codes import WantedCodes

Sources = Mapping[str, Source]
"""By the device's id."""


def make_sources(settings: Settings) -> Sources:
    """The source of each device, not yet open."""
    return {device.id: make_source(device, settings) for device in settings.config.devices}


def devices_unchanged(before: Settings, after: Settings) -> bool:
    """Whether every device can go on unchanged: its settings are the same, and no camera looks for other codes."""
    return before.config.devices == after.config.devices and all(
        _wanted(device, before) == _wanted(device, after)
        for device in after.config.devices
        if isinstance(device, CameraDevice)
    )


def make_source(device: Device, settings: Settings) -> Source:
    """The source for an entry of the settings, not yet open.

    The modules of a kind are imported with its first device: OpenCV would cost a box without cameras 60 MB.
    """
    match device:
        case SerialDevice():
            from firmware_bridge.devices.serial_scanner import SerialScanner

            return SerialScanner(device)
        case HidDevice():
            from firmware_bridge.devices.hid_scanner import HidScanner

            return HidScanner(device)
        case CameraDevice():
            from firmware_bridge.camera.camera import Camera

            return Camera(device, Path(settings.config.store.data), _wanted(device, settings))


def _wanted(device: CameraDevice, settings: Settings) -> "WantedCodes":
    from firmware_bridge.camera.wanted_codes import wanted_codes_of

    station = settings.config.station(device.station)
    assert station is not None  # checked when the settings were read
    return wanted_codes_of(device, station.role, settings.policy.codes)


def run_device(config: Config, device: Device, behind: Source, life: ProcessLife) -> None:
    """A device's whole life in its thread, with its own database connection."""
    with open_store(Path(config.store.data)) as db:
        record_readings(life, device, behind, DeviceLog(db, device))
