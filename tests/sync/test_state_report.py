"""When HQ gets the store's state: once per connection, again after a while, and at once when it has changed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.platform.database import writing
from sync import presence
from sync.presence import Identity
from sync.protocol.messages import State
from sync.state_report import StateReport
from tests.sync.test_session import OURS, Line, Shop


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path)
    yield made
    made.stop()
    made.web.conn.close()


def told(report: StateReport, line: Line, at: float, shop: Shop) -> int:
    """How many reports have gone out on a line until `at`."""
    report.send(dict, {}, at, shop.now)
    return len(line.said(State))


def test_it_is_told_once_in_a_while_and_at_once_when_something_has_changed(shop: Shop) -> None:
    line = Line()
    me = Identity(chain="chain", box=shop.rounds.me.box, boot=1, key=OURS)
    report = StateReport(shop.rounds.db, shop.folder, me, line)
    report.refresh_from_store()
    assert [
        told(report, line, at, shop) for at in (0.0, 1.0, presence.BIRTH_INTERVAL_S - 1, presence.BIRTH_INTERVAL_S)
    ] == [1, 1, 1, 2]
    report.refresh_from_store()
    assert told(report, line, presence.BIRTH_INTERVAL_S + 1, shop) == 2, "nothing has changed"
    with writing(shop.web):
        shop.web.conn.execute("insert or replace into room (level, since, only_one) values ('short', '', 1)")
    report.refresh_from_store()
    assert told(report, line, presence.BIRTH_INTERVAL_S + 2, shop) == 3
    with writing(shop.web):
        shop.web.conn.execute("update box set epoch = 'another'")
    report.refresh_from_store()
    assert told(report, line, presence.BIRTH_INTERVAL_S + 3, shop) == 4
    last = line.said(State)[-1].header
    assert isinstance(last, State)
    assert (last.epoch, report.me.box.epoch) == ("another", "another")


def test_what_the_line_does_not_take_is_told_again(shop: Shop) -> None:
    line = Line(has_room=False)
    me = Identity(chain="chain", box=shop.rounds.me.box, boot=1, key=OURS)
    report = StateReport(shop.rounds.db, shop.folder, me, line)
    assert told(report, line, 0.0, shop) == 0
    line.has_room = True
    assert told(report, line, 0.1, shop) == 1
