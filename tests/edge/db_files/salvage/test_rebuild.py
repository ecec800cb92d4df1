"""store.db damaged at random places of its files: what can be read reaches HQ once, and the box goes on."""

import random
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.box_identity import ensure_identity
from edge.db_files import repair
from edge.db_files.inspection import READ_BUDGET_S
from edge.db_files.repair_log import last_repair
from edge.platform.clock import now
from edge.platform.database import open_store, rows, writing
from sync.hq.schema import migrate, open_hq_store
from tests.support.damaged_store import STORE, Lived, at_hq, carry, copied, flip, live, spoil

PAGE = 4096
FACTS = 400
FLIPS = 40


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Lived]:
    folder = tmp_path_factory.mktemp("lived")
    migrate(folder / "hq")
    with open_hq_store(folder / "hq") as hq:
        hq.conn.execute("pragma synchronous = off")
        return folder, live(folder / "store", hq, facts=FACTS, dice=random.Random(7))


def made_good(folder: Path) -> Database:
    """The store as its web process finds it after the repair."""
    repair.repair_store_if_damaged(folder, STORE, now(), within=READ_BUDGET_S)
    db = open_store(folder)
    db.conn.execute("pragma synchronous = off")
    ensure_identity(db, STORE, now())
    return db


def after(folder: Path, hq_folder: Path, lived: Lived) -> tuple[int, int, int]:
    """Facts lost, facts kept twice, and readings lost, once HQ has received all of the box."""
    with made_good(folder) as db, open_hq_store(hq_folder) as hq:
        hq.conn.execute("pragma synchronous = off")
        carry(db, hq)
        found, scans = at_hq(hq), dict(db.conn.execute("select seq, data from scans").fetchall())
    lost = sum(text not in found for text in lived.facts.values())
    gone = sum(scans.get(seq) != data for seq, data in lived.scans.items())
    return lost, sum(times > 1 for times in found.values()), gone


def test_one_flipped_bit_costs_one_row_at_most_or_the_rows_of_one_page(
    here: tuple[Path, Lived], tmp_path: Path
) -> None:
    folder, lived = here
    dice = random.Random(4)
    for number in range(FLIPS):
        with copied(folder / "store", tmp_path / "c") as store, copied(folder / "hq", tmp_path / "h") as hq:
            file = store / f"store.db{('', '-wal', '-shm')[number % 3]}"
            place = dice.randrange(file.stat().st_size)
            flip(file, place, dice.randrange(8))
            lost, twice, gone = after(store, hq, lived)
        assert (twice, lost <= 40, gone <= 60) == (0, True, True), f"{file.name} at {place}: {lost} {twice} {gone}"


@pytest.mark.parametrize("number", range(1, 180, 12))
def test_a_page_of_noise_costs_what_was_on_it(here: tuple[Path, Lived], tmp_path: Path, number: int) -> None:
    folder, lived = here
    with copied(folder / "store", tmp_path / "c") as store, copied(folder / "hq", tmp_path / "h") as hq:
        file = store / "store.db"
        if number * PAGE > file.stat().st_size:
            return
        spoil(file, (number - 1) * PAGE, PAGE, random.Random(number))
        lost, twice, gone = after(store, hq, lived)
    assert twice == 0
    assert lost <= 40
    assert gone <= 60


def test_the_first_page_is_not_needed_to_find_the_rest(here: tuple[Path, Lived], tmp_path: Path) -> None:
    folder, lived = here
    with copied(folder / "store", tmp_path / "c") as store, copied(folder / "hq", tmp_path / "h") as hq:
        spoil(store / "store.db", 0, PAGE, random.Random(1))
        assert after(store, hq, lived) == (0, 0, 0)


def test_a_box_whose_file_is_gone_or_empty_is_another_box_and_works(here: tuple[Path, Lived], tmp_path: Path) -> None:
    folder, _ = here
    with copied(folder / "store", tmp_path / "c") as store:
        (store / "store.db").write_bytes(b"")
        (store / "store.db-wal").unlink()
        with made_good(store) as db:
            assert rows(db, "select type from journal where type = 'noren.box.salvaged'")


def test_the_old_file_is_kept_and_the_report_says_what_was_saved(here: tuple[Path, Lived], tmp_path: Path) -> None:
    folder, lived = here
    with copied(folder / "store", tmp_path / "c") as store:
        spoil(store / "store.db", 20 * PAGE, PAGE, random.Random(1))
        before = (store / "store.db").read_bytes()
        with made_good(store) as db:
            told = last_repair(db)
            assert told is not None
            assert told.report["saved"]["scans"] <= len(lived.scans)
            assert told.report["saved"]["journal"] <= len(lived.facts)
            assert (store / told.aside).read_bytes() == before
            (fact,) = rows(db, "select event from journal where type = 'noren.box.salvaged'")
            assert told.aside in fact["event"]


def test_a_fact_that_was_altered_is_told_as_such_and_the_others_as_they_were(
    here: tuple[Path, Lived], tmp_path: Path
) -> None:
    folder, lived = here
    with copied(folder / "store", tmp_path / "c") as store, copied(folder / "hq", tmp_path / "h") as hq_folder:
        with open_store(store) as db, writing(db):
            (last,) = rows(db, "select max(seq) - 3 as seq from journal")
            db.conn.execute("update journal set event = replace(event, 'ginza', 'ginzo') where seq = ?", (last["seq"],))
        with made_good(store) as db, open_hq_store(hq_folder) as hq:
            carry(db, hq)
            assert sum(text not in at_hq(hq) for text in lived.facts.values()) == 1
            assert len(rows(hq, "select 1 from facts where type = 'noren.box.fact_altered'")) == 1
            assert rows(hq, "select 1 from quarantine") == []


def test_a_scan_that_was_answered_is_not_answered_again_though_the_cursor_is_lost(
    here: tuple[Path, Lived], tmp_path: Path
) -> None:
    folder, _ = here
    with copied(folder / "store", tmp_path / "c") as store:
        with open_store(store) as db:
            (root,) = rows(db, "select rootpage from sqlite_master where name = 'cursors'")
            db.conn.execute("pragma wal_checkpoint(truncate)")
            (last,) = rows(db, "select max(seq) as seq from scans")
        spoil(store / "store.db", (root["rootpage"] - 1) * PAGE, PAGE, random.Random(1))
        with made_good(store) as db:
            assert rows(db, "select seq from cursors where name = 'desk:scans'") == [last]


@pytest.mark.parametrize("left", ["part", "next"])
def test_a_kill_in_the_middle_is_gone_on_with(
    here: tuple[Path, Lived], tmp_path: Path, left: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, lived = here

    class Killed(BaseException):
        pass

    def killed(*_: object) -> None:
        raise Killed

    with copied(folder / "store", tmp_path / "c") as store, copied(folder / "hq", tmp_path / "h") as hq:
        spoil(store / "store.db", 0, PAGE, random.Random(1))
        with monkeypatch.context() as patch:
            patch.setattr(
                "edge.db_files.repair.replace_store"
                if left == "part"
                else "edge.db_files.replacement.finish_replacement",
                killed,
            )
            with pytest.raises(Killed):
                repair.repair_store_if_damaged(store, STORE, now(), within=READ_BUDGET_S)
        assert (store / f"store.db.{left}").exists()
        assert after(store, hq, lived) == (0, 0, 0)
        assert not (store / f"store.db.{left}").exists()
