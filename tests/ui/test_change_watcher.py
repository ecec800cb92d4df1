"""What other processes did reaches the screens and the journal, each thing once."""

from datetime import UTC, datetime

import msgspec
import pytest
import time_machine
from flask.testing import FlaskClient

from edge.features.pickup.state_machine import Action, State
from edge.features.pickup.transition import apply_transition
from edge.platform.clock import now
from edge.platform.database import rows, writing
from edge.platform.process import ProcessLife
from tests.support.pickup_steps import step
from tests.ui.shop_floor import PIN, POLICY, Floor
from ui.app import make_app
from ui.change_watcher import ChangeWatcher
from ui.process_state.screens import Screens, StreamEvent


def facts(floor: Floor) -> list[tuple[str, dict[str, object]]]:
    found = rows(floor.db, "select type, event from journal order by seq")
    return [(row["type"], msgspec.json.decode(row["event"])) for row in found]


def heard(screens: Screens, act: object) -> list[str]:
    """The kinds of events a screen hears while `act` is done."""
    stream = screens.open("a", "board")
    assert callable(act)
    act()
    kinds = []
    while event := stream.next(0.01):
        assert isinstance(event, StreamEvent)
        kinds.append(event.kind)
    screens.close(stream)
    return kinds


def test_a_scanner_lost_and_back_becomes_a_fact_once_each(floor: Floor) -> None:
    for kind in ("device.lost", "device.back"):
        floor.db.conn.execute(
            "insert into device_log (device, station, kind, detail, time) values ('s1', 'kiosk-1', ?, 'unplugged', 't')",
            (kind,),
        )
    follower = ChangeWatcher(floor.shop, Screens(), "x")
    follower.look_at_databases()
    follower.look_at_databases()
    ChangeWatcher(floor.shop, Screens(), "x").look_at_databases()  # after a restart
    kinds = [kind for kind, _ in facts(floor)]
    assert kinds == ["noren.box.started", "noren.device.lost", "noren.device.back"]
    event = facts(floor)[1][1]
    assert event["station"] == "kiosk-1"
    assert event["data"] == {"device": "s1", "detail": "unplugged", "at": "t"}


def test_settings_that_sync_applied_become_a_fact_once(floor: Floor) -> None:
    floor.db.conn.execute(
        """insert into sync_log (type, data, time) values ('config.applied', '{"version": 7}', 't')"""
    )
    for _ in range(2):
        ChangeWatcher(floor.shop, Screens(), "x").look_at_databases()
    (event,) = [event for kind, event in facts(floor) if kind == "noren.config.applied"]
    assert event["data"] == {"version": 7, "at": "t"}


def test_an_order_that_changes_wakes_the_screens(floor: Floor) -> None:
    screens = Screens()
    follower = ChangeWatcher(floor.shop, screens, "x")
    follower.look_at_databases()
    assert heard(screens, follower.look_at_databases) == []
    floor.order("4821")
    assert heard(screens, follower.look_at_databases) == ["orders"]
    with writing(floor.db):
        apply_transition(floor.db, floor.hq, floor.box, step(Action.ARRIVE, order="o-4821"), now())
    assert heard(screens, follower.look_at_databases) == ["orders"]


def test_a_line_that_falls_wakes_the_screens_but_not_each_time_hq_is_heard(floor: Floor) -> None:
    screens = Screens()
    follower = ChangeWatcher(floor.shop, screens, "x")
    floor.db.conn.execute("insert into line (state, since, heard, detail, only_one) values ('up', 't0', 't0', '', 1)")
    assert "line" in heard(screens, follower.look_at_databases)
    floor.db.conn.execute("update line set heard = 't1'")
    assert heard(screens, follower.look_at_databases) == []
    floor.db.conn.execute("update line set state = 'down', since = 't2'")
    assert heard(screens, follower.look_at_databases) == ["line"]


def test_a_call_for_staff_wakes_the_screens(floor: Floor) -> None:
    screens = Screens()
    follower = ChangeWatcher(floor.shop, screens, "x")
    follower.look_at_databases()
    floor.db.conn.execute("insert into staff_calls (station, time) values ('kiosk-1', 't')")
    assert heard(screens, follower.look_at_databases) == ["calls"]
    floor.db.conn.execute("update staff_calls set answered = 't'")
    assert heard(screens, follower.look_at_databases) == ["calls"]


def test_a_cancel_after_the_hand_over_becomes_a_task_for_hq_once(floor: Floor) -> None:
    floor.order("4821")
    with writing(floor.db):
        apply_transition(floor.db, floor.hq, floor.box, step(Action.HAND_OVER, order="o-4821"), now())
    floor.order("4821", State.CANCELLED)
    for _ in range(2):
        ChangeWatcher(floor.shop, Screens(), "x").look_at_databases()
    assert [kind for kind, _ in facts(floor)].count("noren.pickup.conflict") == 1


@pytest.mark.parametrize("page", ["/kiosk/kiosk-1", "/board"])
def test_a_page_bears_the_version_that_heartbeats_tell_of(floor: Floor, page: str) -> None:
    """Else it would load itself anew for ever."""
    screens = Screens()
    app = make_app(floor.config, floor.box, screens, ProcessLife())
    ChangeWatcher(floor.shop, screens, app.extensions["house"].stamp).look_at_databases()
    assert f'data-version="{screens.version}"' in app.test_client().get(page).text


def test_new_settings_are_another_version_of_the_pages(floor: Floor) -> None:
    screens = Screens()
    follower = ChangeWatcher(floor.shop, screens, "x")
    follower.look_at_databases()
    before = screens.version
    floor.policy(POLICY)
    follower.look_at_databases()
    assert screens.version != before
    assert screens.version.startswith("x-")


def test_a_hold_that_is_over_ends_and_late_shoppers_are_still_found(
    floor: Floor, screens: Screens, client: FlaskClient
) -> None:
    floor.order("4821", hold_until="2026-11-25T11:00:00Z", member="m-1")
    with time_machine.travel(datetime(2026, 12, 1, tzinfo=UTC)):
        ChangeWatcher(floor.shop, screens, "x").look_at_databases()
        assert "noren.pickup.no_show" in [kind for kind, _ in facts(floor)]
        client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
        page = client.get(f"/staff/counter-1/visitor/{floor.scan('M12345678', 'counter-1')}").text
    assert "期限切れ" in page
    assert "4821" in page
