"""What waits for headquarters, and since when."""

from dataclasses import replace
from datetime import timedelta

from edge.facts.box import BoxStarted
from edge.facts.journal import tell
from edge.platform.clock import now
from edge.platform.database import writing
from edge.replica import clone_notice
from edge.replica.hq_link import LinkReason
from sync.transport.link_status import LinkStatus
from tests.ui.health.conftest import Look
from tests.ui.shop_floor import Floor


def keep_all(floor: Floor) -> None:
    """HQ acknowledges the whole journal."""
    with writing(floor.db):
        floor.db.conn.execute(
            """insert into kept select epoch, lane, max(seq), max(ordinal), hash, '2026-11-21T00:00:00.000Z'
               from journal group by lane"""
        )


def test_the_oldest_fact_that_waits_is_told_and_a_day_is_too_long(look: Look, floor: Floor) -> None:
    keep_all(floor)
    assert look("hq.backlog")[0].state == "none"
    for hours in (23, 2):  # the clock may step back: the first that waits is not the one with the least seq alone
        with writing(floor.db):
            tell(
                floor.db,
                floor.box,
                BoxStarted(box=floor.box.id),
                replace(now(), time=now().time - timedelta(hours=hours)),
            )
    (found,) = look("hq.backlog")
    assert (found.state, found.args["count"]) == ("waiting", 2)
    later = replace(now(), time=now().time + timedelta(hours=1, seconds=1))
    (found,) = look("hq.backlog", moment=later)
    assert (found.state, found.args["since"]) == ("old", found.args["since"])
    keep = later.time - timedelta(hours=24)
    assert abs(found.args["since"] - keep) < timedelta(minutes=1)  # type: ignore[operator]


def test_the_connection_is_told_with_the_time_since_when(look: Look, floor: Floor) -> None:
    assert look("hq.connection")[0].state == "never"
    LinkStatus(floor.db).note_disconnected(LinkReason.LOST, "timed out", now())
    (found,) = look("hq.connection")
    assert (found.state, set(found.args)) == ("cut", {"since", "waiting"})


def test_two_boxes_of_one_store_are_an_error(look: Look, floor: Floor) -> None:
    assert look("hq.clones")[0].state == "one"
    with writing(floor.db):
        floor.db.conn.execute(
            "insert into clones (boxes, since, only_one) values ('aa@10.0.0.7,bb@10.0.0.8', '2026-11-21T00:00:00.000Z', 1)"
        )
    assert clone_notice.read_notice(floor.db)
    assert look("hq.clones")[0].args == {"boxes": "aa 10.0.0.7, bb 10.0.0.8"}
