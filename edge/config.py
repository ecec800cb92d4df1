"""What the installer writes: `noren.toml`, read once at start, refused as a whole where a key is wrong."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from edge.words import Words

_NAME = r"^[a-z0-9][a-z0-9-]{0,39}$"
_BROKER = r"^mqtts?://[^/ ]+$"
_WORDS = {
    _NAME: "lower-case letters, digits and hyphens, at most 40",
    _BROKER: "an address such as `mqtts://broker.example.com:8883`",
}
Name = Annotated[str, Meta(pattern=_NAME)]
Role = Literal["entrance", "gate", "kiosk", "counter", "handheld", "shelf", "fitting_room"]
Framing = Literal["line", "stx", "idle"]
Region = Annotated[tuple[float, ...], Meta(min_length=4, max_length=4)]
BrokerUrl = Annotated[str, Meta(pattern=_BROKER)]


class BadConfig(Exception):
    """The file cannot be used: which file, which line or key, and what is expected."""


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of noren.toml; a key it does not know is an error, because it is most often a misspelt one."""


class StoreSection(Section, frozen=True, kw_only=True):
    chain: Name
    id: Name
    data: str  # folder of store.db and hq.db, seen from the folder of noren.toml
    time_zone: str = "Asia/Tokyo"
    day_starts: Annotated[int, Meta(ge=0, le=12)] = 0  # hour at which the shop's day begins
    budget_mb: Annotated[int, Meta(ge=16)] | None = None  # MB store.db may hold, where the card is shared or small


class WebSection(Section, frozen=True, kw_only=True):
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65535)] = 8080
    play: str | None = (
        None  # file of the page for trying it without hardware (codes, virtual scanners); never in a shop
    )


class HqSection(Section, frozen=True, kw_only=True):
    broker: BrokerUrl  # mqtt://host:1883 or mqtts://host:8883; of a cluster mqtts://host-1:8883,host-2:8883,…
    keys: dict[str, str]  # key id -> HQ's Ed25519 public key, base64url: only these may give orders
    username: str | None = None
    password_file: str | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    signing_key_file: str | None = None  # the store's own Ed25519 seed, base64url; events are signed with it
    protocol: Literal["5", "3.1.1"] = "5"


class Station(Section, frozen=True, kw_only=True):
    """A place where scans come in."""

    id: Name
    role: Role
    name: Words


class SerialDevice(Section, frozen=True, kw_only=True, tag="serial", tag_field="kind"):
    """A scanner on a serial line, best named by /dev/serial/by-id."""

    id: Name
    station: Name
    path: str
    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = 9600
    parity: Literal["none", "even", "odd"] = "none"
    bytesize: Literal[7, 8] = 8
    stopbits: Literal[1, 2] = 1
    framing: Framing = "line"
    idle_ms: Annotated[int, Meta(ge=5, le=2000)] = 60  # framing "idle": silence that ends a code
    aim: bool = True  # take a leading ]E0 and the like as the AIM identifier
    gs: Annotated[str, Meta(min_length=1)] | None = None  # what the scanner sends for GS1's separator, if not 0x1d


class HidDevice(Section, frozen=True, kw_only=True, tag="hid", tag_field="kind"):
    """A scanner that types like a keyboard, best named by /dev/input/by-id/…-event-kbd; the box takes it for itself."""

    id: Name
    station: Name
    path: str
    layout: Literal["us", "jp"] = "us"  # the keyboard the scanner is set to, not the one people use


class CameraDevice(Section, frozen=True, kw_only=True, tag="camera", tag_field="kind"):
    """A camera, or what stands in for one: a video file or a folder of pictures."""

    id: Name
    station: Name
    source: str  # /dev/video0, a video file, or a folder
    width: Annotated[int, Meta(ge=160, le=3840)] = 1280
    height: Annotated[int, Meta(ge=120, le=2160)] = 720
    fps: Annotated[int, Meta(ge=1, le=60)] = 15
    region: Region | None = None  # left, top, right, bottom as shares of the frame
    exposure: float | None = None
    focus: float | None = None
    power_line_hz: Literal[50, 60] | None = None  # Japan: 50 east, 60 west
    hold_s: Annotated[float, Meta(ge=0.1, le=60)] = 2.0
    symbologies: list[str] | None = None
    several: Literal["all", "centre"] = "all"  # codes in view together: each of them, or the one nearest the centre
    repeat: bool = False  # a file or folder begins again at its end


Device = SerialDevice | HidDevice | CameraDevice


class Config(Section, frozen=True, kw_only=True):
    store: StoreSection
    hq: HqSection
    web: WebSection = WebSection()
    stations: list[Station] = []
    devices: list[Device] = []

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.store.time_zone)

    def station(self, station: str) -> Station | None:
        """The station of that id, or None."""
        return next((place for place in self.stations if place.id == station), None)


def read_config(path: Path) -> Config:
    """The settings in a file; paths in them are made absolute. Raises BadConfig with file, place and expectation."""
    try:
        config = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), Config)
        check(config)
    except FileNotFoundError:
        raise BadConfig(f"{path}: no such file. Say where it is with --config.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise BadConfig(f"{path}: not readable as TOML: {error}") from None
    except msgspec.ValidationError as error:
        where, what = plainly(str(error))
        raise BadConfig(f"{path}: {where}: {what}" if where else f"{path}: {error}") from None
    return _absolute(config, path.parent)


def plainly(message: str) -> tuple[str, str]:
    """Where and what, of msgspec's `Expected …, got … - at `$.web.port``: the key as one would look for it, and the words."""
    for pattern, words in _WORDS.items():
        message = message.replace(f"`str` matching regex '{pattern}'", words)
    what, _, where = message.partition(" - at `$")
    return where.rstrip("`").lstrip("."), what[:1].lower() + what[1:]


def check(config: Config) -> None:
    """What types cannot say: names used once, devices at stations there are, a time zone that exists.

    Raises msgspec.ValidationError.
    """
    for what, names in (
        ("stations", [place.id for place in config.stations]),
        ("devices", [device.id for device in config.devices]),
    ):
        if doubled := {name for name in names if names.count(name) > 1}:
            raise msgspec.ValidationError(f"each id is used once, `{min(doubled)}` is used twice - at `$.{what}`")
    for number, device in enumerate(config.devices):
        if config.station(device.station) is None:
            raise msgspec.ValidationError(
                f"expected the id of a station, got `{device.station}` - at `$.devices[{number}].station`"
            )
    try:
        _ = config.zone
    except (KeyError, ValueError):
        raise msgspec.ValidationError(
            f"expected a time zone such as `Asia/Tokyo`, got `{config.store.time_zone}` - at `$.store.time_zone`"
        ) from None


def _absolute(config: Config, base: Path) -> Config:
    """Paths in the file are meant from the file's own folder."""

    def here(place: str) -> str:
        return str((base / place).absolute())

    hq = msgspec.structs.replace(
        config.hq,
        **{
            name: here(value)
            for name in ("password_file", "ca_file", "cert_file", "key_file", "signing_key_file")
            if (value := getattr(config.hq, name)) is not None
        },
    )
    store = msgspec.structs.replace(config.store, data=here(config.store.data))
    web = msgspec.structs.replace(config.web, play=here(config.web.play) if config.web.play else None)
    devices = [_placed(device, here) for device in config.devices]
    return msgspec.structs.replace(config, hq=hq, store=store, web=web, devices=devices)


def _placed(device: Device, here: Callable[[str], str]) -> Device:
    match device:
        case CameraDevice():
            return msgspec.structs.replace(device, source=here(device.source))
        case _:
            return msgspec.structs.replace(device, path=here(device.path))
