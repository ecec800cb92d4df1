"""HQ's database put back from a backup is known for it before anything is pushed, whoever is on the line."""

import shutil
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.platform.database import writing
from sync.hq import epoch_reset
from sync.hq.enrolment.founding import found_headquarters, open_headquarters
from sync.hq.feeds import feed
from sync.hq.older_copy import RUN_FILE
from sync.hq.schema import HQ_DB as DATABASE


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found_headquarters(tmp_path / "hq", "test", "mqtt://127.0.0.1:1")
    push(tmp_path / "hq", "1")
    return tmp_path / "hq"


def push(folder: Path, price: str) -> None:
    with open_headquarters(folder) as db, writing(db):
        feed.put_rows(db, "prices", "all", [("a", price)])


def epoch(db: Database) -> str:
    here = feed.feed_position(db, "prices", "all")
    assert here
    return here.epoch


def go_back(folder: Path) -> str:
    """The database is the one of before the last push; the epoch it has."""
    with open_headquarters(folder) as db:
        before = epoch(db)
        db.conn.execute("vacuum into ?", (str(folder / "backup.db"),))
    push(folder, "2")
    for end in ("-wal", "-shm"):
        (folder / f"{DATABASE}{end}").unlink(missing_ok=True)
    shutil.move(folder / "backup.db", folder / DATABASE)
    return before


def test_a_push_before_any_store_was_heard_gives_no_version_a_second_meaning(folder: Path) -> None:
    before = go_back(folder)
    push(folder, "3")
    with open_headquarters(folder) as db:
        assert epoch(db) != before
        (seen,) = epoch_reset.recent_epoch_renewals(db)
        assert "older copy of itself" in epoch_reset.renewal_in_words(seen)
        after = epoch(db)
    with open_headquarters(folder) as db:  # and it is over
        assert (epoch(db), len(epoch_reset.recent_epoch_renewals(db))) == (after, 1)


def test_a_headquarters_that_goes_on_as_it_was_begins_nothing_anew(folder: Path) -> None:
    with open_headquarters(folder) as db:
        before = epoch(db)
    push(folder, "2")
    push(folder, "2")
    with open_headquarters(folder) as db:
        assert (epoch(db), epoch_reset.recent_epoch_renewals(db)) == (before, [])


@pytest.mark.parametrize("text", ["", "{", '{"stamp":"x"}', None])
def test_a_note_that_is_gone_or_half_written_shows_nothing(folder: Path, text: str | None) -> None:
    (folder / RUN_FILE).unlink()
    if text is not None:
        (folder / RUN_FILE).write_text(text)
    push(folder, "2")
    with open_headquarters(folder) as db:
        assert epoch_reset.recent_epoch_renewals(db) == []
    assert (folder / RUN_FILE).read_text().startswith('{"stamp":')
