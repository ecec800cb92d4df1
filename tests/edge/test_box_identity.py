"""Which box this is, and what it does when HQ's past is not its own."""

import pytest

from edge.box_identity import SEQS_PER_EPOCH, ensure_identity, read_box, reissue_epoch_after_fork
from edge.facts.box import BoxForked
from edge.facts.journal import GENESIS_HASH, chain_hash, tell
from edge.features.pickup.order import find_order
from edge.features.pickup.state_machine import Action, State
from edge.features.pickup.transition import apply_transition
from edge.features.stock import UncountedMoves, move_stock, moves_since_count
from edge.platform.clock import now
from edge.platform.database import rows, writing
from edge.store_context import StoreContext
from tests.edge.floor import GTIN, order, send, stock
from tests.support.any_fact import fact
from tests.support.pickup_steps import step


def _fork(floor: StoreContext, lane: int, kept: int = 0, hq_seq: int = 0) -> int:
    with writing(floor.db):
        forked = BoxForked(epoch=floor.box.epoch, lane=lane, kept=kept, hq_seq=hq_seq)
        told = reissue_epoch_after_fork(floor.db, forked, now())
    box = read_box(floor.db, "ginza")
    assert box is not None
    floor.box = box
    return told


def test_a_box_knows_itself_again_after_a_restart(floor: StoreContext) -> None:
    assert ensure_identity(floor.db, "ginza", now()) == floor.box


def test_after_a_fork_what_hq_has_not_kept_is_told_again_byte_for_byte_in_a_chain_of_its_own(
    floor: StoreContext,
) -> None:
    with writing(floor.db):
        kept = tell(floor.db, floor.box, fact("visit.checked_in", {"n": 1}), now())
        tell(floor.db, floor.box, fact("visit.checked_in", {"n": 2}), now())
        tell(floor.db, floor.box, fact("pickup.ready"), now())
    old = floor.box.epoch
    (first,) = rows(floor.db, "select event from journal where event like '%\"n\":2%'")
    assert _fork(floor, lane=1, kept=kept) == 1
    assert floor.box.epoch != old
    assert floor.box.past == {old}
    (again,) = rows(floor.db, "select * from journal where event like '%\"n\":2%'")
    assert again["event"] == first["event"]
    assert (again["epoch"], again["ordinal"]) == (floor.box.epoch, 1)
    assert again["hash"] == chain_hash(GENESIS_HASH, again["event"].encode())


def test_facts_that_come_after_a_fork_are_of_the_new_epoch_even_from_a_hand_that_has_not_noticed(
    floor: StoreContext,
) -> None:
    stale = floor.box
    _fork(floor, lane=1)
    with writing(floor.db):
        seq = tell(floor.db, stale, fact("visit.checked_in"), now())
    row = rows(floor.db, "select epoch, event from journal where seq = ?", (seq,))[0]
    assert row["epoch"] == floor.box.epoch
    assert f"ginza/{floor.box.epoch}/{seq}" in row["event"]


def test_a_second_lane_that_forks_joins_the_epoch_that_has_begun(floor: StoreContext) -> None:
    first = floor.box
    with writing(floor.db):
        tell(floor.db, floor.box, fact("pickup.ready"), now())
    _fork(floor, lane=1)
    begun = floor.box.epoch
    floor.box = first
    assert _fork(floor, lane=0) == 2  # box.started and the step
    assert floor.box.epoch == begun


@pytest.mark.parametrize("hq_seq", [0, 5_000, 3 * SEQS_PER_EPOCH])
def test_new_numbers_lie_above_all_that_hq_has_counted_of_the_lost_life(floor: StoreContext, hq_seq: int) -> None:
    _fork(floor, lane=1, hq_seq=hq_seq)
    with writing(floor.db):
        assert tell(floor.db, floor.box, fact("visit.checked_in"), now()) > hq_seq


def test_stock_hq_had_counted_before_the_fork_is_not_taken_off_again(floor: StoreContext) -> None:
    with writing(floor.db):
        seq = move_stock(floor.db, floor.box, GTIN, UncountedMoves(quantity=-2), "sale", now(), causation="pos/1")
    row = stock(3, epoch=floor.box.epoch, through_seq=seq)
    _fork(floor, lane=1, kept=seq)
    assert moves_since_count(floor.db, floor.box, row) == UncountedMoves()


def test_a_movement_told_again_counts_once_under_its_new_number(floor: StoreContext) -> None:
    with writing(floor.db):
        seq = move_stock(floor.db, floor.box, GTIN, UncountedMoves(quantity=-2), "sale", now(), causation="pos/1")
    before = stock(5, epoch=floor.box.epoch, through_seq=seq + 50)  # HQ counted another life that far
    _fork(floor, lane=1, kept=seq - 1, hq_seq=seq + 50)
    assert moves_since_count(floor.db, floor.box, before) == UncountedMoves(quantity=-2)
    again = rows(floor.db, "select max(seq) as seq from journal where lane = 1")[0]["seq"]
    assert (
        moves_since_count(floor.db, floor.box, stock(3, epoch=floor.box.epoch, through_seq=again)) == UncountedMoves()
    )


def test_a_hand_over_before_the_fork_still_wins(floor: StoreContext) -> None:
    send(floor, "orders", "o-1", order())
    with writing(floor.db):
        apply_transition(floor.db, floor.hq, floor.box, step(Action.HAND_OVER), now())
    _fork(floor, lane=0)
    found = find_order(floor.db, floor.hq, floor.box, "o-1")
    assert found is not None
    assert found.state is State.HANDED_OVER
