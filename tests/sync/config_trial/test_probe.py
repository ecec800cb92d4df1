"""The self-check of a config on trial: real pages over HTTP, the bridge's rows, and a real broker on a second line."""

import fcntl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlite_utils import Database
from werkzeug.serving import WSGIRequestHandler, make_server

from edge.config.active_config import NO_CONFIG, last_good_settings, settings_in_force
from edge.config.overrides import BoxSettings
from edge.config.policy import Policy
from edge.config.station_role import Role
from edge.config.toml_schema import Config, Device, SerialDevice, Station, WebSection
from edge.crypto import sealed_secret
from edge.demo.ports import free_port
from edge.platform.clock import now, utc_text
from edge.platform.process import ProcessLife
from edge.platform.sqlite_file import key_of_folder
from edge.store_context import StoreContext
from edge.validation.localized_text import LocalizedText
from sync.config_trial.broker_probe import probe_broker
from sync.config_trial.device_probe import bridge_doubts
from sync.config_trial.http_probe import PagesProbe
from sync.config_trial.probe import ConfigProbe
from sync.config_trial.states import TrialDoubt, TrialVerdict
from sync.config_trial.trial import TrialInputs
from sync.protocol import topics
from sync.protocol.ed25519_keys import SigningKey, new_key
from sync.protocol.envelope import seal_message
from sync.protocol.messages import HqPresence
from sync.transport.broker import BrokerSettings
from sync.transport.mqtt_client import MqttClient
from sync.transport.mqtt_events import Connected, Disconnected
from tests.edge import floor as builder
from tests.support.kept_config import keep
from tests.sync.conftest import Mosquitto
from ui.app import make_app
from ui.process_state.screens import Screens

WITHIN = 180.0  # s; only a hang takes so long
KEY = new_key("hq-1")
NEW = Station(id="k9", role=Role.KIOSK, name=LocalizedText(ja="新"))
GUN = SerialDevice(id="gun", station="k1", path="/dev/gun")


class Quiet(WSGIRequestHandler):
    def log(self, *_: Any) -> None:
        """Nobody reads it."""


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[StoreContext]:
    with builder.shop(tmp_path) as opened:
        yield opened


def on_trial(
    db: Database, ground: Config, box: BoxSettings | None = None, lost: frozenset[str] = frozenset()
) -> TrialInputs:
    """A config goes on trial."""
    before = last_good_settings(db, ground)
    keep(db, Policy(retention_days=30), box, stage="trial")
    after = settings_in_force(db, ground, NO_CONFIG)
    return TrialInputs(before=before, after=after, lost=lost, keys={KEY.id: KEY.public}, moment=now().time)


@contextmanager
def pages_up(floor: StoreContext, past: int = NO_CONFIG) -> Iterator[Config]:
    """The store's pages at a free port; the settings that name it."""
    port, life = free_port(), ProcessLife()
    ground = msgspec.structs.replace(floor.config, web=WebSection(port=port))
    server = make_server("127.0.0.1", port, make_app(ground, floor.box, Screens(), life, past), True, 1, Quiet)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield ground
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_pages_that_live_with_the_new_config_and_answer_are_well(floor: StoreContext) -> None:
    with pages_up(floor) as ground:
        assert PagesProbe(on_trial(floor.db, ground, BoxSettings(stations=[NEW]))).doubts() == []


def test_pages_that_began_during_the_trial_cannot_judge_it(floor: StoreContext) -> None:
    with pages_up(floor, past=1) as ground:
        trial = on_trial(floor.db, ground)
        assert PagesProbe(trial).doubts() == [
            TrialDoubt(text="the pages were started anew during the trial", sort="over", gone=True)
        ]


def test_pages_that_do_not_live_with_it_yet_are_waited_for(floor: StoreContext) -> None:
    with pages_up(floor) as ground:
        trial = on_trial(floor.db, ground)
        later = replace(trial, after=replace(trial.after, number=trial.after.number + 1))
        assert [doubt.sort for doubt in PagesProbe(later).doubts()] == ["not_yet"]


def test_a_page_that_breaks_is_named(floor: StoreContext) -> None:
    with pages_up(floor) as ground:
        trial = on_trial(floor.db, ground, BoxSettings(stations=[NEW]))
        floor.db.conn.execute("drop table pickup_steps")
        (doubt,) = PagesProbe(trial).doubts()
        assert doubt == TrialDoubt(text="page /board answers 503", sort="wrong")


def test_a_web_process_that_is_not_there_is_told(floor: StoreContext) -> None:
    ground = msgspec.structs.replace(floor.config, web=WebSection(port=free_port()))
    assert PagesProbe(on_trial(floor.db, ground)).doubts() == [
        TrialDoubt(text="the pages do not run", sort="not_yet", gone=True)
    ]


@pytest.fixture
def bridge(tmp_path: Path) -> Iterator[None]:
    """A bridge runs, by the lock it holds."""
    with (tmp_path / "bridge.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def says(db: Database, config: int, past: int = 0) -> None:
    """What the bridge has written down of itself."""
    db.conn.execute(
        "insert into bridge (config, past, since, only_one) values (?, ?, 't', 1)",
        (config, past),
    )


def stands(db: Database, device: str, state: str, detail: str = "") -> None:
    db.conn.execute(
        "insert into devices (device, station, kind, state, detail, since) values (?, 'k1', 'serial', ?, ?, 't')",
        (device, state, detail),
    )


def box(*found: Device) -> BoxSettings:
    return BoxSettings(devices=list(found))


def test_a_store_without_devices_needs_no_bridge(floor: StoreContext) -> None:
    assert bridge_doubts(floor.db, on_trial(floor.db, floor.config)) == []


def test_a_bridge_that_does_not_run_is_told(floor: StoreContext) -> None:
    trial = on_trial(floor.db, floor.config, box(GUN))
    says(floor.db, trial.after.number)
    assert bridge_doubts(floor.db, trial) == [TrialDoubt(text="the bridge does not run", sort="not_yet", gone=True)]


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize(
    ("said", "sort", "words"),
    [
        ({"config": 0}, "not_yet", "has not taken the config up"),
        ({"config": 0, "past": 1}, "over", "started anew"),
    ],
)
def test_a_bridge_that_does_not_live_with_it_says_why(
    floor: StoreContext, said: dict[str, Any], sort: str, words: str
) -> None:
    trial = on_trial(floor.db, floor.config, box(GUN))
    says(floor.db, **said)
    (doubt,) = bridge_doubts(floor.db, trial)
    assert doubt.sort == sort
    assert words in doubt.text


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize(
    ("state", "detail", "sorts"),
    [
        ("works", "", []),
        ("starting", "", ["not_yet"]),
        ("lost", "busy", ["wrong"]),
        ("lost", "covered", []),  # a camera that is open, before a poster
        (None, "", ["not_yet"]),
    ],
)
def test_a_new_device_must_open(floor: StoreContext, state: str | None, detail: str, sorts: list[str]) -> None:
    trial = on_trial(floor.db, floor.config, box(GUN))
    says(floor.db, trial.after.number)
    if state:
        stands(floor.db, "gun", state, detail)
    assert [doubt.sort for doubt in bridge_doubts(floor.db, trial)] == sorts


@pytest.mark.usefixtures("bridge")
@pytest.mark.parametrize(
    ("after", "lost", "sorts"),
    [
        (GUN, [], []),  # as it was: whatever has come over it since
        (msgspec.structs.replace(GUN, baud=115200), [], ["wrong"]),
        (msgspec.structs.replace(GUN, baud=115200), ["gun"], []),  # it was unplugged before
        (msgspec.structs.replace(GUN, path="/dev/other"), ["gun"], ["wrong"]),
    ],
)
def test_only_what_the_config_changed_counts_against_it(
    floor: StoreContext, after: Device, lost: list[str], sorts: list[str]
) -> None:
    keep(floor.db, Policy(), box(GUN))
    trial = on_trial(floor.db, floor.config, box(after), frozenset(lost))
    says(floor.db, trial.after.number)
    stands(floor.db, "gun", "lost", "unplugged")
    assert [doubt.sort for doubt in bridge_doubts(floor.db, trial)] == sorts


def moved(floor: StoreContext, port: int) -> TrialInputs:
    """A trial of a broker at a port."""
    trial = on_trial(floor.db, floor.config)
    hq = msgspec.structs.replace(trial.after.config.hq, broker=f"mqtt://127.0.0.1:{port}")
    return replace(trial, after=replace(trial.after, config=msgspec.structs.replace(trial.after.config, hq=hq)))


def until(true: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + WITHIN
    while not true():
        assert time.monotonic() < end, what


PRESENCE = topics.hq_topic("test", topics.ALL_STORES, "hq")


@contextmanager
def speaking(broker: Mosquitto) -> Iterator[Callable[..., None]]:
    """Somebody who says that HQ is there."""
    with MqttClient(BrokerSettings(places=(("127.0.0.1", broker.port),)), "somebody", [PRESENCE]) as link:
        until(lambda: any(isinstance(event, Connected) for event in link.read(0.2)), "connected")

        def say(state: str, key: SigningKey = KEY, *, at: datetime | None = None, retain: bool = True) -> None:
            header = msgspec.convert({"state": state, "time": utc_text(at or now().time)}, HqPresence)
            sent = link.count.arrived
            assert link.publish(PRESENCE, seal_message(PRESENCE, header, (), key), retain=retain)
            until(lambda: bool(link.read(0.2)) or link.count.arrived > sent, "said")

        yield say


def test_a_broker_that_stays_is_not_tried(floor: StoreContext) -> None:
    with probe_broker(on_trial(floor.db, floor.config)) as line:
        assert line.doubts() == []


@pytest.mark.parametrize("retain", [True, False])
def test_a_broker_where_hq_says_that_it_is_there_is_well(
    floor: StoreContext, mosquitto: Mosquitto, retain: bool
) -> None:
    with speaking(mosquitto) as say:
        if retain:
            say("up")
        with probe_broker(moved(floor, mosquitto.port)) as line:
            if not retain:
                until(lambda: "no message from HQ" in line.doubts()[0].text, "connected")

            def heard() -> bool:
                if not retain:  # said again: who has connected may not have subscribed yet
                    say("up", at=now().time - timedelta(days=400), retain=False)  # HQ's clock is HQ's business
                return line.doubts() == []

            until(heard, "HQ is heard")


def test_the_second_line_opens_a_sealed_password_too(floor: StoreContext, mosquitto: Mosquitto, tmp_path: Path) -> None:
    key, secret = key_of_folder(Path(floor.config.store.data)), tmp_path / "password"
    assert key
    secret.write_bytes(sealed_secret.seal_secret(key, "password_file", b"open sesame"))
    trial = moved(floor, mosquitto.port)
    hq = msgspec.structs.replace(trial.after.config.hq, username="ginza", password_file=str(secret))
    after = replace(trial.after, config=msgspec.structs.replace(trial.after.config, hq=hq))
    with probe_broker(replace(trial, after=after)) as line:
        assert line.link.broker.password == "open sesame"  # type: ignore[union-attr]
        until(lambda: "no message from HQ" in line.doubts()[0].text, "connected")


def test_what_is_not_hqs_fresh_word_proves_nothing(floor: StoreContext, mosquitto: Mosquitto) -> None:
    with speaking(mosquitto) as say, probe_broker(moved(floor, mosquitto.port)) as line:
        until(lambda: "no message from HQ" in line.doubts()[0].text, "connected")
        for arrived, said in enumerate((("up", new_key("hq-1")), ("up", new_key("stranger")), ("down", KEY)), 1):
            say(*said)  # one by one: the broker keeps the last for a line that has connected and not yet subscribed
            until(lambda arrived=arrived: line.link.count.arrived == arrived, said[0])  # type: ignore
        assert [doubt.sort for doubt in line.doubts()] == ["not_yet"]
        say("up", at=now().time - timedelta(hours=1))  # what a broker remembers from before
        with probe_broker(moved(floor, mosquitto.port)) as late:
            until(lambda: late.link.count.arrived > 0, "what the broker remembers")  # type: ignore[union-attr]
            assert [doubt.sort for doubt in late.doubts()] == ["not_yet"]


def test_the_same_broker_by_another_name_is_tried_without_ending_the_first_line(
    floor: StoreContext, mosquitto: Mosquitto
) -> None:
    with speaking(mosquitto) as say, first_line(mosquitto) as first, probe_broker(moved(floor, mosquitto.port)) as line:
        until(lambda: "no message from HQ" in line.doubts()[0].text, "connected")
        say("up")
        until(lambda: line.doubts() == [], "HQ is heard")
        assert not any(isinstance(event, Disconnected) for event in first.read(0.2))
        assert first.is_up


@contextmanager
def first_line(broker: Mosquitto) -> Iterator[MqttClient]:
    """The store's own line, under the name sync gives it."""
    with MqttClient(BrokerSettings(places=(("127.0.0.1", broker.port),)), "noren-test-ginza", [PRESENCE]) as link:
        until(lambda: any(isinstance(event, Connected) for event in link.read(0.2)), "connected")
        yield link


def test_a_broker_that_cannot_be_reached_is_wrong(floor: StoreContext) -> None:
    with probe_broker(moved(floor, free_port())) as line:
        until(lambda: "cannot be reached" in line.doubts()[0].text, "tried")
        assert line.doubts()[0].sort == "wrong"


def verdict(check: ConfigProbe) -> TrialVerdict:
    until(lambda: check.verdict() is not None, "a verdict")
    found = check.verdict()
    assert found is not None
    return found


def test_a_config_with_which_all_is_well_passes(floor: StoreContext) -> None:
    with pages_up(floor) as ground:
        check = ConfigProbe()
        check.begin(on_trial(floor.db, ground))
        assert verdict(check) == TrialVerdict()
        check.end()


def test_a_check_that_is_ended_or_breaks_holds_nobody_up(floor: StoreContext, tmp_path: Path) -> None:
    trial = on_trial(floor.db, floor.config)
    check = ConfigProbe()
    check.begin(trial)
    check.end()
    assert check.verdict() is None
    store = msgspec.structs.replace(floor.config.store, data=str(tmp_path / "gone"))
    gone = replace(trial.after, config=msgspec.structs.replace(floor.config, store=store))
    check.begin(replace(trial, after=gone))
    assert "the probe of a config failed by an error of its own" in verdict(check).why
