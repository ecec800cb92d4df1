"""A fact is one fact, in whichever order the lives of a restored or cloned box tell it, and its id is one in the table."""

import copy
import itertools
from collections import Counter

import pytest
from sqlite_utils import Database

from edge.platform.database import rows
from sync.hq.ingest import quarantine
from sync.hq.ingest.batch_keeping import keep_batch, keep_batches
from tests.sync.hq.telling import Teller


def told(count: int) -> Teller:
    teller = Teller()
    for number in range(count):
        teller.tell("visit.checked_in", {"n": number})
    return teller


def again(old: Teller, epoch: str, begin: int, end: int | None = None) -> Teller:
    """A box that has begun a new epoch tells rows of the old one again, byte for byte."""
    new = Teller(epoch=epoch)
    for row, _ in old.rows[begin:end]:
        new.put(1000 + row.seq, row.event)
    return new


def kept(db: Database) -> Counter[str]:
    return Counter(row["event"] for row in rows(db, "select event from facts"))


def everything(*tellers: Teller) -> Counter[str]:
    return Counter({row.event: 1 for teller in tellers for row, _ in teller.rows if row.event})


def is_one_each(db: Database, *tellers: Teller) -> bool:
    ids = [row["id"] for row in rows(db, "select id from facts")]
    return kept(db) == everything(*tellers) and len(ids) == len(set(ids))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_rest_told_again_and_at_first_hand_in_any_order_is_kept_once(hq: Database, order: tuple[int, ...]) -> None:
    """A copy of store.db made before the fork still has the rest in its old epoch, and HQ's chain there waits for it."""
    old = told(10)
    keep_batch(hq, *old.batch(0, 5))
    batches = [old.batch(5, 10), again(old, "e2", 5).all(), again(old, "e3", 7).all()]
    for number in order:
        keep_batch(hq, *batches[number])
    assert is_one_each(hq, old)


def test_both_are_kept_once_where_they_wait_together(hq: Database) -> None:
    old = told(6)
    keep_batches(hq, [again(old, "e2", 3).all(), old.all(), again(old, "e3", 0).all()])
    assert is_one_each(hq, old)


def test_a_row_that_stands_twice_in_a_batch_is_one_fact(hq: Database) -> None:
    old = told(1)
    twice = again(old, "e2", 0)
    twice.put(2000, old.rows[0][0].event)
    keep_batch(hq, *twice.all())
    assert is_one_each(hq, old)


@pytest.mark.parametrize("first_hand_first", [True, False])
def test_two_lives_that_gave_one_number_to_two_facts_both_count_under_ids_of_their_own(
    hq: Database, first_hand_first: bool
) -> None:
    """A restored box goes on, with the numbers HQ knows of the life it has forgotten, until it hears of the fork."""
    lost = told(8)
    restored = copy.deepcopy(lost)
    del restored.rows[4:]
    for number in range(3):
        restored.tell("visit.checked_in", {"n": 100 + number})
    batches = [lost.all(), again(restored, "e2", 4).all()]
    for batch in batches if first_hand_first else reversed(batches):
        keep_batch(hq, *batch)
    assert is_one_each(hq, lost, restored)
    for epoch in ("e3", "e4"):  # and it is restored again
        keep_batch(hq, *again(restored, epoch, 2).all())
        keep_batch(hq, *again(lost, f"{epoch}x", 2).all())
    assert is_one_each(hq, lost, restored)


def test_a_row_taken_out_of_the_quarantine_is_no_second_fact(hq: Database) -> None:
    """HQ could not read a fact, the box sent it again in a new epoch, and HQ can read it since."""
    old = told(2)
    keep_batch(hq, *old.batch(0, 1))
    keep_batch(hq, *again(old, "e2", 1).all())
    row, mark = old.rows[1]
    with hq.conn:
        hq.conn.execute(
            """insert into quarantine (store, epoch, lane, seq, ordinal, event, hash, reason, received)
               values ('ginza', 'e1', 0, 2, 2, ?, ?, 'old software', '')""",
            (row.raw(), mark),
        )
    (aside,) = quarantine.quarantined_rows(hq)
    assert quarantine.retry_quarantined(hq, aside) is None
    assert is_one_each(hq, old)
    assert [row["seq"] for row in rows(hq, "select seq from echoes where epoch = 'e1'")] == [2]
