"""SQLite's log of commits, read further than SQLite itself does."""

import random
from contextlib import closing
from pathlib import Path

import pytest

from edge.db_files.salvage.wal_reader import FRAME_HEADER_BYTES, WAL_HEADER_BYTES, read_frames
from edge.platform.sqlite import sqlite3

PAGE = 4096


@pytest.fixture
def wal(tmp_path: Path) -> bytes:
    """The log of three hundred commits, none of them written into the file yet."""
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as conn:
        conn.execute("pragma journal_mode = wal")
        conn.execute("create table t (a integer primary key, b text)")
        for number in range(300):
            conn.execute("insert into t (b) values (?)", ("x" * 200 + str(number),))
        return (tmp_path / "a.db-wal").read_bytes()


def flipped(wal: bytes, place: int) -> bytes:
    return wal[:place] + bytes([wal[place] ^ 4]) + wal[place + 1 :]


def test_all_frames_of_a_sound_log_are_read_and_believed(wal: bytes) -> None:
    found = read_frames(wal, PAGE)
    assert len(found) == (len(wal) - WAL_HEADER_BYTES) // (PAGE + FRAME_HEADER_BYTES)
    assert all(frame.sound and frame.believed for frame in found)


def test_one_flipped_bit_costs_its_own_frame_wherever_it_lies(wal: bytes) -> None:
    whole, dice = len(read_frames(wal, PAGE)), random.Random(1)
    for _ in range(40):
        place = dice.randrange(WAL_HEADER_BYTES, len(wal) - 4 * (PAGE + FRAME_HEADER_BYTES))
        found = read_frames(flipped(wal, place), PAGE)
        assert len(found) == whole
        salts = 8 <= (place - WAL_HEADER_BYTES) % (PAGE + FRAME_HEADER_BYTES) < 16
        assert sum(not frame.sound for frame in found) == (0 if salts else 1)
        assert not found[-1].believed


@pytest.mark.parametrize("place", [0, 8, 16, 20, 31])
def test_a_damaged_header_hides_no_frame(wal: bytes, place: int) -> None:
    found = read_frames(flipped(wal, place), PAGE)
    assert len(found) == len(read_frames(wal, PAGE))
    assert not any(frame.believed for frame in found)


def test_a_page_of_noise_across_two_frames_hides_nothing_behind_it(wal: bytes) -> None:
    start = WAL_HEADER_BYTES + 50 * (PAGE + FRAME_HEADER_BYTES) + 2000
    found = read_frames(wal[:start] + random.Random(1).randbytes(PAGE) + wal[start + PAGE :], PAGE)
    assert len(found) == len(read_frames(wal, PAGE))
    assert [number for number, frame in enumerate(found) if not frame.sound][:2] == [50, 51]


def test_the_last_transaction_counts_only_whole_as_a_power_cut_may_have_cut_it(wal: bytes) -> None:
    assert len(read_frames(flipped(wal, len(wal) - 100), PAGE)) < len(read_frames(wal, PAGE))
    assert all(frame.believed for frame in read_frames(wal[:-100], PAGE))


def test_frames_of_an_earlier_run_of_the_log_are_not_read(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "a.db", isolation_level=None)) as conn:
        conn.execute("pragma journal_mode = wal")
        conn.execute("create table t (a integer primary key, b text)")
        for number in range(50):
            conn.execute("insert into t (b) values (?)", ("x" * 200 + str(number),))
        conn.execute("pragma wal_checkpoint")
        conn.execute("insert into t (b) values ('of the new run')")
        found = read_frames((tmp_path / "a.db-wal").read_bytes(), PAGE)
    assert len(found) == 1
    assert b"of the new run" in found[0].data
