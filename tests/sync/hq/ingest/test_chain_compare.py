"""Where a batch fits on what HQ has, row by row."""

from edge.facts.journal import GENESIS_HASH
from sync.hq.ingest.chain_compare import (
    AlreadyKept,
    ChainedBatch,
    ChainFork,
    LanePosition,
    NewRows,
    SeqGap,
    chained_batch,
    compare_with_kept,
)
from tests.sync.hq.telling import Teller


def told(count: int, word: str = "a") -> Teller:
    teller = Teller()
    for _ in range(count):
        teller.tell("visit.checked_in", {"word": word})
    return teller


def chained(teller: Teller, begin: int, end: int) -> ChainedBatch:
    chain = chained_batch(*teller.batch(begin, end))
    assert chain
    return chain


def at(teller: Teller, seq: int) -> LanePosition:
    return LanePosition(seq=seq, ordinal=seq, hash=teller.rows[seq - 1][1] if seq else GENESIS_HASH)


def test_every_batch_of_one_journal_fits_on_every_beginning_of_it() -> None:
    teller = told(6)
    for kept in range(7):
        for begin in range(6):
            for end in range(begin + 1, 7):
                verdict = compare_with_kept(
                    at(teller, kept), chained(teller, begin, end), lambda seq: at(teller, seq).hash
                )
                match verdict:
                    case SeqGap():
                        assert begin > kept
                    case AlreadyKept():
                        assert begin <= kept >= end
                    case NewRows(links=links):
                        assert begin <= kept < end
                        assert [link.place.seq for link in links] == list(range(kept + 1, end + 1))
                    case ChainFork():
                        raise AssertionError((kept, begin, end))


def test_no_batch_of_another_journal_ever_fits_where_hq_has_something() -> None:
    ours, theirs = told(6, "ours"), told(6, "theirs")
    for kept in range(1, 7):
        for begin in range(6):
            for end in range(begin + 1, 7):
                verdict = compare_with_kept(at(ours, kept), chained(theirs, begin, end), lambda seq: at(ours, seq).hash)
                assert isinstance(verdict, SeqGap if begin > kept else ChainFork)
