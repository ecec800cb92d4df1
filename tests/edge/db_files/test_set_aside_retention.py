"""Files set aside do not pile up, and what may still be wanted of them stays."""

import random
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from edge.box_identity import ensure_identity
from edge.db_files import repair
from edge.db_files.backup import back_up, restore_backup
from edge.db_files.inspection import READ_BUDGET_S
from edge.db_files.repair_log import last_repair
from edge.db_files.set_aside_retention import KEEP_LATEST, SetAsideFile, delete_old_set_asides
from edge.platform import migration
from edge.platform.clock import now
from edge.platform.database import open_store
from tests.support.damaged_store import spoil

STORE, PAGE = "ginza", 4096


def test_a_card_that_goes_bad_again_and_again_is_not_filled_with_old_files(tmp_path: Path) -> None:
    migration.migrate(tmp_path)
    named = []
    for number in range(KEEP_LATEST + 4):
        with open_store(tmp_path) as db:
            ensure_identity(db, STORE, now())
            db.conn.execute("pragma wal_checkpoint(truncate)")
        spoil(tmp_path / "store.db", 0, PAGE, random.Random(number))
        repair.repair_store_if_damaged(tmp_path, STORE, now(), within=READ_BUDGET_S)
        with open_store(tmp_path) as db:
            noted = last_repair(db)
        assert noted
        named.append(noted.aside)
    there = {one.name for one in tmp_path.glob("store.db.damaged-*") if not one.name.endswith(("-wal", "-shm"))}
    assert set(named[-KEEP_LATEST:]) <= there
    assert len(there) <= KEEP_LATEST + 1
    assert not [one for one in tmp_path.glob("store.db.damaged-*-wal") if one.name[:-4] not in there]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("store.db.damaged-1", "store.db.damaged-2", "store.db.by-hand", "store.db"):
        (tmp_path / name).write_text(name)
    return tmp_path


def made(folder: Path, kind: str, *lost: int) -> list[SetAsideFile]:
    """Of each number lost a file, the latest first."""
    found = [SetAsideFile(f"store.db.{kind}-{number}", kind, count) for number, count in enumerate(lost)]
    for one in found:
        (folder / one.name).write_text("")
    return found


def test_the_one_of_which_most_was_lost_stays_and_what_nobody_remembers(folder: Path) -> None:
    known = made(folder, "salvage", 0, 2, 0, 1, 700, 3)
    assert delete_old_set_asides(folder, known) == ["store.db.salvage-3", "store.db.salvage-5"]
    assert (folder / "store.db.by-hand").exists()
    assert (folder / "store.db").exists()
    assert delete_old_set_asides(folder, known) == []


def test_each_kind_has_its_own_and_few_are_all_kept(folder: Path) -> None:
    known = [*made(folder, "salvage", 1, 1, 1), *made(folder, "restore", 0, 0, 0)]
    assert delete_old_set_asides(folder, known) == []
    assert delete_old_set_asides(folder, []) == []


def set_aside_now(folder: Path) -> set[str]:
    found = folder.glob("store.db.*-20*Z*")
    return {one.name for one in found if not one.name.endswith(("-wal", "-shm"))}


def test_the_same_old_backup_put_back_again_and_again_does_not_fill_the_card(tmp_path: Path) -> None:
    migration.migrate(tmp_path)
    with open_store(tmp_path) as db:
        ensure_identity(db, STORE, now())
    backup = back_up(tmp_path, STORE, tmp_path / "backup.db", now())
    moment, places = now(), list[str]()
    for number in range(2 * KEEP_LATEST + 4):  # it remembers none of the files that were set aside after it was made
        place = restore_backup(tmp_path, STORE, backup, replace(moment, time=moment.time + number * timedelta(days=1)))
        assert place
        places.append(place.name)
    assert set_aside_now(tmp_path) == set(places[-KEEP_LATEST - 1 :])


def test_what_nobody_remembers_is_bounded_kind_by_kind_in_one_second_too_and_nothing_else(folder: Path) -> None:
    second = "20261127T0000%02dZ"
    for why in ("damaged", "before-restore"):
        for number in range(KEEP_LATEST + 2):
            (folder / f"store.db.{why}-{second % number}").write_text("")
    for number in (2, 11):
        (folder / f"store.db.damaged-{second % (KEEP_LATEST + 1)}-{number}").write_text("")
        (folder / f"store.db.damaged-{second % (KEEP_LATEST + 1)}-{number}-wal").write_text("")
    others = {"store.db", "store.db.by-hand", "hq.db.damaged-20200101T000000Z"}
    others |= {f"store.db.before-update-{second % number}" for number in range(KEEP_LATEST + 2)}
    for name in others:
        (folder / name).write_text("")
    old = [SetAsideFile(f"store.db.damaged-{second % 0}", "salvage", 0)]
    assert len(delete_old_set_asides(folder, old)) == 2 + KEEP_LATEST
    last = second % (KEEP_LATEST + 1)
    assert {one.name for one in folder.glob("store.db.damaged-20*")} == {
        f"store.db.damaged-{second % 0}",
        f"store.db.damaged-{last}",
        *(f"store.db.damaged-{last}-{number}{end}" for number in (2, 11) for end in ("", "-wal")),
    }
    assert len(list(folder.glob("store.db.before-restore-*"))) == KEEP_LATEST
    assert {one.name for one in folder.iterdir()} >= others
    assert delete_old_set_asides(folder, old) == []
