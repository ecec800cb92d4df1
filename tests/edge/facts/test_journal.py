"""The journal: a chain per lane, numbers that only rise, and how much is waiting."""

import msgspec
import pytest

from edge.facts.box import BoxStarted
from edge.facts.fact import FactAttributes, Lane
from edge.facts.journal import GENESIS_HASH, chain_hash, journal_progress, tell
from edge.platform.clock import now
from edge.platform.database import rows, writing
from edge.store_context import StoreContext
from tests.edge.floor import facts
from tests.support.any_fact import fact


def _tell(floor: StoreContext, *kinds: str) -> list[int]:
    with writing(floor.db):
        return [tell(floor.db, floor.box, fact(kind, {"n": 1}), now()) for kind in kinds]


def test_promises_travel_before_visits_and_visits_before_views(floor: StoreContext) -> None:
    seqs = _tell(floor, "product.scanned", "visit.checked_in", "pickup.ready")
    found = {row["seq"]: row["lane"] for row in rows(floor.db, "select seq, lane from journal")}
    assert [found[seq] for seq in seqs] == [Lane.VIEWS, Lane.STORE, Lane.PROMISES]


def test_a_fact_that_says_who_it_was_against_its_own_declaration_is_refused(floor: StoreContext) -> None:
    before = facts(floor)
    with writing(floor.db), pytest.raises(TypeError, match=r"box\.started says nothing of its member"):
        tell(floor.db, floor.box, BoxStarted(box="b"), now(), FactAttributes(member="m"))
    assert facts(floor) == before


def test_each_lane_is_a_chain_over_the_bytes_that_are_sent(floor: StoreContext) -> None:
    _tell(floor, "pickup.ready", "visit.checked_in", "pickup.handed_over", "product.scanned", "pickup.arrived")
    for lane in Lane:
        previous = GENESIS_HASH
        held = rows(floor.db, "select event, hash, ordinal from journal where lane = ? order by seq", (lane,))
        for ordinal, row in enumerate(held, start=1):
            previous = chain_hash(previous, row["event"].encode())
            assert row["hash"] == previous
            assert row["ordinal"] == ordinal


def test_a_changed_byte_breaks_the_chain(floor: StoreContext) -> None:
    _tell(floor, "visit.checked_in")
    held = rows(floor.db, "select event, hash from journal where lane = 1")[0]
    assert chain_hash(GENESIS_HASH, held["event"].replace('"n":1', '"n":2').encode()) != held["hash"]


def test_numbers_only_rise_even_when_the_last_row_is_gone(floor: StoreContext) -> None:
    (first,) = _tell(floor, "visit.checked_in")
    with writing(floor.db):
        floor.db.conn.execute("delete from journal where seq = ?", (first,))
    (second,) = _tell(floor, "visit.checked_in")
    assert second > first


def test_a_lane_pruned_empty_goes_on_from_what_hq_has_kept(floor: StoreContext) -> None:
    (seq,) = _tell(floor, "visit.checked_in")
    row = rows(floor.db, "select * from journal where seq = ?", (seq,))[0]
    with writing(floor.db):
        floor.db.table("kept").insert(
            {"epoch": row["epoch"], "lane": 1, "seq": seq, "ordinal": 1, "hash": row["hash"], "time": now().text}
        )
        floor.db.conn.execute("delete from journal where lane = 1")
    (after,) = _tell(floor, "visit.checked_in")
    fresh = rows(floor.db, "select event, hash, ordinal from journal where seq = ?", (after,))[0]
    assert fresh["hash"] == chain_hash(row["hash"], fresh["event"].encode())
    assert fresh["ordinal"] == 2


def test_a_fact_is_a_cloud_event_that_says_who_where_and_how_good_the_clock_was(floor: StoreContext) -> None:
    moment = now()
    with writing(floor.db):
        about = FactAttributes(member="m", station="k1", causation="scans/7")
        seq = tell(floor.db, floor.box, fact("visit.checked_in", {"a": 1}), moment, about)
    event = facts(floor, "visit%")[-1]
    assert event == {
        "specversion": "1.0",
        "id": f"ginza/{floor.box.epoch}/{seq}",
        "source": "/stores/ginza",
        "type": "noren.visit.checked_in",
        "time": moment.text,
        "clock": moment.clock,
        "boot": moment.boot,
        "member": "m",
        "station": "k1",
        "causation": "scans/7",
        "data": {"a": 1},
    }


def test_what_waits_is_what_was_made_minus_what_hq_has_kept(floor: StoreContext) -> None:
    before = journal_progress(floor.db, floor.box.epoch)
    _tell(floor, "visit.checked_in", "product.scanned", "pickup.ready")
    assert journal_progress(floor.db, floor.box.epoch).waiting == before.waiting + 3
    with writing(floor.db):
        floor.db.table("kept").insert(
            {"epoch": floor.box.epoch, "lane": 2, "seq": 99, "ordinal": 1, "hash": b"", "time": now().text}
        )
    after = journal_progress(floor.db, floor.box.epoch)
    assert (after.made, after.kept) == (before.made + 3, 1)


def test_a_transaction_that_fails_tells_hq_nothing(floor: StoreContext) -> None:
    before = facts(floor)
    with pytest.raises(RuntimeError), writing(floor.db):
        tell(floor.db, floor.box, fact("visit.checked_in"), now())
        raise RuntimeError
    assert facts(floor) == before
    assert msgspec.json.encode(before)
