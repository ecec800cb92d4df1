"""On a disk that is nearly full the pages say no before anybody believes it was yes, in words, and go on by themselves."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient

from edge import disk
from edge.clock import now
from edge.fullness import Level
from edge.pickup.life import State
from edge.pickup.order import find
from edge.service import Life
from edge.store import rows
from tests.ui.shop_floor import PIN, Floor
from ui.follower import Follower, follow
from ui.screens import Event, Screens
from ui.staff.queue import new_key

ORDER = "/staff/counter-1/order/o-4821"


@contextmanager
def card(floor: Floor, monkeypatch: pytest.MonkeyPatch, used: float) -> Iterator[Level]:
    """A card of 32 GB of which that share is in use, as the broom has noted."""
    usage = type(shutil.disk_usage("/"))(32 * 10**9, round(32e9 * used), round(32e9 * (1 - used)))
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _path: usage)
        yield disk.note(floor.db, None, now())


@pytest.fixture
def full(floor: Floor, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with card(floor, monkeypatch, 0.96):
        yield


@pytest.fixture
def clerk(client: FlaskClient, floor: Floor) -> FlaskClient:
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    floor.order("4821", member="m-1")
    return client


def plain(html: str) -> str:
    html = re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>", "", html)
    return re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", html))


@pytest.mark.usefixtures("full")
@pytest.mark.parametrize("page", ["/kiosk/kiosk-1", "/kiosk/kiosk-1/home", "/entrance/door"])
def test_the_first_screen_says_that_no_scans_are_taken(client: FlaskClient, page: str) -> None:
    shown = client.get(page).text
    assert 'class="stage home full"' in shown
    assert "ただいま受付できません" in plain(shown)
    assert "スタッフにお声がけください" in plain(shown)
    assert "Wecannottakescansrightnow" in plain(client.get(f"{page}?lang=en").text)


@pytest.mark.usefixtures("full")
def test_a_reading_is_refused_in_words_and_nothing_is_kept(client: FlaskClient, floor: Floor) -> None:
    for page in ("/kiosk/kiosk-1", "/staff/counter-1"):
        told = client.post(f"{page}/scan?lang=en", json={"code": "M12345678"})
        assert told.status_code == 507
        assert "There is no room to record this" in told.text
    assert rows(floor.db, "select * from page_scans") == []


def give(clerk: FlaskClient) -> str:
    clerk.post(f"{ORDER}/check", data={"key": new_key()})
    form = {"key": new_key(), "tick": ["1-1"], "who": "same"}
    return clerk.post(f"{ORDER}/hand-over", data=form, follow_redirects=True).text


def state(floor: Floor) -> State:
    order = find(floor.db, floor.hq, floor.box, "o-4821")
    assert order
    return order.state


def test_a_hand_over_is_refused_before_anybody_says_yes(
    clerk: FlaskClient, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with card(floor, monkeypatch, 0.96):
        assert "まだお渡ししないでください" in give(clerk)
        assert state(floor) is State.READY
        assert rows(floor.db, "select * from pickup_steps") == rows(floor.db, "select * from stock_moves") == []
    with card(floor, monkeypatch, 0.90):
        give(clerk)
        assert state(floor) is State.HANDED_OVER
    with card(floor, monkeypatch, 0.96):  # what was kept may be taken back
        clerk.post(f"{ORDER}/undo", data={"key": new_key()})
        assert state(floor) is not State.HANDED_OVER


def test_a_shopper_cannot_say_that_they_are_coming(
    client: FlaskClient, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.order("4821", member="m-1")
    seq = floor.scan("M12345678")
    with card(floor, monkeypatch, 0.96):
        assert client.post(f"/kiosk/kiosk-1/on-my-way/{seq}/o-4821").status_code == 507
    assert rows(floor.db, "select * from pickup_steps") == []


@pytest.mark.usefixtures("full")
def test_staff_may_still_be_called(client: FlaskClient, floor: Floor) -> None:
    assert client.post("/kiosk/kiosk-1/call").status_code == 200
    assert len(rows(floor.db, "select * from staff_calls")) == 1


def test_the_status_page_and_machines_are_told_and_it_passes(
    client: FlaskClient, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    for used, level, words in (
        (0.5, "ok", "いつもどおり"),
        (0.9, "short", "残りわずか"),
        (0.96, "full", "読み取りとお渡しを止めています"),
        (0.93, "full", "読み取りとお渡しを止めています"),
        (0.91, "short", "残りわずか"),
        (0.5, "ok", "いつもどおり"),
    ):
        with card(floor, monkeypatch, used):
            health = client.get("/healthz").json
            assert health
            assert health["disk"] == level
            if level != "ok":
                assert words in client.get("/status").text


def test_every_screen_hears_that_the_level_is_another_one(
    floor: Floor, screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    follower = Follower(floor.shop, screens, "x")
    follower.look()
    stream = screens.open("page-1", "kiosk-1")
    follower.look()
    assert stream.next(0) is None
    with card(floor, monkeypatch, 0.96):
        follower.look()
        assert stream.next(0) == Event("line")


def test_what_a_full_disk_cannot_keep_of_the_devices_is_told_when_there_is_room(floor: Floor) -> None:
    (pages,) = floor.db.conn.execute("pragma page_count").fetchone()
    floor.db.conn.execute(
        "insert into device_log (device, station, kind, detail, time) values ('s', 'kiosk-1', 'device.lost', ?, '')",
        ("x" * 40_000,),
    )
    floor.db.conn.execute(f"pragma max_page_count = {pages + 12}")
    lives = 0

    class Twice(Life):
        def rest(self, seconds: float) -> None:
            nonlocal lives
            lives += 1
            if lives == 1:
                floor.db.conn.execute("pragma max_page_count = 1073741823")
            else:
                self.end()

    follow(floor.shop, Screens(), "x", Twice())
    told = rows(floor.db, "select type from journal where type = 'noren.device.lost'")
    assert (len(told), lives) == (1, 2)
