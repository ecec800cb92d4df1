"""Which of two a row that does not fit its chain has lost: its event, or its hash."""

import pytest

from edge.db_files.salvage.journal_check import JournalRow, altered_seqs
from edge.facts.journal import GENESIS_HASH, chain_hash


def links(count: int) -> list[JournalRow]:
    found, past = [], GENESIS_HASH
    for number in range(1, count + 1):
        event = f"event {number}".encode()
        past = chain_hash(past, event)
        found.append(JournalRow(10 * number, number, event, past))
    return found


def test_a_whole_chain_has_no_doubtful_row() -> None:
    assert altered_seqs((0, GENESIS_HASH), links(5)) == set()


@pytest.mark.parametrize("place", range(5))
def test_an_altered_event_is_known_by_the_row_behind_it(place: int) -> None:
    chained = links(5)
    one = chained[place]
    chained[place] = JournalRow(one.seq, one.ordinal, b"another", one.hash)
    assert altered_seqs((0, GENESIS_HASH), chained) == {one.seq}


@pytest.mark.parametrize("place", range(4))
def test_a_damaged_hash_makes_no_event_doubtful(place: int) -> None:
    chained = links(5)
    one = chained[place]
    chained[place] = JournalRow(one.seq, one.ordinal, one.event, bytes(32))
    assert altered_seqs((0, GENESIS_HASH), chained) == set()


def test_rows_behind_a_lost_one_are_believed() -> None:
    chained = links(6)
    del chained[2]
    assert altered_seqs((0, GENESIS_HASH), chained) == set()
    assert altered_seqs(None, chained[1:]) == set()
