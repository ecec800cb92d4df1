"""Devices on the shop's network that may use its pages: let in by a code, known by a secret, revoked by name."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from msgspec import Struct
from sqlite_utils import Database

from edge.facts.fact import Fact, FactAttributes
from edge.facts.journal import BoxIdentity, tell
from edge.features.feature import Feature
from edge.platform.clock import Now, parse_utc
from edge.platform.database import first_row, values, writing

DevicePage = Literal[
    "kiosk", "entrance", "counter", "handheld", "board", "status"
]  # a station's role, or a page of the store's

CODE_LIFETIME = timedelta(minutes=10)  # of a code: as long as it takes to walk to the device with it
CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ"  # none is taken for another or for a figure, and no word comes out
CODE_LENGTH = 8  # letters of a code that is typed: 2.6e10 of them, and five guesses a minute
LAST_SEEN_PRECISION = timedelta(
    minutes=1
)  # how exactly it is kept when a device was last seen: a commit costs the card a write
MAX_NAME_LENGTH = 40  # characters of a device's name


class PairedDevice(Struct, frozen=True, kw_only=True):
    """A device that is paired: for one station by its role, or for one of the store's own pages (`station` is empty)."""

    id: str
    name: str
    page: DevicePage
    station: str
    paired: str
    seen: str


class DevicePaired(Fact, frozen=True, kw_only=True):
    """A device on the shop's network was let in: from now on it may what it is for."""

    TYPE = "device.paired"
    ABOUT = ("staff", "station")

    device: str
    name: str  # as whoever paired it called it
    page: DevicePage


class DeviceRevoked(DevicePaired, frozen=True, kw_only=True):
    """A device on the shop's network may nothing any more."""

    TYPE = "device.revoked"


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingRequest:
    """What a device that is still to come shall be: its name and what it is for."""

    name: str
    page: DevicePage
    station: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingCode:
    """What lets one device in once: letters to type, and the same as a link that nobody could guess."""

    typed: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairingResult:
    """A device as it has just been let in, and the secret it is known by from now on; the box keeps its hash only."""

    device: str
    page: DevicePage
    station: str
    secret: str


def _hash(secret: str) -> bytes:
    """SHA-256 is enough for what is drawn at random from so many (a code is good for ten minutes)."""
    return hashlib.sha256(secret.encode()).digest()


def is_guessable(code: str) -> bool:
    """Whether it is short enough to be found by trying: of such the tries are counted."""
    return len(_letters(code)) <= CODE_LENGTH


def _letters(code: str) -> str:
    """A code as it was made: whoever types it may write it small, in groups, or with blanks around it."""
    bare = code.strip().replace(" ", "").replace("-", "")
    return bare.upper() if len(bare) <= CODE_LENGTH else code.strip()


def make_pairing_code(db: Database, wanted: PairingRequest, now: Now, staff: str | None = None) -> PairingCode:
    """A new code, inside the caller's transaction; `staff` is who asked for it. Those that have run out are thrown away."""
    code = PairingCode(
        typed="".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH)), link=secrets.token_urlsafe(32)
    )
    db.conn.execute("delete from pairing_codes where boot <> ? or until_ms < ?", (now.boot, now.uptime_ms))
    db.conn.execute(
        "insert into pairing_codes (typed, link, name, page, station, staff, boot, until_ms) values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _hash(code.typed),
            _hash(code.link),
            wanted.name,
            wanted.page,
            wanted.station,
            staff,
            now.boot,
            now.uptime_ms + int(CODE_LIFETIME.total_seconds() * 1000),
        ),
    )
    return code


_OPEN = "from pairing_codes where (typed = :hash or link = :hash) and boot = :boot and until_ms >= :now"


def is_code_open(db: Database, code: PairingCode, now: Now) -> bool:
    """Whether a code still lets a device in."""
    return (
        first_row(db, f"select 1 {_OPEN}", {"hash": _hash(code.link), "boot": now.boot, "now": now.uptime_ms})
        is not None
    )


def withdraw_pairing_code(db: Database, code: PairingCode) -> None:
    """Let nobody in by a code any more, inside the caller's transaction."""
    db.conn.execute("delete from pairing_codes where link = ?", (_hash(code.link),))


def pair_device(db: Database, box: BoxIdentity, code: str, now: Now, instead: str = "") -> PairingResult | None:
    """Let the device in that shows a code, in a transaction of its own; None if no such code is open.

    A wrong code costs a look and writes nothing. `instead` is the device that the same browser was until now.
    """
    asked = {"hash": _hash(_letters(code)), "boot": now.boot, "now": now.uptime_ms}
    if first_row(db, f"select 1 {_OPEN}", asked) is None:
        return None
    with writing(db):
        row = first_row(db, f"delete {_OPEN} returning name, page, station, staff", asked)
        if row is None:  # another device was quicker
            return None
        name, page, station, staff = row
        device, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
        db.conn.execute(
            "insert into paired_devices (id, secret, name, page, station, paired, seen) values (?, ?, ?, ?, ?, ?, ?)",
            (device, _hash(secret), name, page, station, now.text, now.text),
        )
        it = DevicePaired(device=device, name=name, page=page)
        tell(db, box, it, now, FactAttributes(staff=staff, station=station or None))
        if instead:
            revoke_device(db, box, instead, now)
    return PairingResult(device=device, page=page, station=station, secret=secret)


_DEVICE = "select id, name, page, station, paired, seen from paired_devices"


def find_paired_device(db: Database, secret: str) -> PairedDevice | None:
    """The device that holds a secret; None if it was never paired, or is no longer."""
    return next(iter(values(db, PairedDevice, f"{_DEVICE} where secret = ?", (_hash(secret),))), None)


def all_paired_devices(db: Database) -> list[PairedDevice]:
    """All paired devices, in the order in which they came."""
    return values(db, PairedDevice, f"{_DEVICE} order by rowid")


def is_last_seen_due(device: PairedDevice, now: Now) -> bool:
    """Whether it is time to note again that a device was seen, also behind a clock that was set back."""
    return abs(now.time - parse_utc(device.seen)) >= LAST_SEEN_PRECISION


def note_seen(db: Database, device: str, now: Now) -> None:
    """Note that a device was seen, inside the caller's transaction."""
    db.conn.execute("update paired_devices set seen = ? where id = ?", (now.text, device))


def revoke_device(db: Database, box: BoxIdentity, device: str, now: Now, staff: str | None = None) -> bool:
    """Take a device off the list, inside the caller's transaction: its secret opens nothing any more. False: it was not on it."""
    row = first_row(db, "delete from paired_devices where id = ? returning name, page, station", (device,))
    if row is None:
        return False
    name, page, station = row
    it = DeviceRevoked(device=device, name=name, page=page)
    tell(db, box, it, now, FactAttributes(staff=staff, station=station or None))
    return True


PAIRED_DEVICES_FEATURE = Feature(name="paired_devices", facts=(DevicePaired, DeviceRevoked))
