"""The support bundle: what support needs to know of a box, and nothing about people; each field is told because it is listed here.

A list of what is told, and not of what is withheld: a field that is added anywhere is withheld until somebody lists it.
"""

import io
import json
import os
import platform
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct
from sqlite_utils import Database, Migrations

from edge.config.toml_schema import Config
from edge.platform import migration
from edge.platform.clock import utc_text
from edge.platform.database import first_row, pragma, rows
from edge.platform.sqlite import sqlite3
from edge.platform.version import version
from edge.validation.localized_text import LocalizedText
from ui.health.check import UNCHECKED
from ui.health.checks.databases import DATABASE_FILES
from ui.health.checks.processes import BOARD_PAGE, NETWORK_UNIT, UNITS
from ui.health.context import CheckContext
from ui.health.finding import Finding, MessageArgument, NotKnown
from ui.health.log_lines import WITHHELD_MARK, without_people
from ui.health.readers import device_kind
from ui.health.report import HealthReport, to_json
from ui.i18n import Locale

LOG_LINES = 2000
DEVICE_EVENTS = 200
JOURNAL_TIMEOUT_S = 20.0
OWNER_ONLY = 0o600

_TOLD_ARGS = frozenset(
    {
        ("units.state", "unit"),
        ("files.permissions", "mode"),
        ("versions.software", "running"),
        ("versions.software", "installed"),
        ("databases.integrity", "file"),
    }
)  # the texts among the arguments of findings; numbers, times and terms of the catalogue are told always
_SLUG = re.compile(r"[a-z][a-z_]{0,29}", re.A)  # our own words for states and faults
_ID = re.compile(r"[0-9a-f]{32}", re.A)  # that only boxes and headquarters make
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)", re.A)
_ERROR_NAME = re.compile(r"[A-Za-z]+(?=[: (]|$)", re.A)

_STORE_FIELDS = ("chain", "id", "time_zone", "day_starts", "budget_mb")
_HQ_FILES = ("username", "password_file", "ca_file", "cert_file", "key_file", "signing_key_file", "recovery_key")
_DEVICE_FIELDS = (
    "id", "station", "baud", "parity", "bytesize", "stopbits", "framing", "idle_ms", "aim", "layout",
    "width", "height", "fps", "region", "exposure", "focus", "power_line_hz", "hold_s", "symbologies", "several",
)  # fmt: skip
_WEDGE_FIELDS = ("layout", "gap_ms", "silence_ms", "suffix")
_DEVICE_COUNTS = ("heard", "readings", "refused", "refused_in_a_row", "no_room")
_DEVICE_SLUGS = ("kind", "state", "detail", "why", "ending")
_DEVICE_TIMES = ("since", "time", "last_reading", "last_refused")


def write_bundle(path: Path, context: CheckContext, report: HealthReport, voice: Locale) -> list[str]:
    """Write the bundle for its owner alone; the names of its files. Raises FileExistsError, OSError."""
    parts: dict[str, Callable[[], Any]] = {
        "doctor.json": lambda: _findings(context, report, voice),
        "versions.json": lambda: _versions(context),
        "settings.json": lambda: _settings(context),
        "databases.json": lambda: _databases(context),
        "devices.json": lambda: _devices(context),
        "log.txt": lambda: "\n".join(without_people(_journal())) + "\n",
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, make in parts.items():
            content = _content(make).encode()
            member = tarfile.TarInfo(f"noren-doctor/{name}")
            member.size, member.mode, member.mtime = len(content), OWNER_ONLY, int(report.moment.time.timestamp())
            archive.addfile(member, io.BytesIO(content))
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, OWNER_ONLY)) as file:
        file.write(packed.getvalue())
    return list(parts)


def _content(make: Callable[[], Any]) -> str:
    """A part as text; one that cannot be made says so, and the others are still told."""
    try:
        made = make()
    except NotKnown as unknown:
        made = {"not_known": unknown.reason}
    except (OSError, sqlite3.Error, subprocess.SubprocessError, msgspec.MsgspecError, ValueError) as error:
        made = {"failed": type(error).__name__}
    return made if isinstance(made, str) else json.dumps(made, indent=2, ensure_ascii=False) + "\n"


def _listed(text: object, pattern: re.Pattern[str]) -> str:
    """A text if it is of the form that we write ourselves."""
    return text if isinstance(text, str) and pattern.fullmatch(text) else WITHHELD_MARK if text else ""


def _findings(context: CheckContext, report: HealthReport, voice: Locale) -> dict[str, Any]:
    """The report with only those arguments that are listed; its words are made of these, too."""
    subjects = _subjects(context)
    findings = [_withheld(one, subjects) for one in report.findings]
    return to_json(replace(report, box=_listed(report.box, _ID), findings=findings), voice)


def _subjects(context: CheckContext) -> frozenset[str]:
    """The ids that findings may be about: those in noren.toml, and our own."""
    try:
        config = context.config
    except NotKnown:
        return frozenset()
    ids = {one.id for one in (*config.stations, *config.devices)}
    return frozenset({"", BOARD_PAGE, *UNITS, NETWORK_UNIT, *DATABASE_FILES, *ids})


def _withheld(one: Finding, subjects: frozenset[str]) -> Finding:
    args = {name: value if _is_told(one, name, value) else WITHHELD_MARK for name, value in one.args.items()}
    if one.state == UNCHECKED and (error := _ERROR_NAME.match(str(one.args["error"]))):
        args["error"] = error[0]
    return replace(one, args=args, subject=one.subject if one.subject in subjects else WITHHELD_MARK)


def _is_told(one: Finding, name: str, value: MessageArgument) -> bool:
    return not isinstance(value, str | LocalizedText) or (one.id, name) in _TOLD_ARGS


def _versions(context: CheckContext) -> dict[str, Any]:
    model = context.root / "proc/device-tree/model"
    return {
        "noren": version(),
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "kernel": platform.release(),
        "machine": platform.machine(),
        "model": model.read_text(encoding="ascii").rstrip("\0") if model.exists() else "",
        "uptime_s": context.moment.uptime_ms // 1000,
    }


def _settings(context: CheckContext) -> dict[str, Any]:
    """noren.toml without secrets, paths and the installer's own words; of a file that [hq] names only that it does."""
    config: Config = context.config
    return {
        "store": _fields(config.store, _STORE_FIELDS),
        "hq": {
            "scheme": config.hq.broker.partition(":")[0],
            "protocol": config.hq.protocol,
            "keys": len(config.hq.keys),
            "named": [name for name in _HQ_FILES if getattr(config.hq, name) is not None],
        },
        "web": {"port": config.web.port, "lan": config.web.lan is not None, "lan_port": config.web.lan_port},
        "stations": [
            {"id": one.id, "role": one.role, "wedge": _fields(one.wedge, _WEDGE_FIELDS)} for one in config.stations
        ],
        "devices": [{"kind": device_kind(one), **_fields(one, _DEVICE_FIELDS)} for one in config.devices],
    }


def _fields(section: Struct, names: Iterable[str]) -> dict[str, Any]:
    return {name: msgspec.to_builtins(getattr(section, name)) for name in names if hasattr(section, name)}


def _databases(context: CheckContext) -> dict[str, Any]:
    """Schema versions, sizes and counts of rows; of HQ's feeds their versions. No row itself."""
    shop = context.shop
    return {
        "store.db": _database(shop.db, migration.SCHEMA_OF_FILE["store.db"]),
        "hq.db": _database(shop.hq, migration.SCHEMA_OF_FILE["hq.db"]),
        "feeds": _feeds(shop.hq),
        "configs": rows(shop.db, "select version, attempt, interrupted from configs order by number desc limit 20"),
        "journal": rows(shop.db, "select lane, count(*) as facts, max(seq) as last from journal group by lane"),
        "kept": rows(shop.db, "select lane, max(seq) as last from kept group by lane"),
    }


def _database(db: Database, migrations: Migrations) -> dict[str, Any]:
    """Of tables only those that our migrations make: a name of another could be anything."""
    with closing(sqlite3.connect(":memory:")) as empty:
        new = Database(empty)
        steps = {step.name for step in migrations.pending(new)}
        migrations.apply(new)
        tables = sorted(set(new.table_names()) & set(db.table_names()))
    applied = [step.name for step in migrations.applied(db)]
    return {
        "migrations": [name for name in applied if name in steps],
        "unknown_migrations": len(set(applied) - steps),
        "page_size": int(pragma(db, "page_size")),
        "pages": int(pragma(db, "page_count")),
        "free_pages": int(pragma(db, "freelist_count")),
        "rows": {table: _count(db, table) for table in tables},
    }


def _count(db: Database, table: str) -> int | None:
    """None if the table cannot be read."""
    try:
        found = first_row(db, f"select count(*) from {table}")
    except sqlite3.Error:
        return None
    return int(found[0]) if found else None


def _feeds(hq: Database) -> list[dict[str, Any]]:
    found = rows(hq, "select feed, epoch, version, rows, as_of from feeds order by feed")
    return [
        {
            "feed": _listed(one["feed"], _SLUG),
            "epoch": _listed(one["epoch"], _ID),
            "version": one["version"],
            "rows": one["rows"],
            "as_of": _listed(one["as_of"], _TIME),
        }
        for one in found
    ]


def _devices(context: CheckContext) -> dict[str, Any]:
    """Each device's counts, and what befell devices last, in the bridge's own words."""
    db, subjects = context.shop.db, _subjects(context)
    log = rows(db, "select seq, device, kind, detail, time from device_log order by seq desc limit ?", (DEVICE_EVENTS,))
    return {
        "devices": [_device(one, subjects) for one in rows(db, "select * from devices order by device")],
        "log": [{"seq": one["seq"], **_device(one, subjects)} for one in log],
    }


def _device(row: Mapping[str, Any], subjects: frozenset[str]) -> dict[str, Any]:
    told = {name: row[name] for name in _DEVICE_COUNTS if name in row}
    told |= {name: _listed(row[name], _SLUG) for name in _DEVICE_SLUGS if row.get(name)}
    told |= {name: _listed(row[name], _TIME) for name in _DEVICE_TIMES if row.get(name)}
    return {"device": row["device"] if row["device"] in subjects else WITHHELD_MARK, **told}


def _journal() -> Iterator[tuple[str, str]]:
    """The last lines of our units in systemd's journal, each with its time; none if there is no journal here."""
    if shutil.which("journalctl") is None:
        return
    asked = ["journalctl", "--unit=noren-*", f"--lines={LOG_LINES}", "--output=json", "--no-pager", "--quiet"]
    told = subprocess.run(asked, capture_output=True, timeout=JOURNAL_TIMEOUT_S, check=True).stdout
    for line in told.splitlines():
        entry = msgspec.json.decode(line)
        if isinstance(entry.get("MESSAGE"), str):  # bytes that are no UTF-8 are a list of numbers there
            moment = datetime.fromtimestamp(int(entry["__REALTIME_TIMESTAMP"]) / 1e6, UTC)
            yield utc_text(moment), entry["MESSAGE"]
