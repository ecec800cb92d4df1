"""Whether a config can be at all: asked before anything lives with it."""

import ssl
from pathlib import Path

from edge.box_settings import ca_file, elsewhere
from edge.config import BadConfig, CameraDevice, Config
from edge.document import BadDocument, read_document
from edge.settings import Settings, read_settings
from sync.broker import Broker, read_broker


def validate(ground: Config, number: int, epoch: str, version: int, body: str) -> Settings:
    """The settings a config makes, with a broker that could be tried. Raises BadDocument with the path and the reason."""
    settings = read_settings(ground, number, epoch, version, body)
    try:
        broker_of(settings, body)
    except BadConfig as error:
        raise BadDocument("box.broker", str(error).removeprefix("hq.broker: ")) from None
    return settings


def broker_of(settings: Settings, body: str) -> Broker:
    """The broker of a config; authorities that came with it are put where the TLS library reads them.

    Raises BadConfig, and BadDocument for authorities that are none.
    """
    moved = read_document(body).box.broker
    if moved and moved.ca:
        _put_down(ca_file(Path(settings.config.store.data), moved.ca), moved.ca)
    return read_broker(settings.config.hq)


def _put_down(path: Path, ca: str) -> None:
    try:
        ssl.create_default_context(cadata=ca)
    except (ssl.SSLError, ValueError, TypeError) as error:  # TypeError: what is not ASCII
        raise BadDocument("box.broker.ca", f"expected certificates as PEM: {error}") from None
    try:
        if not path.exists():
            half = path.with_suffix(".new")
            half.write_text(ca, encoding="utf-8")
            half.replace(path)
    except OSError as error:
        raise BadDocument("box.broker.ca", f"cannot be written down: {error}") from None


def missing(before: Settings, after: Settings, gone: list[str]) -> BadDocument | None:
    """What the bridge did not find, of the devices that are new or elsewhere; one that is merely unplugged is no fault."""
    moved = {device.id for device in elsewhere(before.config.devices, after.config.devices)}
    for number, device in enumerate(after.config.devices):
        if device.id in moved and device.id in gone:
            field, place = ("source", device.source) if isinstance(device, CameraDevice) else ("path", device.path)
            return BadDocument(f"box.devices[{number}].{field}", f"nothing is there: {place}")
    return None
