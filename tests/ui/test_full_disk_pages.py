"""On a disk that is nearly full the pages say no before anybody believes it was yes, in words, and go on by themselves."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask.testing import FlaskClient

from edge.config.toml_schema import SerialDevice
from edge.disk import disk_space
from edge.disk.load_shedding import report_thinned_rows
from edge.disk.watermarks import DiskLevel
from edge.features.outcome import shown_on_station
from edge.features.pickup.order import find_order
from edge.features.pickup.state_machine import State
from edge.platform.clock import now
from edge.platform.database import NoRoom, rows, writing
from edge.platform.process import ProcessLife
from edge.scan.log import Reading, append_reading
from firmware_bridge.device_log import DeviceLog
from firmware_bridge.framing.framing import RefusalReason
from tests.ui.shop_floor import PIN, SHIRT_M, Floor, ean13, pickup_code
from ui.change_watcher import ChangeWatcher, watch_changes
from ui.process_state.screens import Screens, StreamEvent
from ui.request_context import shop
from ui.staff.form_key import new_form_key

ORDER = "/staff/counter-1/order/o-4821"


@contextmanager
def card(floor: Floor, monkeypatch: pytest.MonkeyPatch, used: float) -> Iterator[DiskLevel]:
    """A card of 32 GB of which that share is in use, as the broom has noted."""
    usage = type(shutil.disk_usage("/"))(32 * 10**9, round(32e9 * used), round(32e9 * (1 - used)))
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _path: usage)
        yield disk_space.record_disk_level(floor.db, None, now())


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
    assert "会員証・コードは受付できません" in plain(shown)
    assert "スタッフにお声がけください" in plain(shown)
    assert "Nocardsorcodesrightnow" in plain(client.get(f"{page}?lang=en").text)


@pytest.mark.usefixtures("full")
def test_a_reading_is_refused_in_words_and_nothing_is_kept(client: FlaskClient, floor: Floor) -> None:
    for page in ("/kiosk/kiosk-1", "/staff/counter-1"):
        told = client.post(f"{page}/scan?lang=en", json={"code": "M12345678"})
        assert told.status_code == 507
        assert "There is no room to record this" in told.text
    assert rows(floor.db, "select * from page_scans") == []


def test_a_price_tag_is_looked_up_though_nothing_is_promised_any_more(
    client: FlaskClient, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    with card(floor, monkeypatch, 0.96):
        seq = floor.scan(ean13(SHIRT_M))
        assert "stage product" in client.get(f"/kiosk/kiosk-1/outcome/{seq}").text
        assert client.post("/kiosk/kiosk-1/scan", json={"code": ean13(SHIRT_M)}).status_code == 202
        floor.scan(ean13(SHIRT_M))
        with pytest.raises(NoRoom):
            floor.scan("M12345678")
        with pytest.raises(NoRoom):
            floor.scan(pickup_code("4821"))
        for _ in range(2):  # also once the fact for HQ is written, which is done every hour
            shown = plain(client.get("/status?lang=en").text)
            assert "Pricetagslookedupsofar:3;" in shown
            report_thinned_rows(floor.db, floor.box, now())
    assert rows(floor.db, "select * from journal where type like '%product%'") == []  # counted, no fact
    assert [row["data"] for row in rows(floor.db, "select data from scans")] == 2 * [ean13(SHIRT_M).encode()]


@pytest.mark.usefixtures("full")
def test_the_first_screen_says_that_price_tags_are_still_looked_up(client: FlaskClient) -> None:
    assert "お調べできます" in plain(client.get("/kiosk/kiosk-1").text)
    assert "お調べできます" not in plain(client.get("/entrance/door").text)


@pytest.mark.usefixtures("full")
def test_a_refused_code_says_that_price_tags_are_still_looked_up(client: FlaskClient) -> None:
    told = plain(client.get("/kiosk/kiosk-1/refused").text)
    assert "このコードは受け付けていません。" in told
    assert "お調べできます" in told
    assert "Pricetagscanstillbelookedup" in plain(client.get("/kiosk/kiosk-1/refused?lang=en").text)
    assert "お調べできます" not in plain(client.get("/kiosk/door/refused").text)


def test_a_disk_without_a_byte_left_still_answers_a_tag_that_was_typed_into_the_page(
    client: FlaskClient, floor: Floor
) -> None:
    with writing(floor.db):  # a page of the file is full: the next row needs another one
        append_reading(floor.db, "page_scans", "kiosk-1", "page", Reading(data=b"x" * 3820), now())
    for code, status in ((ean13(SHIRT_M), 200), ("M12345678", 507)):
        asked = {"method": "POST", "json": {"code": code}, "headers": {"Sec-Fetch-Site": "same-origin"}}
        asked["environ_base"] = {"REMOTE_ADDR": "127.0.0.1"}  # on the box itself
        with client.application.test_request_context("/kiosk/kiosk-1/scan", **asked):
            (pages,) = shop().db.conn.execute("pragma page_count").fetchone()
            shop().db.conn.execute(f"pragma max_page_count = {pages}")
            answer = client.application.full_dispatch_request()
        assert answer.status_code == status
        assert (b"stage product" in answer.data) is (status == 200)
    assert len(rows(floor.db, "select * from page_scans")) == 1


def test_a_code_refused_in_a_page_is_counted_and_ends_the_session_before(
    client: FlaskClient, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    seq = floor.scan(ean13(SHIRT_M))
    with card(floor, monkeypatch, 0.96):
        assert client.post("/kiosk/kiosk-1/scan", json={"code": "M12345678"}).status_code == 507
        assert "stage home" in client.get(f"/kiosk/kiosk-1/outcome/{seq}").text
        assert "ただいま受付できません" in plain(client.get("/kiosk/kiosk-1/refused").text)
        assert "othercodesrefused:1." in plain(client.get("/status?lang=en").text)
    client.post("/kiosk/kiosk-1/scan", json={"code": ean13(SHIRT_M)})
    with card(floor, monkeypatch, 0.96):
        assert "othercodesrefused:0." in plain(client.get("/status?lang=en").text)


def test_a_code_refused_at_a_scanner_is_told_to_its_station_alone_and_each_once(floor: Floor, screens: Screens) -> None:
    DeviceLog(floor.db, SerialDevice(id="gun", station="kiosk-1", path="/dev/gun")).refused(2, RefusalReason.NO_ROOM)
    follower = ChangeWatcher(floor.shop, screens, "x")
    here, there = screens.open("page-1", "kiosk-1"), screens.open("page-2", "counter-1")
    follower.look_at_databases()
    first = [here.next(0) for _ in range(8)]
    assert StreamEvent("refused") not in first
    seq = floor.scan(ean13(SHIRT_M))
    DeviceLog(floor.db, SerialDevice(id="gun", station="kiosk-1", path="/dev/gun")).refused(1, RefusalReason.NO_ROOM)
    follower.look_at_databases()
    follower.look_at_databases()
    assert (here.next(0), here.next(0)) == (StreamEvent("refused"), None)
    assert StreamEvent("refused") not in [there.next(0) for _ in range(8)]
    assert shown_on_station(floor.db, "kiosk-1") is None, seq


def test_a_clerk_is_told_of_a_code_that_could_not_be_kept(client: FlaskClient) -> None:
    told = client.get("/staff/counter-1/refused?lang=en").json
    assert told
    assert "Please do not hand anything over yet" in told["text"]


def give(clerk: FlaskClient) -> str:
    clerk.post(f"{ORDER}/check", data={"key": new_form_key()})
    form = {"key": new_form_key(), "who": "same"}
    return clerk.post(f"{ORDER}/hand-over", data=form, follow_redirects=True).text


def state(floor: Floor) -> State:
    order = find_order(floor.db, floor.hq, floor.box, "o-4821")
    assert order
    return order.state


def test_a_hand_over_is_refused_before_anybody_says_yes(
    clerk: FlaskClient, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tick = {"path": f"{ORDER}/tick", "data": {"piece": ["1-1"]}, "follow_redirects": True}
    with card(floor, monkeypatch, 0.96):
        assert "まだお渡ししないでください" in clerk.post(**tick).text
    clerk.post(**tick)
    with card(floor, monkeypatch, 0.96):
        assert "まだお渡ししないでください" in give(clerk)
        assert state(floor) is State.READY
        assert rows(floor.db, "select * from pickup_steps") == rows(floor.db, "select * from stock_moves") == []
    with card(floor, monkeypatch, 0.90):
        give(clerk)
        assert state(floor) is State.HANDED_OVER
    with card(floor, monkeypatch, 0.96):  # what was kept may be taken back
        clerk.post(f"{ORDER}/undo", data={"key": new_form_key()})
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
        (0.96, "full", "会員証・受け取りコードとお渡しを止めています。値札はお調べできます。"),
        (0.93, "full", "会員証・受け取りコードとお渡しを止めています。値札はお調べできます。"),
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
    follower = ChangeWatcher(floor.shop, screens, "x")
    follower.look_at_databases()
    stream = screens.open("page-1", "kiosk-1")
    follower.look_at_databases()
    assert stream.next(0) is None
    with card(floor, monkeypatch, 0.96):
        follower.look_at_databases()
        assert stream.next(0) == StreamEvent("line")


def test_what_a_full_disk_cannot_keep_of_the_devices_is_told_when_there_is_room(floor: Floor) -> None:
    (pages,) = floor.db.conn.execute("pragma page_count").fetchone()
    floor.db.conn.execute(
        "insert into device_log (device, station, kind, detail, time) values ('s', 'kiosk-1', 'device.lost', ?, '')",
        ("x" * 40_000,),
    )
    floor.db.conn.execute(f"pragma max_page_count = {pages + 12}")
    lives = 0

    class Twice(ProcessLife):
        def rest(self, seconds: float) -> None:
            nonlocal lives
            lives += 1
            if lives == 1:
                floor.db.conn.execute("pragma max_page_count = 1073741823")
            else:
                self.end()

    watch_changes(floor.shop, Screens(), "x", Twice())
    told = rows(floor.db, "select type from journal where type = 'noren.device.lost'")
    assert (len(told), lives) == (1, 2)
