"""A store of a version that wrote in the clear: encrypted once, whole or not at all, and nothing of it is lost."""

import errno
import os
import random
import shutil
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from edge.box_identity import ensure_identity
from edge.config.toml_schema import Config, HqSection, StoreSection
from edge.crypto.data_key import DataKey
from edge.crypto.page_cipher import is_encrypted
from edge.db_files import encrypted_copy, encryption_migration, repair
from edge.db_files.encryption_migration import encrypt_files, unencrypted_files
from edge.db_files.file_lock import InUse, shared_lock
from edge.db_files.inspection import READ_BUDGET_S
from edge.db_files.startup import prepare_databases
from edge.facts.journal import tell
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import NoRoom, open_hq, open_store, rows, writing
from edge.platform.os_errors import explain_error
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import use_key
from edge.platform.store_schema.migrations import store_migrations
from tests.support.any_fact import fact
from tests.support.damaged_store import spoil
from tests.support.small_disk import fill, small_disk

KEY = DataKey(bytes(range(32)))
NAME = "名無しの権兵衛"
FACTS = 300


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A backlog in the clear, most of it in the log, as a kill leaves it."""
    return plain_store(tmp_path / "data")


def plain_store(folder: Path) -> Path:
    made = folder.with_name("made")
    migration.migrate(made)
    with closing(open_store(made)) as db:
        box = ensure_identity(db, "ginza", now())
        for number in range(FACTS):
            with writing(db):
                tell(db, box, fact("pickup.ready", {"order": f"o-{number}", "name": NAME}), now())
        shutil.copytree(made, folder, dirs_exist_ok=True)
    return folder


def told(folder: Path) -> list[str]:
    with closing(open_store(folder)) as db:
        return [row["event"] for row in rows(db, "select event from journal order by seq")]


def in_the_clear(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file() and NAME.encode() in file.read_bytes())


def test_a_backlog_is_encrypted_and_all_of_it_is_there(folder: Path) -> None:
    before = told(folder.with_name("made"))
    assert "store.db-wal" in in_the_clear(folder)
    names = [folder.with_name(f"old{end}") for end in ("", "-wal")]
    for name, end in zip(names, ("", "-wal"), strict=True):
        name.hardlink_to(folder / f"store.db{end}")
    use_key(folder, KEY)
    encrypt_files(folder)
    assert in_the_clear(folder) == []
    assert [name for name in names if NAME.encode() in name.read_bytes()] == [], "the blocks themselves"
    assert told(folder) == before
    assert len(before) == FACTS + 1
    with closing(open_store(folder)) as db, closing(open_hq(folder)) as hq:
        assert migration.schema_difference(db, store_migrations) is None
        assert hq.conn.execute("pragma integrity_check").fetchone() == ("ok",)
    assert unencrypted_files(folder) == []
    inodes = [(folder / name).stat().st_ino for name in ("store.db", "hq.db")]
    encrypt_files(folder)
    assert [(folder / name).stat().st_ino for name in ("store.db", "hq.db")] == inodes, "it is done once"


def test_a_file_set_aside_is_encrypted_too_and_what_is_no_database_stays(folder: Path) -> None:
    shutil.copy(folder / "store.db", folder / "store.db.before-restore-20261126T112233Z")
    shutil.copy(folder / "store.db-wal", folder / "store.db.before-restore-20261126T112233Z-wal")
    damaged = folder / "store.db.damaged-20261126T112233Z"
    damaged.write_bytes((folder / "store.db").read_bytes()[:4096])
    use_key(folder, KEY)
    encrypt_files(folder)
    assert in_the_clear(folder) == []
    assert unencrypted_files(folder) == [damaged]


def test_nothing_is_touched_while_a_process_runs(folder: Path) -> None:
    before = in_the_clear(folder)
    use_key(folder, KEY)
    with shared_lock(folder), pytest.raises(InUse):
        encrypt_files(folder)
    assert in_the_clear(folder) == before != []


KILLED = 9  # exit code of the process that ends at once: nothing is closed, nothing cleared away
STEPS = [("_settle", 1), ("export_encrypted", 1), ("_compare", 1), ("_finish", 1), ("_overwrite", 1), ("_overwrite", 2)]


@pytest.mark.parametrize(("step", "nth"), [*STEPS, *(("fsync_files", nth) for nth in range(1, 5))])
@pytest.mark.parametrize("done", [False, True])
def test_a_kill_anywhere_leaves_one_good_file(folder: Path, step: str, nth: int, done: bool) -> None:
    before = told(folder.with_name("made"))
    old, log = folder.with_name("old.db"), folder.with_name("old.db-wal")  # the same blocks under names of their own
    old.hardlink_to(folder / "store.db")
    log.hardlink_to(folder / "store.db-wal")
    module = encrypted_copy if step == "_compare" else encryption_migration
    true, calls = getattr(module, step), 0

    def and_die(*args: object) -> None:
        nonlocal calls
        calls += 1
        if done or calls < nth:
            true(*args)
        if calls == nth:
            os._exit(KILLED)

    use_key(folder, KEY)
    child = os.fork()
    if child == 0:
        try:
            setattr(module, step, and_die)
            encrypt_files(folder)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == KILLED
    encrypt_files(folder)
    assert told(folder) == before
    assert in_the_clear(folder) == []
    assert [file for file in (old, log) if NAME.encode() in file.read_bytes()] == [], "its blocks are overwritten"
    assert [file for file in folder.iterdir() if file.suffix in (".encrypting", ".clear")] == []


def test_a_full_disk_is_said_and_the_plain_file_is_as_it_was(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 12) as disk:
        plain_store(disk / "data")
        shutil.rmtree(disk / "made")
        for opened in (open_store, open_hq):
            with closing(opened(disk / "data")) as db:
                db.conn.execute("pragma wal_checkpoint(truncate)")  # no log gives its room back
        before = unencrypted_files(disk / "data")
        fill(disk)
        use_key(disk / "data", KEY)
        with pytest.raises(NoRoom, match="no room to encrypt"):
            encrypt_files(disk / "data")
        assert unencrypted_files(disk / "data") == before
        assert len(list((disk / "data").glob("*encrypting*"))) == 0
        Path(disk / "not-ours").unlink()
        encrypt_files(disk / "data")
        assert unencrypted_files(disk / "data") == []
        assert len(told(disk / "data")) == FACTS + 1


def test_a_damaged_file_in_the_clear_is_salvaged_into_an_encrypted_one(folder: Path) -> None:
    with closing(open_store(folder)) as db:
        db.conn.execute("pragma wal_checkpoint(truncate)")
    before = told(folder)
    place = (folder / "store.db").read_bytes().find(b'"o-150"') // 4096
    spoil(folder / "store.db", place * 4096, 4096, random.Random(1))
    use_key(folder, KEY)
    encrypt_files(folder)
    repair.repair_store_if_damaged(folder, "ginza", now(), within=READ_BUDGET_S)
    assert is_encrypted((folder / "store.db").read_bytes()[:32])
    saved = [event for event in told(folder) if event in before]
    assert len(before) - 40 < len(saved) < len(before)
    assert [file.name.partition(".damaged")[0] for file in unencrypted_files(folder)] == ["store.db"], (
        "said at each start"
    )


def test_a_database_that_another_program_reads_is_left_alone_and_no_damage(folder: Path) -> None:
    before = told(folder.with_name("made"))
    config = Config(
        store=StoreSection(chain="hanada", id="ginza", data=str(folder)), hq=HqSection(broker="mqtt://x:1", keys={})
    )
    code = """import sqlite3, sys
conn = sqlite3.connect(sys.argv[1])
conn.execute("begin")
conn.execute("select * from journal").fetchone()
print("reads", flush=True)
sys.stdin.read()"""
    words = [sys.executable, "-c", code, str(folder / "store.db")]
    use_key(folder, KEY)
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reads\n"
        with pytest.raises(InUse, match="another program has it open"):
            prepare_databases(config, within=READ_BUDGET_S)
        reader.communicate("")
    prepare_databases(config, within=READ_BUDGET_S)
    assert told(folder) == before, "the same facts, in the same epoch"
    assert not list(folder.glob("*damaged*"))


def test_what_is_no_damage_and_no_full_disk_is_raised(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_files: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    use_key(folder, KEY)
    with monkeypatch.context() as patch, pytest.raises(PermissionError):
        patch.setattr(encryption_migration, "fsync_files", refuse)
        encrypt_files(folder)
    assert [file.name for file in unencrypted_files(folder)] == ["store.db", "hq.db"]


def test_a_file_that_the_disk_does_not_open_is_told_in_words(folder: Path) -> None:
    """`sqlcipher_export` loses the code of the error: the start ended with a traceback."""
    use_key(folder, KEY)
    (folder / "store.db.encrypting-journal").mkdir()
    with pytest.raises(sqlite3.OperationalError) as told:
        encrypt_files(folder)
    assert explain_error(told.value)
    assert [file.name for file in unencrypted_files(folder)] == ["store.db", "hq.db"]


def test_a_second_name_is_no_reason_to_overwrite_what_somebody_moved_away(folder: Path) -> None:
    (folder / "store.db.clear").hardlink_to(folder / "store.db")  # killed before the new one took its place
    shutil.copy(folder / "store.db-wal", folder.with_name("moved.db-wal"))
    (folder / "store.db").rename(folder.with_name("moved.db"))
    before = folder.with_name("moved.db").read_bytes()
    use_key(folder, KEY)
    encrypt_files(folder)
    assert not (folder / "store.db.clear").exists()
    assert folder.with_name("moved.db").read_bytes() == before


def test_the_only_one_that_is_left_is_not_overwritten(folder: Path) -> None:
    before = (folder / "store.db").read_bytes()
    (folder / "store.db").rename(folder / "store.db.clear")
    use_key(folder, KEY)
    encrypt_files(folder)
    assert (folder / "store.db.clear").read_bytes() == before


def test_what_lies_behind_a_damaged_frame_of_the_log_is_not_thrown_away(folder: Path) -> None:
    before = told(folder.with_name("made"))
    size = (folder / "store.db-wal").stat().st_size
    spoil(folder / "store.db-wal", size // 2, 64, random.Random(1))
    use_key(folder, KEY)
    encrypt_files(folder)
    repair.repair_store_if_damaged(folder, "ginza", now(), within=READ_BUDGET_S)
    assert is_encrypted((folder / "store.db").read_bytes()[:32])
    saved = set(told(folder))
    assert before[-1] in saved
    assert len(saved.intersection(before)) > len(before) - 40


def test_a_log_loses_its_head_before_anything_else(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a power cut any of what was not waited for may be on the card, in any order."""
    log, waited = folder / "store.db-wal", list[bytes]()
    fsync = os.fsync

    def and_look(handle: int) -> None:
        fsync(handle)
        if log.exists() and os.fstat(handle).st_ino == log.stat().st_ino:
            waited.append(log.read_bytes())

    before = log.read_bytes()
    use_key(folder, KEY)
    monkeypatch.setattr(os, "fsync", and_look)
    encrypt_files(folder)
    assert [text[:512] == before[:512] for text in waited] == [False, False]
    assert [text[512:] == before[512:] for text in waited] == [True, False]
