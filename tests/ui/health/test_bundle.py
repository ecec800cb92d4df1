"""The support bundle has what support needs, and whatever is planted of people and secrets is not in it."""

import io
import json
import os
import stat
import tarfile
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from sqlite_utils import Database

from edge.config.toml_schema import Config, SerialDevice
from edge.features.pickup.state_machine import State
from edge.platform.clock import now
from edge.platform.database import writing
from firmware_bridge.device_log import DeviceLog
from firmware_bridge.devices.events import DeviceFault
from tests.ui.shop_floor import FULL_NAME, PIN, SECRET, Floor, pickup_code
from ui.health.bundle import write_bundle
from ui.health.check import run_checks
from ui.health.context import CheckContext
from ui.health.registry import CHECKS
from ui.health.report import HealthReport
from ui.i18n import Locales

NAME, CODE, CARD = "田中美咲", "M12345678", "4980000000012345"
MARK = f"{NAME}/{CODE}/{CARD}/{SECRET}"
DEVICE = SerialDevice(id="by-door", station="kiosk-1", path=f"/dev/serial/by-id/{CODE}")
Bundled = Callable[..., dict[str, str]]


@pytest.fixture
def config(floor: Floor) -> Config:
    """With secrets and names in it wherever noren.toml takes a text of somebody's own."""
    hq = msgspec.structs.replace(
        floor.config.hq,
        broker=f"mqtts://{CODE}.example.com",
        username=NAME,
        password_file=f"/home/{NAME}/password",
        keys={CODE: SECRET},
    )
    stations = [
        msgspec.structs.replace(one, name=msgspec.structs.replace(one.name, ja=NAME, en=NAME))
        for one in floor.config.stations
    ]
    return msgspec.structs.replace(floor.config, hq=hq, stations=stations, devices=[DEVICE])


@pytest.fixture
def bundled(floor: Floor, config: Config, root: Path, tmp_path: Path) -> Bundled:
    """The texts in a bundle of the shop as it is now, by file."""

    def write() -> dict[str, str]:
        shop = Floor(config=config, box=floor.box, db=floor.db, hq=floor.hq).shop
        context = CheckContext(moment=now(), config=config, shop=shop, root=root, path=tmp_path / "noren.toml")
        report = HealthReport(moment=now(), store="ginza", box=floor.box.id, findings=run_checks(CHECKS, context))
        path = tmp_path / "bundle.tar.gz"
        write_bundle(path, context, report, Locales(config.zone)["en"])
        with tarfile.open(path) as archive:
            found = {}
            for member in archive.getmembers():
                content = archive.extractfile(member)
                assert content is not None
                found[member.name.removeprefix("noren-doctor/")] = content.read().decode()
        return found

    return write


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What journalctl will print; a line of JSON for each message."""
    tools, lines = tmp_path / "bin", tmp_path / "journal"
    tools.mkdir()
    lines.touch()
    program = tools / "journalctl"
    program.write_text(f'#!/bin/sh\ncat "{lines}"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    return lines


def log(journal: Path, *messages: str) -> None:
    entries = [{"MESSAGE": message, "__REALTIME_TIMESTAMP": "1795862520123456"} for message in messages]
    journal.write_text("".join(f"{json.dumps(entry)}\n" for entry in entries), encoding="utf-8")


def planted(found: dict[str, str]) -> list[str]:
    """The files in which something of somebody is."""
    return [
        f"{name}: {secret}"
        for name, text in found.items()
        for secret in (NAME, CODE, CARD, SECRET, FULL_NAME, PIN, "サトウ", "森", "argon2")
        if secret in text
    ]


def mark_texts(db: Database, table: str) -> int:
    """Put the mark into every text of a table, into JSON as JSON; how many were changed."""
    columns = [column.name for column in db.table(table).columns if column.type == "TEXT"]
    number = "''" if "without rowid" in str(db.table(table).schema).lower() else "rowid"
    with writing(db):
        return sum(
            db.conn.execute(
                f"""update or ignore "{table}" set "{column}" = case when substr("{column}", 1, 1) = '{{'
                    then '{{"name": "{MARK}"}}' else '{MARK}' || {number} end where "{column}" is not null"""
            ).rowcount
            for column in columns
        )


@pytest.mark.usefixtures("journal")
def test_support_finds_what_it_needs(bundled: Bundled, floor: Floor) -> None:
    DeviceLog(floor.db, DEVICE).note_lost(DeviceFault.UNPLUGGED)
    found = bundled()
    assert list(found) == ["doctor.json", "versions.json", "settings.json", "databases.json", "devices.json", "log.txt"]
    doctor, databases = json.loads(found["doctor.json"]), json.loads(found["databases.json"])
    assert (doctor["store"], doctor["box"], doctor["language"]) == ("ginza", floor.box.id, "en")
    assert {one["id"] for one in doctor["findings"]} >= {check.id for check in CHECKS if check.id != "pages.screens"}
    assert databases["hq.db"]["rows"]["catalog"] == 18
    assert databases["store.db"]["migrations"][0] == "m001_the_house"
    assert databases["store.db"]["unknown_migrations"] == 0
    assert {one["feed"]: one["rows"] for one in databases["feeds"]}.keys() >= {"catalog", "orders", "members"}
    assert json.loads(found["settings.json"])["hq"]["named"] == ["username", "password_file"]
    devices = json.loads(found["devices.json"])
    assert devices["devices"][0]["device"] == "by-door"
    assert devices["log"][0]["detail"] == "unplugged"
    assert json.loads(found["versions.json"])["noren"]


def test_nothing_of_people_that_went_through_the_shop_is_in_it(bundled: Bundled, floor: Floor, journal: Path) -> None:
    floor.order("4821", State.READY, member="m-1", name=NAME)
    for code in (CODE, pickup_code("4821"), CARD, MARK):
        for station in ("kiosk-1", "counter-1"):
            floor.scan(code, station)
    log(
        journal,
        f"I edge.scan_processor: {MARK}",
        f"W sync.journal.sender: HQ rejected facts 1 to 2 (nack): {MARK}",
        MARK,
    )
    found = bundled()
    assert "HQ rejected facts 1 to 2 (nack): …" in found["log.txt"]
    assert planted(found) == []


def test_whatever_text_is_in_whatever_column_none_of_it_comes_out(bundled: Bundled, floor: Floor) -> None:
    """Every text of both databases becomes the mark, one table after the other: what is listed is what is told."""
    floor.order("4821", State.READY, member="m-1")
    floor.scan(pickup_code("4821"), "counter-1")
    DeviceLog(floor.db, DEVICE).note_lost(DeviceFault.UNPLUGGED)
    changed = sum(mark_texts(db, table) for db in (floor.db, floor.hq) for table in db.table_names())
    assert changed > 100
    assert planted(bundled()) == []


def test_it_is_its_owners_alone_and_overwrites_nothing(bundled: Bundled, tmp_path: Path) -> None:
    bundled()
    path = tmp_path / "bundle.tar.gz"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        bundled()


def test_a_part_that_cannot_be_made_hides_no_other(bundled: Bundled, floor: Floor) -> None:
    floor.db.conn.execute("alter table device_log rename to gone")
    found = bundled()
    assert json.loads(found["devices.json"]).keys() == {"failed"}
    assert "gone" not in found["databases.json"]
    assert json.loads(found["databases.json"])["store.db"]["rows"]["scans"] == 0
    assert io.StringIO(found["doctor.json"]).readline() == "{\n"
