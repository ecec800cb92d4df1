"""A shopper's session lives on the box and ends there: by `end`, or by time, whether a page is open or not."""

from datetime import datetime, timedelta

import pytest
from flask.testing import FlaskClient

from edge.platform.clock import utc_text
from tests.ui.shop_floor import POLICY, Floor

LASTS = POLICY.kiosk.session.total_seconds()  # s
NAME = "サ＊＊"


@pytest.fixture
def seq(floor: Floor) -> int:
    """A member is at kiosk-1, and one of their orders is ready."""
    floor.order("4821", member="m-1")
    return floor.scan("M12345678")


def pass_by(floor: Floor, seconds: float) -> None:
    """So much time passes for the session."""
    for column in ("since", "touched"):
        (at,) = floor.db.conn.execute(f"select {column} from screens where station = 'kiosk-1'").fetchone()
        if at:
            earlier = utc_text(datetime.fromisoformat(at) - timedelta(seconds=seconds))
            floor.db.conn.execute(f"update screens set {column} = ? where station = 'kiosk-1'", (earlier,))


def is_shown(client: FlaskClient, seq: int) -> bool:
    return "stage member" in client.get(f"/kiosk/kiosk-1/outcome/{seq}").text


def test_a_session_ends_before_a_hundred_seconds_though_no_page_is_open(
    client: FlaskClient, floor: Floor, seq: int
) -> None:
    assert is_shown(client, seq)
    assert LASTS < 100
    pass_by(floor, 100)
    answer = client.get(f"/kiosk/kiosk-1/outcome/{seq}").text
    assert "stage home" in answer
    assert "4821" not in answer
    assert client.get(f"/kiosk/kiosk-1/outcome/{seq}/met").status_code == 204
    assert client.post(f"/kiosk/kiosk-1/on-my-way/{seq}/o-4821").status_code == 404


def test_it_lasts_longer_than_the_page_that_shows_it_waits(client: FlaskClient, floor: Floor, seq: int) -> None:
    kiosk = POLICY.kiosk
    pass_by(floor, kiosk.quiet_s + kiosk.warn_s)
    assert is_shown(client, seq)


def test_it_lasts_as_long_as_somebody_touches_the_screen(client: FlaskClient, floor: Floor, seq: int) -> None:
    for _ in range(4):
        pass_by(floor, LASTS - 30)
        assert client.post("/kiosk/kiosk-1/touch").status_code == 204
        assert is_shown(client, seq)
    pass_by(floor, LASTS + 1)
    assert not is_shown(client, seq)


def test_what_is_over_is_not_touched_to_life_again(client: FlaskClient, floor: Floor, seq: int) -> None:
    pass_by(floor, LASTS + 1)
    assert client.post("/kiosk/kiosk-1/touch").status_code == 204
    assert not is_shown(client, seq)


def test_looking_alone_keeps_no_session_alive(client: FlaskClient, floor: Floor, seq: int) -> None:
    """The page asks by itself when an order changes; nobody needs to be there for that."""
    pass_by(floor, LASTS - 5)
    assert is_shown(client, seq)
    pass_by(floor, 10)
    assert not is_shown(client, seq)


def test_the_next_shopper_has_a_session_of_their_own(client: FlaskClient, floor: Floor, seq: int) -> None:
    pass_by(floor, LASTS - 30)
    client.post("/kiosk/kiosk-1/touch")
    pass_by(floor, LASTS + 1)
    later = floor.scan("M00000002")
    assert not is_shown(client, seq)
    assert is_shown(client, later)


@pytest.mark.parametrize("by", [timedelta(days=400), timedelta(days=-400)])
def test_a_clock_that_was_set_ends_it(client: FlaskClient, floor: Floor, seq: int, by: timedelta) -> None:
    pass_by(floor, by.total_seconds())
    assert not is_shown(client, seq)
