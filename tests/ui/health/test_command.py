"""`noren doctor`: what a person, a program and a script get of it, whatever state the box is in."""

import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from edge.box_identity import ensure_identity
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import open_store, writing
from edge.single_instance import instance_lock
from tests.edge.test_main import settings_file
from tests.support.keyed_databases import unlocked
from ui.health.command import doctor
from ui.health.registry import CHECKS

FIELDS = {"schema", "store", "box", "time", "clock", "version", "language", "level", "exit_code", "findings"}


@pytest.fixture
def path(tmp_path: Path) -> Iterator[Path]:
    """The settings of a box that was started once, and whose bridge has just begun."""
    path = settings_file(tmp_path)
    data = tmp_path / "data"
    migration.migrate(unlocked(data))
    db = open_store(data)
    ensure_identity(db, "ginza", now())
    db.close()
    for file in data.iterdir():
        file.chmod(0o600)
    for device in ("dev/scanner", "dev/camera"):
        (tmp_path / device).parent.mkdir(exist_ok=True)
        (tmp_path / device).touch()
    path.write_text(path.read_text(encoding="utf-8").replace("/dev/video0", "dev/camera"), encoding="utf-8")
    with instance_lock("bridge", data):
        yield path


def run(path: Path, *words: str, env: dict[str, str] | None = None) -> Result:
    return CliRunner().invoke(doctor, ["--config", str(path), *words], env=env)


def levels(told: Result) -> dict[str, str]:
    return {one["id"]: one["level"] for one in json.loads(told.stdout)["findings"]}


def test_every_check_is_told_as_json(path: Path) -> None:
    told = run(path, "--json")
    report = json.loads(told.stdout)
    assert report.keys() == FIELDS
    assert (report["schema"], report["store"], len(report["box"])) == (1, "ginza", 32)
    assert {one["id"] for one in report["findings"]} == {check.id for check in CHECKS}
    assert all(
        one.keys() == {"id", "state", "level", "subject", "what", "why", "do", "args"} for one in report["findings"]
    )
    assert "unchecked" not in {one["state"] for one in report["findings"]}
    assert report["exit_code"] == told.exit_code == 1  # the key is beside the databases


@pytest.mark.parametrize(
    ("words", "env", "said"),
    [
        (("--lang", "ja"), {}, "[注意] files.data_key: 記録の鍵が"),
        (("--lang", "en"), {"LANG": "ja_JP.UTF-8"}, "[Look at it] files.data_key: The key"),
        ((), {"LANG": "ja_JP.UTF-8", "LC_ALL": ""}, "[注意] files.data_key"),
        ((), {"LANG": "C.UTF-8", "LC_ALL": ""}, "[Look at it] files.data_key"),
    ],
)
def test_a_person_is_told_in_their_language(path: Path, words: Sequence[str], env: dict[str, str], said: str) -> None:
    assert said in run(path, *words, env=env).stdout


def test_what_is_to_be_done_comes_first_with_why_and_what(path: Path, tmp_path: Path) -> None:
    (tmp_path / "dev/scanner").unlink()
    lines = run(path, "--lang", "en").stdout.splitlines()
    assert lines[1] == f"[Act now] devices.node: {tmp_path / 'dev/scanner'} is not there"
    assert lines[2].strip().startswith("Why it matters: ")
    assert lines[3].strip().startswith("What to do: ")
    assert lines[-1].startswith("To act on: 1.")


def test_an_error_is_exit_code_2(path: Path, tmp_path: Path) -> None:
    (tmp_path / "data/hq.db").unlink()
    assert run(path).exit_code == 2


@pytest.mark.parametrize("name", ["store.db", "hq.db"])
@pytest.mark.parametrize("content", [b"", b"x" * 9000])
def test_a_database_that_cannot_even_be_opened_is_damaged_and_not_unknown(
    path: Path, tmp_path: Path, name: str, content: bytes
) -> None:
    for end in ("-wal", "-shm"):
        (tmp_path / "data" / f"{name}{end}").unlink(missing_ok=True)
    (tmp_path / "data" / name).write_bytes(content)
    told = run(path, "--json")
    states = [
        (one["subject"], one["state"])
        for one in json.loads(told.stdout)["findings"]
        if one["id"] == "databases.integrity"
    ]
    assert (told.exit_code, (name, "damaged") in states) == (2, True)


def test_the_log_beside_an_empty_database_is_left_for_the_salvage(path: Path, tmp_path: Path) -> None:
    """A power cut may leave store.db empty and its log whole: SQLite would delete the log as soon as it opens the file."""
    store, log = tmp_path / "data/store.db", tmp_path / "data/store.db-wal"
    db = open_store(tmp_path / "data")
    with writing(db):
        db.conn.execute("insert into marks (name, seq, time) values ('m', 1, '2026-11-28T00:00:00.000Z')")
    kept = log.read_bytes()
    db.close()
    assert kept
    store.write_bytes(b"")
    log.write_bytes(kept)
    assert run(path, "--json").exit_code == 2
    assert (store.read_bytes(), log.read_bytes()) == (b"", kept)


def test_settings_that_cannot_be_read_are_one_error_and_the_rest_is_unknown(path: Path) -> None:
    path.write_text("[store\n")
    told = run(path, "--json")
    found = levels(told)
    assert (told.exit_code, found.pop("files.settings")) == (2, "error")
    # the clock, the sensors and the version of the software need no settings
    rest = {level for check, level in found.items() if not check.startswith(("clock.", "power.", "versions."))}
    assert rest == {"unknown"}


def test_without_the_data_key_what_needs_no_database_is_still_told(path: Path, tmp_path: Path) -> None:
    (tmp_path / "data/data.key").unlink()
    told = run(path, "--json")
    found = levels(told)
    assert (found["disk.space"], found["databases.integrity"]) == ("unknown", "unknown")
    assert (found["disk.inodes"], found["devices.node"]) == ("ok", "ok")
    why = next(one["what"] for one in json.loads(told.stdout)["findings"] if one["id"] == "disk.space")
    assert "data-key.sealed beside the databases has it" in why


def test_a_box_that_was_never_started_is_told_so(tmp_path: Path) -> None:
    told = run(settings_file(tmp_path), "--lang", "en")
    assert told.exit_code == 2
    assert "store.db is not there" in told.stdout
    assert not (tmp_path / "data").exists()


def test_looking_changes_nothing(path: Path, tmp_path: Path) -> None:
    def files() -> dict[str, tuple[int, int]]:
        return {
            one.name: (one.stat().st_size, one.stat().st_mtime_ns)
            for one in (tmp_path / "data").iterdir()
            if not one.name.endswith(("-wal", "-shm"))
        }

    before = files()
    run(path)
    assert files() == before
    assert os.environ.get("CREDENTIALS_DIRECTORY") is None


def test_a_bundle_is_written_where_it_is_asked_for(path: Path, tmp_path: Path) -> None:
    told = run(path, "--bundle", str(tmp_path / "for-support.tar.gz"), "--lang", "en")
    assert told.exit_code == 1
    assert told.stdout.startswith(f"{tmp_path / 'for-support.tar.gz'} is written, for support. In it: doctor.json, ")
    again = run(path, "--bundle", str(tmp_path / "for-support.tar.gz"))
    assert (again.exit_code, "name another file" in again.stderr) == (1, True)
