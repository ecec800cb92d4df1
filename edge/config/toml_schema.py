"""What the installer writes in `noren.toml`, key by key; edge/config/loader.py reads it."""

from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from edge.codes.keyboard_layouts import Layout
from edge.codes.symbology import Symbology
from edge.config.printer_sections import Printer
from edge.config.station_role import Role
from edge.config.value_types import DevicePath, FilePath, Line, Name
from edge.validation.fault import Fault
from edge.validation.localized_text import LocalizedText

_BROKER = r"^mqtts?://[^/ ]+$"
FILE_KEYS_OF_HQ = ("password_file", "ca_file", "cert_file", "key_file", "signing_key_file")  # that [hq] may name
Framing = Literal["auto", "line", "tab", "stx", "idle"]
CameraSetting = Annotated[float, Meta(ge=-1e6, le=1e6)]  # as the camera counts it
Region = Annotated[
    tuple[float, ...],
    Meta(
        min_length=4, max_length=4, extra={"words": "four shares of the picture from 0 to 1: left, top, right, bottom"}
    ),
]
BrokerUrl = Annotated[
    str, Meta(pattern=_BROKER, extra={"words": "an address such as `mqtts://broker.example.com:8883`"})
]


class BadConfig(Exception):
    """The settings cannot be used: what is wrong with them, one fault a line."""

    def __init__(self, *faults: Fault | str) -> None:
        self.faults = tuple(fault if isinstance(fault, Fault) else Fault("", fault) for fault in faults)
        super().__init__("\n".join(map(str, self.faults)))


class Section(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of noren.toml; a key it does not know is an error, because it is most often a misspelt one."""


class StoreSection(Section, frozen=True, kw_only=True):
    chain: Name
    id: Name
    data: DevicePath  # folder of store.db and hq.db, seen from the folder of noren.toml
    time_zone: str = "Asia/Tokyo"
    day_starts: Annotated[int, Meta(ge=0, le=12)] = 0  # hour at which the shop's day begins
    budget_mb: Annotated[int, Meta(ge=16, le=100_000_000)] | None = (
        None  # MB store.db may hold, if the card is shared or small
    )
    key: FilePath | None = (
        None  # of the key the databases are encrypted with, if systemd gives none; without it, in `data`
    )


class WebSection(Section, frozen=True, kw_only=True):
    host: str = "127.0.0.1"  # always loopback: the pages served there ask for no proof of identity
    port: Annotated[int, Meta(ge=1, le=65535)] = 8080
    lan: str | None = None  # address at which paired devices on the network find the pages
    names: list[str] = []  # further names of this box, if the shop's own DNS has one for it
    lan_port: Annotated[int, Meta(ge=1, le=65535)] = 8443  # of HTTPS there
    certificate: FilePath | None = None  # PEM, with the chain; without it the box makes and renews its own
    key: FilePath | None = None  # of that certificate
    play: FilePath | None = (
        None  # file of the page for trying it without hardware (codes, virtual scanners); never in a shop
    )


class HqSection(Section, frozen=True, kw_only=True):
    broker: BrokerUrl  # mqtt://host:1883 or mqtts://host:8883; of a cluster mqtts://host-1:8883,host-2:8883,…
    keys: dict[str, str]  # key id -> HQ's Ed25519 public key, base64url: only these may give orders
    username: Line | None = None
    password_file: FilePath | None = None
    ca_file: FilePath | None = None
    cert_file: FilePath | None = None
    key_file: FilePath | None = None
    signing_key_file: FilePath | None = None  # the store's own Ed25519 seed, base64url; events are signed with it
    protocol: Literal["5", "3.1.1"] = "5"
    recovery_key: Line | None = None  # HQ's public X25519 key, base64url: a backup has the data key sealed for it


class Wedge(Section, frozen=True, kw_only=True):
    """The settings of a scanner that types into this station's page like a keyboard; the page `/setup/<station>` finds them.

    If the box can read the keyboard scanner itself, a device of kind `hid` is better.
    """

    layout: Literal["auto"] | Layout = "auto"  # the keyboard it is set to; auto: each code tells, as far as it can
    gap_ms: Annotated[int, Meta(ge=20, le=1000)] = 170  # most between two keys; Odoo ended at 150, quick people at 180
    silence_ms: Annotated[int, Meta(ge=100, le=5000)] = 500  # ends a code if the scanner sends no Enter or Tab
    suffix: Literal["auto", "enter", "tab", "none"] = "auto"  # what it ends a code with; auto: found by the first scans
    gs: Annotated[str, Meta(min_length=1)] | None = (
        None  # what it types for GS1's separator, if not F8, Ctrl+] or Alt+029
    )


class Station(Section, frozen=True, kw_only=True):
    """A place in the store at which codes are scanned."""

    id: Name
    role: Role
    name: LocalizedText
    wedge: Wedge = Wedge()  # for a scanner that types into the station's page


class SerialDevice(Section, frozen=True, kw_only=True, tag="serial", tag_field="kind"):
    """A scanner on a serial line, best named by /dev/serial/by-id."""

    id: Name
    station: Name
    path: DevicePath
    baud: Literal[1200, 2400, 4800, 9600, 19200, 38400, 57600, 115200] = 9600
    parity: Literal["none", "even", "odd"] = "none"
    bytesize: Literal[7, 8] = 8
    stopbits: Literal[1, 2] = 1
    # what ends a code: found by the first scans (auto), CR or LF (line), tab, STX…ETX (stx), or silence alone (idle)
    framing: Framing = "auto"
    idle_ms: Annotated[int, Meta(ge=5, le=2000)] = 60  # silence that ends a code if nothing else does
    aim: bool = True  # take a leading ]E0 and the like as the AIM identifier
    gs: Annotated[str, Meta(min_length=1)] | None = None  # what the scanner sends for GS1's separator, if not 0x1d


class HidDevice(Section, frozen=True, kw_only=True, tag="hid", tag_field="kind"):
    """A scanner that types like a keyboard, best named by /dev/input/by-id/…-event-kbd; only the box receives its keys."""

    id: Name
    station: Name
    path: DevicePath
    # the keyboard the scanner is set to, not the one people use; auto: each code tells by itself, as far as it can
    layout: Literal["auto"] | Layout = "auto"


class CameraDevice(Section, frozen=True, kw_only=True, tag="camera", tag_field="kind"):
    """A camera, or a video file or folder of pictures in its place."""

    id: Name
    station: Name
    source: DevicePath  # /dev/video0, a video file, or a folder
    width: Annotated[int, Meta(ge=160, le=3840)] = 1280
    height: Annotated[int, Meta(ge=120, le=2160)] = 720
    fps: Annotated[int, Meta(ge=1, le=60)] = 15
    region: Region | None = None  # left, top, right, bottom as shares of the frame
    exposure: CameraSetting | None = None
    focus: CameraSetting | None = None
    power_line_hz: Literal[50, 60] | None = None  # Japan: 50 east, 60 west
    hold_s: Annotated[float, Meta(ge=0.1, le=60)] = 2.0
    symbologies: Annotated[list[Symbology], Meta(min_length=1)] | None = None
    several: Literal["all", "centre"] = "all"  # codes in view together: each of them, or the one nearest the centre
    repeat: bool = False  # a file or folder begins again at its end


Device = SerialDevice | HidDevice | CameraDevice


class Config(Section, frozen=True, kw_only=True):
    store: StoreSection
    hq: HqSection
    web: WebSection = WebSection()
    stations: list[Station] = []
    devices: list[Device] = []
    printers: list[Printer] = []

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.store.time_zone)

    def station(self, station: str) -> Station | None:
        """The station of that id, or None."""
        return next((place for place in self.stations if place.id == station), None)


def is_valid_region(region: Region | None) -> bool:
    """Whether a region is valid: left < right, top < bottom, all within the frame."""
    if region is None:
        return True
    left, top, right, bottom = region
    return 0 <= left < right <= 1 and 0 <= top < bottom <= 1


def path_key(device: Device) -> str:
    """The key that has the path of a device."""
    return "source" if isinstance(device, CameraDevice) else "path"


def device_path(device: Device) -> str:
    """The device node, file or folder behind a device."""
    return device.source if isinstance(device, CameraDevice) else device.path
