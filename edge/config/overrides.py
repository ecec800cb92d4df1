"""Settings by which HQ replaces parts of a box's noren.toml: stations, devices, the broker. Row `box` of the `config` feed."""

from hashlib import sha256
from pathlib import Path
from typing import Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from edge.config.cross_checks import cross_field_faults
from edge.config.toml_schema import BrokerUrl, Config, Device, HqSection, Station, device_path, path_key
from edge.validation.fault import Fault


class BrokerSettings(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A broker to move to. Passwords and keys are never in a message: those of noren.toml stay."""

    url: BrokerUrl
    username: str | None = None
    ca: Annotated[str, Meta(max_length=64_000)] | None = None  # PEM: the authorities that may vouch for it, if others
    protocol: Literal["5", "3.1.1"] | None = None


class BoxSettings(Struct, frozen=True, kw_only=True):
    """Each part replaces the whole part of noren.toml; a part that is not set stays as the installer wrote it."""

    stations: list[Station] | None = None
    devices: list[Device] | None = None  # their paths are absolute
    broker: BrokerSettings | None = None


def apply_overrides(ground: Config, box: BoxSettings) -> Config:
    """The settings of noren.toml with HQ's over them. Raises msgspec.ValidationError with the place of the fault."""
    config = msgspec.structs.replace(
        ground,
        stations=ground.stations if box.stations is None else box.stations,
        devices=ground.devices if box.devices is None else box.devices,
        hq=ground.hq if box.broker is None else _moved(ground, box.broker),
    )
    if found := next(cross_field_faults(config), None):
        raise _invalid(found)
    for number, device in enumerate(box.devices or ()):
        _check_absolute(number, device)
    return config


def _invalid(fault: Fault) -> msgspec.ValidationError:
    """A fault written as msgspec writes its own; both go to HQ in the same way."""
    return msgspec.ValidationError(f"{fault.what} - at `$.{fault.path}`")


def changed_devices(before: list[Device], after: list[Device]) -> list[Device]:
    """The devices that are new or changed."""
    return [device for device in after if device not in before]


def moved_devices(before: list[Device], after: list[Device]) -> list[Device]:
    """The devices that are new or have another path than before."""
    places = {(device.id, device_path(device)) for device in before}
    return [device for device in after if (device.id, device_path(device)) not in places]


def ca_file_path(data: Path, ca: str) -> Path:
    """The file in which the authorities HQ has sent are kept for the TLS library. Its name is a hash of its content, so it
    never changes."""
    return data / f"broker-ca-{sha256(ca.encode()).hexdigest()[:16]}.pem"


def _moved(ground: Config, to: BrokerSettings) -> HqSection:
    if ground.hq.broker.startswith("mqtts:") and not to.url.startswith("mqtts:"):
        raise msgspec.ValidationError(
            "expected mqtts://: a line that is encrypted stays so, else it would show the password - at `$.broker.url`"
        )
    changes = {
        "broker": to.url,
        "username": to.username,
        "protocol": to.protocol,
        "ca_file": str(ca_file_path(Path(ground.store.data), to.ca)) if to.ca else None,
    }
    return msgspec.structs.replace(ground.hq, **{name: value for name, value in changes.items() if value is not None})


def _check_absolute(number: int, device: Device) -> None:
    if not Path(device_path(device)).is_absolute():
        what = f"expected a path from the root, such as /dev/serial/by-id/…, got `{device_path(device)}`"
        raise _invalid(Fault(f"devices[{number}].{path_key(device)}", what))
