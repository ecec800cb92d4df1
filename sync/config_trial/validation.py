"""The validation of a config, before it comes into force anywhere."""

import ssl
from pathlib import Path

from edge.config.active_config import Settings, read_settings
from edge.config.document import BadConfigDocument, read_document
from edge.config.overrides import ca_file_path, moved_devices
from edge.config.toml_schema import BadConfig, CameraDevice, Config
from edge.platform.sqlite_file import key_of_folder
from sync.transport.broker import BrokerSettings, read_broker


def validate_config(ground: Config, number: int, epoch: str, version: int, body: str) -> Settings:
    """The settings of a config, with a usable broker. Raises BadConfigDocument with the path and the reason."""
    settings = read_settings(ground, number, epoch, version, body)
    try:
        broker_of_config(settings, body)
    except BadConfig as error:
        fault = error.faults[0]
        raise BadConfigDocument("box.broker", fault.what if fault.path == "hq.broker" else str(fault)) from None
    return settings


def broker_of_config(settings: Settings, body: str) -> BrokerSettings:
    """The broker of a config; its CA certificates are written where the TLS library reads them.

    Raises BadConfig, and BadConfigDocument for CA certificates that are not valid.
    """
    moved = read_document(body).box.broker
    if moved and moved.ca:
        _put_down(ca_file_path(Path(settings.config.store.data), moved.ca), moved.ca)
    return read_broker(settings.config.hq, key_of_folder(Path(settings.config.store.data)))


def _put_down(path: Path, ca: str) -> None:
    try:
        ssl.create_default_context(cadata=ca)
    except (ssl.SSLError, ValueError, TypeError) as error:  # TypeError: what is not ASCII
        raise BadConfigDocument("box.broker.ca", f"expected certificates as PEM: {error}") from None
    try:
        if not path.exists():
            half = path.with_suffix(".new")
            half.write_text(ca, encoding="utf-8")
            half.replace(path)
    except OSError as error:
        raise BadConfigDocument("box.broker.ca", f"cannot be written down: {error}") from None


def missing_devices(before: Settings, after: Settings, gone: list[str]) -> BadConfigDocument | None:
    """The devices, new or moved by the config, that the bridge did not find; one that is only unplugged is no fault."""
    moved = {device.id for device in moved_devices(before.config.devices, after.config.devices)}
    for number, device in enumerate(after.config.devices):
        if device.id in moved and device.id in gone:
            field, place = ("source", device.source) if isinstance(device, CameraDevice) else ("path", device.path)
            return BadConfigDocument(f"box.devices[{number}].{field}", f"nothing is there: {place}")
    return None
