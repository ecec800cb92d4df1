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
from typing import get_args

import msgspec
import pytest
import time_machine
from flask.testing import FlaskClient

from edge import registry, scan_processor
from edge.config.toml_schema import CameraDevice, Device, SerialDevice
from edge.crypto.data_key import DataKey
from edge.db_files.repair_log import Repair, note_repair
from edge.key_files import data_key_file as key_file
from edge.key_files.own_secrets import report_unsealed_files
from edge.key_files.secret_sealing import seal_keys
from edge.platform import heartbeat
from edge.platform.clock import now, utc_text
from edge.platform.database import writing
from edge.platform.process import ProcessLife
from edge.replica import clone_notice
from edge.replica.hq_link import LinkReason
from edge.retention import unswept
from edge.scan.log import Reading, append_reading
from edge.single_instance import is_instance_locked
from firmware_bridge.device_log import DeviceLog
from firmware_bridge.devices.events import BytesReceived, DeviceFault
from firmware_bridge.framing.framing import RefusalReason
from sync.transport.link_status import LinkStatus
from tests.ui.shop_floor import POLICY, Floor
from ui.app import make_app
from ui.change_watcher import system_state_stamp
from ui.health import box_health, readers
from ui.health.checks import devices
from ui.i18n import LANGUAGES, Locales
from ui.process_state.last_typed import LastTyped
from ui.process_state.screens import Screens
from ui.status import pages as status
from ui.wedge import keyboard_wedge

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
def bridge(floor: Floor) -> Iterator[dict[str, DeviceLog]]:
    """What the bridge does to the store's files while it runs: its lock is held, each device's row is there."""
    with (Path(floor.config.store.data) / "bridge.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        books = {device.id: DeviceLog(floor.db, device) for device in DEVICES}
        for book in books.values():
            book.note_working()
        yield books


def hear(floor: Floor) -> None:
    """HQ speaks, with nothing missing here."""
    line = LinkStatus(floor.db)
    line.note_message(now(), time.monotonic(), complete=True)


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
    LinkStatus(floor.db).note_disconnected(LinkReason.LOST, "timed out", now())
    assert first_line(client) == "本部とつながっていません。お店の業務は、このまま続けられます。"
    assert things_to_do(client)[0] == "店内の Wi-Fi ルーターの電源が入っているか見てください。"
    page = client.get("/status").text
    assert "送信待ち 1 件" in page
    assert "00-0000-0459" in page
    assert floor.box.id[-4:] in page


@pytest.mark.usefixtures("bridge")
def test_nobody_is_sent_to_the_router_when_it_is_hq_that_is_away(client: FlaskClient, floor: Floor) -> None:
    line = LinkStatus(floor.db)
    line.note_disconnected(LinkReason.HQ_DOWN, "HQ is not there", now())
    assert things_to_do(client)[0] == "本部の側で起きています。そのままお待ちください。"
    line.note_disconnected(LinkReason.STOPPED, "sync is not running", now())
    assert things_to_do(client) == ["サポートに連絡してください。"]


@pytest.mark.usefixtures("bridge")
def test_a_line_that_is_up_and_silent_for_long_is_not_called_well(client: FlaskClient, floor: Floor) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=6)):
        assert first_line(client).startswith("本部とつながっていません")


def went_round(floor: Floor, process: str, *loops: str, ago: float) -> None:
    """What a process noted of its loops, and when they last went round."""
    at = time.monotonic()
    heartbeat.note_rounds(floor.db, process, dict.fromkeys(loops, at - ago), at, now())


@pytest.mark.usefixtures("bridge")
def test_a_bridge_that_exists_and_stands_still_reads_nothing(client: FlaskClient, floor: Floor) -> None:
    went_round(floor, "bridge", "heartbeat", "devices", "within/eye", ago=1)
    assert first_line(client) == "お店の業務は、いつもどおりできます。"
    went_round(floor, "bridge", "heartbeat", "devices", "within/eye", ago=heartbeat.SILENT_AFTER_S + 1)
    assert first_line(client) == "コードを読み取れません。お渡しは、番号とお名前で続けられます。"


@pytest.mark.usefixtures("bridge")
def test_one_device_whose_loop_stands_still_is_told_and_one_that_waits_is_not(
    client: FlaskClient, floor: Floor, bridge: dict[str, DeviceLog]
) -> None:
    went_round(floor, "bridge", "within/eye", "within/by-door", ago=heartbeat.SILENT_AFTER_S + 1)
    bridge["by-door"].note_lost(DeviceFault.NOT_FOUND)
    found = {
        one.device: one.state for one in readers.readers(floor.shop, heartbeat.silent_loops(floor.db, now()), now())
    }
    assert found == {"by-door": "lost", "counter-a": "works", "counter-b": "works", "eye": "stopped"}


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize("loop", ["courier", "heartbeat"])
def test_of_a_sync_that_stands_still_nothing_it_wrote_is_believed(client: FlaskClient, floor: Floor, loop: str) -> None:
    went_round(floor, "sync", loop, ago=heartbeat.SILENT_AFTER_S + 1)
    assert first_line(client) == "本部とつながっていません。お店の業務は、このまま続けられます。"
    assert things_to_do(client) == ["サポートに連絡してください。"]


@pytest.mark.usefixtures("bridge")
def test_what_was_noted_before_a_power_cut_is_no_sign_of_life(client: FlaskClient, floor: Floor) -> None:
    at = time.monotonic()
    heartbeat.note_rounds(floor.db, "sync", {"courier": at}, at, replace(now(), boot="the one before"))
    assert first_line(client) == "本部とつながっていません。お店の業務は、このまま続けられます。"


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize(
    ("loop", "said"),
    [
        ("desk", "読み取ったコードに答えられません。お渡しは、番号とお名前で続けられます。"),
        ("follower", "裏の仕事が遅れています。お店の業務は、このまま続けられます。"),
        ("broom", "裏の仕事が遅れています。お店の業務は、このまま続けられます。"),
    ],
)
def test_a_loop_of_the_pages_own_process_that_stands_still_is_told(
    client: FlaskClient, floor: Floor, loop: str, said: str
) -> None:
    went_round(floor, "web", loop, ago=heartbeat.SILENT_AFTER_S + 1)
    assert first_line(client) == said


@pytest.mark.usefixtures("bridge")
def test_pages_that_fail_are_told_and_forgotten_after_a_minute(
    client: FlaskClient, floor: Floor, monkeypatch: pytest.MonkeyPatch
) -> None:
    floor.db.conn.execute("alter table pickup_steps rename to gone")  # whatever it is that breaks a page
    assert client.get("/board").status_code >= 500
    floor.db.conn.execute("alter table gone rename to pickup_steps")
    assert first_line(client) == "表示できない画面があります。お渡しを続ける前に、サポートに連絡してください。"
    monkeypatch.setattr("ui.process_state.page_failures.COUNTED_FOR_S", 0.0)
    assert first_line(client) == "お店の業務は、いつもどおりできます。"


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
    LinkStatus(floor.db).note_disconnected(LinkReason.LOST, "timed out", now())
    with disk_with(monkeypatch, free=0.05):
        assert (
            first_line(client)
            == "記録する場所がありません。会員証・受け取りコードとお渡しを止めています。値札はお調べできます。"
        )
        assert things_to_do(client)[0] == "「空きがない」と、いますぐサポートに電話してください。"
        assert 'class="verdict alert"' in client.get("/status").text


@pytest.mark.usefixtures("bridge")
def test_a_clerk_is_told_that_the_clock_is_not_set(client: FlaskClient) -> None:
    with time_machine.travel(datetime(1970, 1, 1, 0, 5, tzinfo=UTC)):  # a box without a battery after a power cut
        assert first_line(client) == "時計が合っていません。お店の業務は、このまま続けられます。"
        assert first_line(client, "en") == "The clock is not set. The shop can go on as it is."
        assert "時計は自動で合います" in things_to_do(client)[0]
        assert card(client, "時計") == "時計 まだ合わせられていません 合っていません"


def test_a_reader_that_is_lost_is_named_with_what_to_look_at(client: FlaskClient, bridge: dict[str, DeviceLog]) -> None:
    bridge["counter-b"].note_lost(DeviceFault.UNPLUGGED)
    assert first_line(client) == "使えない読み取り機があります。お店の業務は、このまま続けられます。"
    assert things_to_do(client)[0] == "カウンターの読み取り機 2の線が、ささっているか見てください。"
    assert things_to_do(client)[1] == "10分たっても直らないときは、サポートに連絡してください。"
    assert "線が抜けています" in card(client, "カウンター 読み取り機 2")
    assert "正常" in card(client, "カウンター 読み取り機 1")
    bridge["counter-b"].note_working()
    assert things_to_do(client) == []


def test_with_no_reader_left_orders_go_out_by_number_and_name(
    client: FlaskClient, bridge: dict[str, DeviceLog]
) -> None:
    for book in bridge.values():
        book.note_lost(DeviceFault.NOT_FOUND)
    assert first_line(client) == "コードを読み取れません。お渡しは、番号とお名前で続けられます。"
    assert len(things_to_do(client)) == 2


def test_without_the_process_that_reads_no_reader_is_called_well(client: FlaskClient, floor: Floor) -> None:
    for device in DEVICES:
        DeviceLog(floor.db, device).note_working()
    assert first_line(client).startswith("コードを読み取れません")
    assert things_to_do(client) == ["サポートに連絡してください。"]
    assert "使えません" in card(client, "1階 入口横 読み取り機")


@pytest.mark.usefixtures("bridge")
def test_looking_never_keeps_the_bridge_from_its_lock(floor: Floor, tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert not is_instance_locked(lock)
    with lock.open("w") as held:
        assert not is_instance_locked(lock)
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert is_instance_locked(lock)


def test_a_film_that_has_ended_is_no_trouble(client: FlaskClient, bridge: dict[str, DeviceLog]) -> None:
    bridge["eye"].note_lost(DeviceFault.ENDED)
    assert things_to_do(client) == []
    assert card(client, "入口 カメラ").endswith("終わりました")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trouble_a_device_can_have_has_words_in_each_language(floor: Floor, language: str) -> None:
    say = Locales(floor.config.zone)[language].say
    assert all(say(f"status.lost.{detail}") for detail in DeviceFault)
    assert set(devices.CLERK_CAN_MEND) <= {detail.value for detail in DeviceFault}


@pytest.mark.usefixtures("bridge")
def test_readings_are_counted_since_the_shops_day_began(client: FlaskClient, floor: Floor) -> None:
    with time_machine.travel(datetime(2026, 11, 22, 3, tzinfo=UTC), tick=False), writing(floor.db):  # noon in Japan
        yesterday = replace(now(), time=datetime(2026, 11, 21, 14, 59, tzinfo=UTC))
        for moment in (yesterday, now(), now()):
            append_reading(floor.db, "scans", "kiosk-1", "by-door", Reading(data=b"1"), moment)
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
    keyboard_wedge.store_typed(floor.db, "kiosk-1", "]C1" + "10ABCDEFGHIJKLMNOPQRSTUVWXYZ17271231", now(), LastTyped())
    floor.scan("x")  # the desk answers both
    assert first_line(client).startswith("読み取り機の設定が合っていません")
    assert things_to_do(client) == ["「区切りが送られない」と、サポートに伝えてください。"]


def test_never_more_than_two_things_to_do(
    client: FlaskClient, floor: Floor, bridge: dict[str, DeviceLog], screens: Screens
) -> None:
    LinkStatus(floor.db).note_disconnected(LinkReason.LOST, "timed out", now())
    bridge["by-door"].note_lost(DeviceFault.UNPLUGGED)
    bridge["eye"].note_lost(DeviceFault.COVERED)
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
    client: FlaskClient, floor: Floor, bridge: dict[str, DeviceLog], language: str
) -> None:
    LinkStatus(floor.db).note_disconnected(LinkReason.CONNECTING, "connecting to mqtt://broker.example.com:1883", now())
    bridge["eye"].note_lost(DeviceFault.WRONG_KIND)
    page = client.get(f"/status?lang={language}").text
    seen = re.sub(r"<[^>]*>", " ", page[page.index("<body") :])
    assert JARGON.findall(seen) == []


def test_a_store_that_has_never_met_hq_says_so(floor: Floor, screens: Screens) -> None:
    with writing(floor.db):
        floor.db.conn.execute("delete from line")
    asking = make_app(floor.config, floor.box, screens, ProcessLife()).test_client()
    assert "まだ一度もつながっていません" in card(asking, "本部との連絡")


@pytest.mark.usefixtures("bridge")
def test_whatever_clerks_are_doing_they_are_told_of_disk_and_clock(
    floor: Floor, screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    voice, house = (
        Locales(floor.config.zone)["ja"],
        make_app(floor.config, floor.box, screens, ProcessLife()).extensions["house"],
    )
    assert status.staff_frame_notice(floor.shop, house, voice, now()) is None
    with disk_with(monkeypatch, free=0.1):
        assert "残りわずか" in str(status.staff_frame_notice(floor.shop, house, voice, now()))
    with time_machine.travel(datetime(1970, 1, 1, tzinfo=UTC)):
        assert "時計が合っていません" in str(status.staff_frame_notice(floor.shop, house, voice, now()))


def test_one_lost_reader_is_not_told_to_everybody(floor: Floor, bridge: dict[str, DeviceLog], screens: Screens) -> None:
    bridge["eye"].note_lost(DeviceFault.COVERED)
    house = make_app(floor.config, floor.box, screens, ProcessLife()).extensions["house"]
    assert status.staff_frame_notice(floor.shop, house, Locales(floor.config.zone)["ja"], now()) is None


def test_a_scanner_that_sends_what_cannot_be_read_is_told_with_what_to_do(
    client: FlaskClient, bridge: dict[str, DeviceLog]
) -> None:
    book = bridge["by-door"]
    book.append_reading(Reading(data=b"4901234567894"))
    book.refused(1, RefusalReason.UNFINISHED)
    assert first_line(client) == "お店の業務は、いつもどおりできます。"
    book.refused(1, RefusalReason.UNFINISHED)
    assert first_line(client, "en") == "A scanner sends what cannot be read. The shop can go on as it is."
    assert "終わりの合図が届かない" in things_to_do(client)[0]
    assert "読めません" in card(client, "1階 入口横 読み取り機")
    book.append_reading(Reading(data=b"4901234567894"))
    assert first_line(client) == "お店の業務は、いつもどおりできます。"


@pytest.mark.parametrize("why", [one for one in RefusalReason if one is not RefusalReason.NO_ROOM])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_of_a_refusal_has_words(
    client: FlaskClient, bridge: dict[str, DeviceLog], why: RefusalReason, lang: str
) -> None:
    bridge["by-door"].refused(2, why)
    assert things_to_do(client, lang)
    assert not [word for one in things_to_do(client, lang) for word in JARGON.findall(one)]


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize("why", get_args(keyboard_wedge.BrokenTyping))
def test_a_scanner_whose_codes_break_in_a_page_is_told_and_what_to_do(
    client: FlaskClient, floor: Floor, why: keyboard_wedge.BrokenTyping
) -> None:
    for _ in range(2):
        keyboard_wedge.count_broken(floor.db, "kiosk-1", why, now())
    assert first_line(client) == "読み取り機の設定が合っていません。お店の業務は、このまま続けられます。"
    assert "1階 入口横" in things_to_do(client)[0]
    keyboard_wedge.store_typed(floor.db, "kiosk-1", "4901234567894", now(), LastTyped())
    assert first_line(client) == "お店の業務は、いつもどおりできます。"


def test_the_counts_tell_how_far_what_came_in_has_got(
    client: FlaskClient, floor: Floor, bridge: dict[str, DeviceLog]
) -> None:
    book = bridge["by-door"]
    book.note_bytes(BytesReceived(1014, "line"))
    book.append_reading(Reading(data=b"4901234567894"))
    book.refused(1, RefusalReason.UNFINISHED)
    keyboard_wedge.store_typed(floor.db, "kiosk-1", "4901234567894", now(), LastTyped())
    scan_processor.answer_waiting_scans(floor.shop, registry.decide_outcome, lambda _seq: None, ProcessLife())
    page = client.get("/status/cards?lang=en").text
    table = [
        [" ".join(re.sub(r"<[^>]*>", " ", cell).split()) for cell in re.findall(r"<t[hd].*?</t[hd]>", row, re.S)]
        for row in re.findall(r"<tr>.*?</tr>", page, re.S)
    ]
    assert table[0] == ["Device", "Characters in", "Readings", "Refused", "Answered"]
    assert table[1][1:] == ["1,014", "1", "1", "1"]
    assert "a code ends with a new line" in table[1][0]
    assert table[-1][1:] == ["13", "1", "0", "1"]


def test_a_mirror_that_hq_fills_again_is_said_until_it_is_whole(
    client: FlaskClient, floor: Floor, bridge: object
) -> None:
    with writing(floor.hq):
        floor.hq.conn.execute("insert into replaced (at, why, aside, only_one) values ('2026-11-26', 'a page', 'x', 1)")
    assert first_line(client, "en") == "What headquarters sent is being loaded again. The shop can go on as it is."
    assert things_to_do(client, "en")[0] == "It ends by itself while headquarters can be reached. Please wait."
    with writing(floor.hq):
        floor.hq.conn.execute("update replaced set whole = 1")
    assert first_line(client, "en") == "The shop can work as usual."


def test_records_saved_from_a_damaged_file_are_said_for_a_day(
    client: FlaskClient, floor: Floor, bridge: object
) -> None:
    repair = Repair(kind="salvage", why="page 7", aside="store.db.damaged-x")
    with writing(floor.db):
        note_repair(floor.db, repair, "e", {"saved": {"scans": 1200, "journal": 34}, "unreadable": {}}, now())
    page = client.get("/status/cards?lang=en").text
    assert "Some records were damaged; what could be read was saved." in page
    assert "1,234" in page
    assert things_to_do(client, "en") == ["Tell support that records were damaged and the rest was saved."]
    old = utc_text(now().time - timedelta(hours=25))
    with writing(floor.db):
        floor.db.conn.execute("update repairs set time = ?", (old,))
    assert first_line(client, "en") == "The shop can work as usual."


@pytest.mark.usefixtures("bridge")
def test_another_box_that_runs_as_this_store_is_told_on_every_page_until_hq_takes_it_back(
    client: FlaskClient, floor: Floor, screens: Screens
) -> None:
    voice, house = (
        Locales(floor.config.zone)["en"],
        make_app(floor.config, floor.box, screens, ProcessLife()).extensions["house"],
    )
    before = system_state_stamp(floor.shop)
    clone_notice.write_notice(floor.db, "dc:a6:32:00:00:01@10.0.0.1,dc:a6:32:00:00:02@", now())
    assert first_line(client) == "同じカードの複製で、2台の箱がこのお店として動いています。"
    assert first_line(client, "en") == "Two boxes run as this shop, from copies of one card."
    page = client.get("/status/cards?lang=en").text
    assert "They are dc:a6:32:00:00:01 at 10.0.0.1 and dc:a6:32:00:00:02 at ?." in page
    assert things_to_do(client, "en") == [
        "Switch off the box that was added last, then call support and say that there are two."
    ]
    assert "Two boxes" in str(status.staff_frame_notice(floor.shop, house, voice, now()))
    assert system_state_stamp(floor.shop) != before  # so that open pages look anew
    clone_notice.write_notice(floor.db, "", now())
    assert first_line(client, "en") == "The shop can work as usual."


@pytest.mark.usefixtures("bridge")
def test_a_full_disk_hides_no_loop_that_stands_still_while_others_can_note_their_rounds(
    floor: Floor, screens: Screens, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stuck() -> list[str]:
        with disk_with(monkeypatch, free=0.05):
            return box_health.Health(floor.shop, now()).stuck

    went_round(floor, "web", "desk", ago=heartbeat.SILENT_AFTER_S + 1)
    assert stuck() == [], "nobody could note a round: it is the disk"
    went_round(floor, "bridge", "heartbeat", ago=1)
    assert stuck() == ["desk"]


@pytest.mark.usefixtures("bridge")
def test_records_that_pile_up_for_want_of_a_clock_are_told(client: FlaskClient, floor: Floor) -> None:
    unswept.add_unswept_time(floor.db, unswept.LATE_AFTER_DAYS * unswept.DAY_MS - 1)
    assert first_line(client, "en") == "The shop can work as usual."
    unswept.add_unswept_time(floor.db, 1)
    assert first_line(client).startswith("時計をネットワークで合わせられず、古い記録を片付けられていません。")
    assert "3 days of running have piled up." in client.get("/status/cards?lang=en").text
    assert things_to_do(client, "en") == ["Tell support that the clock is not kept right by the network."]


def test_a_box_that_does_not_know_hqs_new_key_says_so_in_a_clerks_words(client: FlaskClient, floor: Floor) -> None:
    LinkStatus(floor.db).note_disconnected(
        LinkReason.NOT_BELIEVED, "HQ signs with a key that does not count here", now()
    )
    assert "Tell support: “the box does not know headquarters’ new key”." in things_to_do(client, "en")
    assert "nothing proves that it is headquarters" in client.get("/status/cards?lang=en").text
    assert "サポートに「本部の新しい鍵が箱に入っていない」と伝えてください。" in things_to_do(client, "ja")


def test_a_box_that_hq_has_taken_out_of_use_says_so_before_all_else(client: FlaskClient, floor: Floor) -> None:
    LinkStatus(floor.db).note_disconnected(LinkReason.REVOKED, "HQ has taken this box out of use", now())
    assert first_line(client, "en") == "Headquarters has taken this box out of use. It can no longer be worked with."
    assert "本部がこの箱の使用を止めました" in first_line(client)
    assert things_to_do(client, "en")[0].startswith("Call support now and say that headquarters has taken the box")


def test_a_key_that_lies_beside_the_records_is_said_until_it_is_sealed(client: FlaskClient, floor: Floor) -> None:
    assert "On the same card" in client.get("/status/cards?lang=en").text
    assert "記録と同じカード" in client.get("/status/cards?lang=ja").text
    (Path(floor.config.store.data) / key_file.DATA_KEY_FILE).unlink()
    assert "On the same card" not in client.get("/status/cards?lang=en").text


def test_keys_to_hq_in_the_clear_beside_a_sealed_data_key_are_said_with_the_command(
    client: FlaskClient, floor: Floor, tmp_path: Path
) -> None:
    seed = tmp_path / "seed"
    seed.write_text("the seed of a store")
    named = msgspec.structs.replace(floor.config.hq, signing_key_file=str(seed))
    config = msgspec.structs.replace(floor.config, hq=named)
    report_unsealed_files(config, handed=False)
    assert "noren seal-keys" not in client.get("/status/cards?lang=en").text, "the data key itself is said then"
    report_unsealed_files(config, handed=True)
    assert "who takes it speaks as this store. Installer: noren seal-keys" in client.get("/status/cards?lang=en").text
    assert "noren seal-keys" in client.get("/status/cards?lang=ja").text
    seal_keys(config, DataKey(bytes(range(32))))
    report_unsealed_files(config, handed=True)
    assert "noren seal-keys" not in client.get("/status/cards?lang=en").text
