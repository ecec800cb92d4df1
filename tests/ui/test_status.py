"""The status page: whether the shop can go on, what to do, and each thing as it is; for clerks, and for nobody's name."""

import fcntl
import re
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
import time_machine
from flask.testing import FlaskClient

from edge.clock import now, utc_text
from edge.config import CameraDevice, Device, SerialDevice
from edge.only_one import runs
from edge.scan import Reading, write_down
from edge.service import Life
from edge.store import writing
from firmware_bridge.logbook import Logbook
from firmware_bridge.reading import Detail
from sync.line import Line
from tests.ui.shop_floor import POLICY, Floor
from ui import advice, health, status, wedge
from ui.app import make_app
from ui.screens import Screens
from ui.text import LANGUAGES, Voices

DEVICES: list[Device] = [
    SerialDevice(id="by-door", station="kiosk-1", path="/dev/serial/by-id/a"),
    SerialDevice(id="counter-a", station="counter-1", path="/dev/serial/by-id/b"),
    SerialDevice(id="counter-b", station="counter-1", path="/dev/serial/by-id/c"),
    CameraDevice(id="eye", station="door", source="/dev/video0"),
]
JARGON = re.compile(r"\b(MQTT|broker|IP|API|null|None|SQL|HTTP|daemon|socket|sync|bridge|serial|hid)\b", re.I)


@pytest.fixture
def floor(floor: Floor) -> Floor:
    """The shop with three scanners and a camera, the line to HQ up, and a support number."""
    wired = replace(floor, config=msgspec.structs.replace(floor.config, devices=DEVICES))
    floor.policy(msgspec.structs.replace(POLICY, brand=msgspec.structs.replace(POLICY.brand, support="00-0000-0459")))
    hear(wired)
    return wired


@pytest.fixture
def bridge(floor: Floor) -> Iterator[dict[str, Logbook]]:
    """What the bridge does to the store's files while it runs: its lock is held, each device's row is there."""
    with (Path(floor.config.store.data) / "bridge.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        books = {device.id: Logbook(floor.db, device) for device in DEVICES}
        for book in books.values():
            book.works()
        yield books


def hear(floor: Floor) -> None:
    """HQ speaks, with nothing missing here."""
    line = Line(floor.db)
    line.hear(now(), time.monotonic(), complete=True)


def first_line(client: FlaskClient, lang: str = "ja") -> str:
    found = re.search(r"data-first>(.*?)</h2>", client.get(f"/status/cards?lang={lang}").text)
    assert found
    return found[1]


def things_to_do(client: FlaskClient, lang: str = "ja") -> list[str]:
    found = re.search(r"<ol>(.*?)</ol>", client.get(f"/status/cards?lang={lang}").text)
    return re.findall(r"<li>(.*?)</li>", found[1]) if found else []


def card(client: FlaskClient, title: str, lang: str = "ja") -> str:
    """The words of a card, without its marks."""
    page = client.get(f"/status/cards?lang={lang}").text
    found = next(one for one in re.findall(r'<li class="card.*?</li>', page, re.S) if f"<h3>{title}</h3>" in one)
    return " ".join(re.sub(r"<[^>]*>", " ", found).split())


@contextmanager
def disk_with(monkeypatch: pytest.MonkeyPatch, *, free: float) -> Iterator[None]:
    """A card of 32 GB of which that share is free."""
    usage = type(shutil.disk_usage("/"))(32_000_000_000, round(32e9 * (1 - free)), round(32e9 * free))
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _path: usage)
        yield


@pytest.mark.usefixtures("bridge")
def test_when_all_is_well_the_first_line_says_so_and_nothing_is_to_do(client: FlaskClient) -> None:
    assert first_line(client) == "お店の業務は、いつもどおりできます。"
    assert first_line(client, "en") == "The shop can work as usual."
    assert things_to_do(client) == []


@pytest.mark.usefixtures("bridge")
def test_with_hq_unreachable_the_shop_goes_on_and_says_what_waits(client: FlaskClient, floor: Floor) -> None:
    Line(floor.db).fall("timed out", now())
    assert first_line(client) == "本部とつながっていません。お店の業務は、このまま続けられます。"
    assert things_to_do(client)[0] == "店内の Wi-Fi ルーターの電源が入っているか見てください。"
    page = client.get("/status").text
    assert "送信待ち 1 件" in page
    assert "00-0000-0459" in page
    assert floor.box.id[-4:] in page


@pytest.mark.usefixtures("bridge")
def test_nobody_is_sent_to_the_router_when_it_is_hq_that_is_away(client: FlaskClient, floor: Floor) -> None:
    line = Line(floor.db)
    line.fall("HQ is not there", now())
    assert things_to_do(client)[0] == "本部の側で起きています。そのままお待ちください。"
    line.fall("sync is not running", now())
    assert things_to_do(client) == ["サポートに連絡してください。"]


@pytest.mark.usefixtures("bridge")
def test_a_line_that_is_up_and_silent_for_long_is_not_called_well(client: FlaskClient, floor: Floor) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        assert first_line(client).startswith("本部とつながっていません")


def test_the_reasons_that_are_not_the_routers_are_the_ones_sync_writes() -> None:
    written = "".join(path.read_text(encoding="utf-8") for path in Path("sync").glob("*.py"))
    assert [why for why in (*health.AWAY, health.STOPPED) if f'"{why}"' not in written] == []


@pytest.mark.usefixtures("bridge")
def test_a_clerk_is_told_that_the_disk_is_nearly_full(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    with disk_with(monkeypatch, free=0.16):
        assert first_line(client) == "お店の業務は、いつもどおりできます。"
    with disk_with(monkeypatch, free=0.15):
        assert first_line(client) == "記録する場所が残りわずかです。お店の業務は、このまま続けられます。"
        assert first_line(client, "en") == "Room for records is getting short. The shop can go on as it is."
        assert things_to_do(client) == ["「空きが少ない」と、サポートに伝えてください。"]
        assert card(client, "記録する場所") == "記録する場所 空き 4.8 GB（全体 32 GB） 残りわずか"


@pytest.mark.usefixtures("bridge")
def test_a_full_disk_is_the_gravest_of_all(client: FlaskClient, floor: Floor, monkeypatch: pytest.MonkeyPatch) -> None:
    Line(floor.db).fall("timed out", now())
    with disk_with(monkeypatch, free=0.05):
        assert first_line(client) == "記録する場所がありません。読み取りとお渡しを止めています。"
        assert things_to_do(client)[0] == "「空きがない」と、いますぐサポートに電話してください。"
        assert 'class="verdict alert"' in client.get("/status").text


@pytest.mark.usefixtures("bridge")
def test_a_clerk_is_told_that_the_clock_is_not_set(client: FlaskClient) -> None:
    with time_machine.travel(datetime(1970, 1, 1, 0, 5, tzinfo=UTC)):  # a box without a battery after a power cut
        assert first_line(client) == "時計が合っていません。お店の業務は、このまま続けられます。"
        assert first_line(client, "en") == "The clock is not set. The shop can go on as it is."
        assert "時計は自動で合います" in things_to_do(client)[0]
        assert card(client, "時計") == "時計 まだ合わせられていません 合っていません"


def test_a_reader_that_is_lost_is_named_with_what_to_look_at(client: FlaskClient, bridge: dict[str, Logbook]) -> None:
    bridge["counter-b"].lost(Detail.UNPLUGGED)
    assert first_line(client) == "使えない読み取り機があります。お店の業務は、このまま続けられます。"
    assert things_to_do(client)[0] == "カウンターの読み取り機 2の線が、ささっているか見てください。"
    assert things_to_do(client)[1] == "10分たっても直らないときは、サポートに連絡してください。"
    assert "線が抜けています" in card(client, "カウンター 読み取り機 2")
    assert "正常" in card(client, "カウンター 読み取り機 1")
    bridge["counter-b"].works()
    assert things_to_do(client) == []


def test_with_no_reader_left_orders_go_out_by_number_and_name(client: FlaskClient, bridge: dict[str, Logbook]) -> None:
    for book in bridge.values():
        book.lost(Detail.NOT_FOUND)
    assert first_line(client) == "コードを読み取れません。お渡しは、番号とお名前で続けられます。"
    assert len(things_to_do(client)) == 2


def test_without_the_process_that_reads_no_reader_is_called_well(client: FlaskClient, floor: Floor) -> None:
    for device in DEVICES:
        Logbook(floor.db, device).works()
    assert first_line(client).startswith("コードを読み取れません")
    assert things_to_do(client) == ["サポートに連絡してください。"]
    assert "使えません" in card(client, "1階 入口横 読み取り機")


@pytest.mark.usefixtures("bridge")
def test_looking_never_keeps_the_bridge_from_its_lock(floor: Floor, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert not runs(lock)
    with lock.open("w") as held:
        assert not runs(lock)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert runs(lock)


def test_a_film_that_has_ended_is_no_trouble(client: FlaskClient, bridge: dict[str, Logbook]) -> None:
    bridge["eye"].lost(Detail.ENDED)
    assert things_to_do(client) == []
    assert card(client, "入口 カメラ").endswith("終わりました")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trouble_a_device_can_have_has_words_in_each_language(floor: Floor, language: str) -> None:
    say = Voices(floor.config.zone)[language].say
    assert all(say(f"status.lost.{detail}") for detail in Detail)
    assert set(advice.CLERKS) <= {detail.value for detail in Detail}


@pytest.mark.usefixtures("bridge")
def test_readings_are_counted_since_the_shops_day_began(client: FlaskClient, floor: Floor) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 3, tzinfo=UTC), tick=False), writing(floor.db):  # noon in Japan
        yesterday = replace(now(), time=datetime(2026, 11, 21, 14, 59, tzinfo=UTC))
        for moment in (yesterday, now(), now()):
            write_down(floor.db, "scans", "kiosk-1", "by-door", Reading(data=b"1"), moment)
        floor.db.conn.execute(
            "update devices set last_reading = ? where device = 'by-door'", (utc_text(datetime.now(UTC)),)
        )
    with time_machine.travel(datetime(2026, 11, 22, 4, tzinfo=UTC)):
        assert "きょう 2 回、最後は 12:00" in card(client, "1階 入口横 読み取り機")
        assert "2 readings today, last at 12:00" in card(client, "Scanner: 1F, by the door", "en")
        assert "きょうはまだ読み取っていません" in card(client, "カウンター 読み取り機 1")


@pytest.mark.usefixtures("bridge")
def test_a_screen_is_missed_only_after_it_was_there(client: FlaskClient, screens: Screens) -> None:
    assert "まだ開かれていません" in card(client, "1階 入口横 画面")
    stream = screens.open("a", "kiosk-1")
    assert "正常" in card(client, "1階 入口横 画面")
    assert things_to_do(client) == []
    screens.close(stream)
    assert first_line(client) == "離れた画面があります。お店の業務は、このまま続けられます。"
    assert things_to_do(client)[0] == "1階 入口横の画面の電源が入っているか見てください。"


@pytest.mark.usefixtures("bridge")
def test_staff_may_put_their_devices_away(client: FlaskClient, screens: Screens) -> None:
    for stream in (screens.open("a", "counter-1"), screens.open("b", "staff")):
        assert "つながっています" in card(client, "スタッフの端末")
        screens.close(stream)
    assert things_to_do(client) == []


@pytest.mark.usefixtures("bridge")
def test_a_keyboard_scanner_that_loses_separators_is_told(client: FlaskClient, floor: Floor) -> None:
    wedge.take(floor.db, "kiosk-1", "]C1" + "10ABCDEFGHIJKLMNOPQRSTUVWXYZ17271231", now())
    floor.scan("x")  # the desk answers both
    assert first_line(client).startswith("読み取り機の設定が合っていません")
    assert things_to_do(client) == ["「区切りが送られない」と、サポートに伝えてください。"]


def test_never_more_than_two_things_to_do(
    client: FlaskClient, floor: Floor, bridge: dict[str, Logbook], screens: Screens
) -> None:
    Line(floor.db).fall("timed out", now())
    bridge["by-door"].lost(Detail.UNPLUGGED)
    bridge["eye"].lost(Detail.COVERED)
    screens.close(screens.open("a", "kiosk-1"))
    assert len(things_to_do(client)) == 2
    assert "ルーター" in things_to_do(client)[0]


def test_the_page_works_without_login_and_knows_no_names(client: FlaskClient) -> None:
    for path in ("/status", "/status/cards"):
        answer = client.get(path)
        assert answer.status_code == 200
        assert "Noren-Page" in answer.headers
        assert "森" not in answer.text
        assert "data-camera" not in answer.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_word_on_it_is_a_technicians(
    client: FlaskClient, floor: Floor, bridge: dict[str, Logbook], language: str
) -> None:
    Line(floor.db).fall("connecting to mqtt://broker.example.com:1883", now())
    bridge["eye"].lost(Detail.WRONG_KIND)
    page = client.get(f"/status?lang={language}").text
    seen = re.sub(r"<[^>]*>", " ", page[page.index("<body") :])
    assert JARGON.findall(seen) == []


def test_a_store_that_has_never_met_hq_says_so(floor: Floor, screens: Screens) -> None:
    with writing(floor.db):
        floor.db.conn.execute("delete from line")
    asking = make_app(floor.config, floor.box, screens, Life()).test_client()
    assert "まだ一度もつながっていません" in card(asking, "本部との連絡")


@pytest.mark.usefixtures("bridge")
def test_whatever_clerks_are_doing_they_are_told_of_disk_and_clock(
    floor: Floor, screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice = Voices(floor.config.zone)["ja"]
    assert status.notice(floor.shop, screens, voice, now()) is None
    with disk_with(monkeypatch, free=0.1):
        assert "残りわずか" in str(status.notice(floor.shop, screens, voice, now()))
    with time_machine.travel(datetime(1970, 1, 1, tzinfo=UTC)):
        assert "時計が合っていません" in str(status.notice(floor.shop, screens, voice, now()))


def test_one_lost_reader_is_not_told_to_everybody(floor: Floor, bridge: dict[str, Logbook], screens: Screens) -> None:
    bridge["eye"].lost(Detail.COVERED)
    assert status.notice(floor.shop, screens, Voices(floor.config.zone)["ja"], now()) is None
