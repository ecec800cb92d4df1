"""The bench's campaign in small: everything killed and cut at once, one seed; and a count that would see what is wrong."""

import pytest
from sqlite_utils import Database

from edge.facts.fact import Lane
from edge.platform.database import open_store, writing
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.ingest import batch_keeping
from sync.journal.reader import epochs, rows_after
from sync.journal.send_window import idle_window
from sync.protocol.messages import Events, PreviousRow
from tests.bench.syncing import drain, ours
from tests.bench.syncing.arms import NOREN
from tests.bench.syncing.saying import Ledger
from tests.bench.syncing.trials.arena import Arena, arena
from tests.bench.syncing.trials.faults import ALL, FAULTS, schedule
from tests.bench.syncing.trials.terms import Count, Trial
from tests.bench.syncing.trials.trial import run
from tests.support.keyed_databases import unlocked

SAID = 40  # facts in the count's own test


def test_everything_is_killed_and_cut_while_facts_are_said_and_hq_has_each_once() -> None:
    count = run(Trial(arm=NOREN, fault=ALL, seed=4, facts=600, rate=100)).count
    assert (count.said, count.lost, count.doubled) == (600, 0, 0)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_seed_always_draws_the_same_faults_and_leaves_everything_up(fault: str) -> None:
    for seed in range(200):
        steps = schedule(fault, seed, 7.0)
        assert steps == schedule(fault, seed, 7.0)
        for role in ("store", "link", "broker", "consumer"):
            acts = [step.act for step in steps if step.role == role]
            assert acts[-1:] in ([], ["start"], ["thaw"])
            assert acts.count("start") == acts.count("kill")


def keep(db: Database, store: Database) -> None:
    """HQ keeps all that is in the store's journal."""
    for lane in Lane:
        (epoch,) = epochs(store)
        found = rows_after(store, (epoch, lane), idle_window(0))
        first, last = found[0][0].seq, found[-1][0].seq
        header = Events(
            store=ours.STORE,
            epoch=epoch,
            lane=lane,
            prev=PreviousRow(seq=0, hash=bytes(32).hex()),
            first=first,
            last=last,
            hash=found[-1][1].hex(),
        )
        batch_keeping.keep_batch(db, header, [row for row, _ in found])


def counted(here: Arena, wrong: str = "") -> Count:
    """What the bench counts when HQ has kept everything and then something in its database is made wrong."""
    ours.settle_in(here)
    ids = [f"{ours.STORE}/{row}" for row in _told(here)]
    Ledger(here.folder).add(*ids)
    with open_headquarters(here.folder / "hq") as db:
        store = open_store(unlocked(here.folder / "data"))
        keep(db, store)
        store.close()
        if wrong:
            with writing(db):
                db.conn.execute(wrong)
    return ours.count(here)


def _told(here: Arena) -> list[str]:
    drain.fill(here.folder / "data", SAID)
    store = open_store(unlocked(here.folder / "data"))
    found = store.conn.execute("select epoch || '/' || seq from journal where type <> 'noren.box.started'").fetchall()
    store.close()
    return [text for (text,) in found]


PIECES = "update rows set body = json_set(body, '$.on_hand', json_extract(body, '$.on_hand') {}) where feed = 'stock' and key = {}"
SOLD = "(select json_extract(event, '$.data.gtin') from facts where type = 'noren.stock.moved' limit 1)"


@pytest.mark.parametrize(
    ("wrong", "lost", "doubled"),
    [
        ("", 0, 0),
        ("delete from facts where type = 'noren.product.scanned'", None, 0),
        (PIECES.format("+ 1", SOLD), 1, 0),
        (PIECES.format("- 2", SOLD), 0, 2),
    ],
    ids=["nothing", "a fact is gone", "a piece is not counted", "two pieces are counted twice"],
)
def test_the_count_sees_what_is_wrong_at_hq(wrong: str, lost: int | None, doubled: int) -> None:
    with arena("count", lambda: False) as here:
        count = counted(here, wrong)
    assert (count.said, count.doubled) == (SAID, doubled)
    assert count.lost > 0 if lost is None else count.lost == lost
