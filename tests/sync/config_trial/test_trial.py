"""A config's way through its stages in a real store.db, and a crash before and after each commit of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.box_identity import ensure_identity
from edge.config.active_config import last_good_settings, number_in_force, number_on_trial, settings_in_force
from edge.config.toml_schema import Config, SerialDevice
from edge.platform.clock import now
from edge.platform.database import NoRoom, open_hq, open_store, rows
from edge.platform.migration import migrate
from edge.platform.sqlite import sqlite3
from sync import presence
from sync.config_trial import validation
from sync.config_trial.states import MAX_TRIALS, TRIAL_DEADLINE_S, TrialVerdict
from sync.config_trial.trial import CONFIGS_KEPT, MIN_CONFIGS_KEPT, ConfigTrials, TrialInputs
from sync.feeds.versions import FeedPosition
from sync.presence import Identity
from sync.protocol.ed25519_keys import new_key
from sync.protocol.feed_types import row_fault
from tests.edge.floor import config
from tests.sync.simulated.disk import Crash, Mortal

GOOD = {"check_in": {"miles": 7}}
OTHER = {"check_in": {"miles": 8}}
BAD = {"check_in": {"miles": -1}}
STAGES = ["received", "validated", "trial", "kept"]


@dataclass
class Judge:
    """In place of the self-check: the test says what it finds."""

    found: str | None = None
    gone: bool = False  # what it finds says nothing of the config
    trial: TrialInputs | None = None
    ended: int = 0

    def begin(self, trial: TrialInputs) -> None:
        self.found, self.trial, self.gone = None, trial, False

    def verdict(self) -> TrialVerdict | None:
        return None if self.found is None else TrialVerdict(why=self.found, again=self.gone)

    def end(self) -> None:
        self.ended += 1


@dataclass
class Store:
    """A box's folder, and sync's part in its configs."""

    folder: Path
    ground: Config = field(init=False)
    db: Database = field(init=False)
    mirror: Database = field(init=False)
    trials: ConfigTrials = field(init=False)
    judge: Judge = field(default_factory=Judge)
    stand: FeedPosition = field(default_factory=lambda: FeedPosition(feed="config"))
    at: float = 1000.0

    def __post_init__(self) -> None:
        migrate(self.folder)
        self.ground = config(self.folder)
        self.start()

    def start(self) -> None:
        """Sync begins, after a crash too: what was committed is there."""
        self.db, self.mirror = open_store(self.folder), open_hq(self.folder)
        self.trials = ConfigTrials(self.db, self.mirror, self.ground, {}, self.judge)
        self.trials.end_unfinished(now())

    def stop(self) -> None:
        self.db.close()
        self.mirror.close()

    def send(self, version: int, epoch: str = "e", **documents: Any) -> None:
        """Sync has brought the mirror to a version: rows that can be used, and those set aside."""
        if epoch != self.stand.epoch:
            self.mirror.conn.executescript("delete from config; delete from set_aside")
        for key, body in documents.items():
            text = json.dumps(body)
            self.mirror.conn.execute("delete from set_aside where key = ?", (key,))
            if why := row_fault("config", key, text):
                self.mirror.conn.execute(
                    "insert into set_aside values ('config', ?, ?, ?, ?)", (key, version, why, text)
                )
            else:
                self.mirror.conn.execute("insert or replace into config values (?, ?, ?)", (key, version, text))
        self.stand = FeedPosition(feed="config", epoch=epoch, version=version)

    def rounds(self, count: int = 5) -> None:
        for _ in range(count):
            self.at += 0.03
            self.trials.advance(self.stand, now().time, self.at, now())

    def told(self, version: int) -> list[str]:
        """The stages that were noted for HQ."""
        found = rows(self.db, "select type, data from sync_log where type like 'config.%' order by seq")
        return [row["type"].removeprefix("config.") for row in found if json.loads(row["data"])["version"] == version]

    def last(self) -> dict[str, Any]:
        """The data of the last note."""
        found = rows(self.db, "select data from sync_log where type like 'config.%' order by seq desc limit 1")
        return dict(json.loads(found[0]["data"]))

    @property
    def miles(self) -> int:
        """What a process that begins now lives with."""
        return last_good_settings(self.db, self.ground).policy.check_in.miles


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path)
    yield made
    made.stop()


def test_a_config_that_proves_itself_is_kept_and_every_stage_is_told_once(store: Store) -> None:
    store.send(1, policy=GOOD)
    store.rounds()
    assert (store.told(1), store.miles) == (STAGES[:3], 0)
    assert settings_in_force(store.db, store.ground, 0).policy.check_in.miles == 7, "who lives already takes it up"
    store.judge.found = ""
    store.rounds()
    assert (store.told(1), store.miles) == (STAGES, 7)
    assert store.last() == {"version": 1, "epoch": "e"}


def test_what_a_later_hq_sends_and_nobody_here_obeys_is_told_with_the_kept_config(store: Store) -> None:
    store.send(1, policy={**GOOD, "of_tomorrow": True})
    store.rounds()
    store.judge.found = ""
    store.rounds()
    assert (store.told(1), store.miles) == (STAGES, 7)
    assert store.last()["not_used"] == ["policy.of_tomorrow"]


def test_a_config_that_cannot_be_is_refused_with_its_path(store: Store) -> None:
    store.send(1, policy=BAD)
    store.rounds()
    assert store.told(1) == ["received", "refused"]
    assert store.last() == {
        "version": 1,
        "epoch": "e",
        "path": "policy.check_in.miles",
        "reason": "expected a whole number from 0 to 100000; got `-1`",
    }
    assert store.miles == 0


def test_a_row_set_aside_is_looked_at_though_an_older_good_one_of_its_key_is_there(store: Store) -> None:
    store.send(1, policy=GOOD)
    store.judge.found = ""
    store.rounds()
    store.judge.found = ""
    store.rounds()
    store.send(2, policy=BAD)
    store.rounds()
    assert store.told(2) == ["received", "refused"]
    store.send(3, box={"stations": []})
    store.rounds()
    assert store.told(3) == ["received", "refused"], "the policy is as bad as before"


def test_a_trial_that_fails_is_rolled_back_with_its_reason(store: Store) -> None:
    store.send(1, policy=GOOD)
    store.rounds()
    store.judge.found = "page /board answers 500"
    store.rounds()
    assert store.told(1) == [*STAGES[:3], "rolled_back"]
    assert store.last()["reason"] == "page /board answers 500"
    assert number_in_force(store.db, 0) == 0


def test_what_was_rolled_back_is_not_tried_again_by_a_restart_a_reload_or_a_new_mirror(store: Store) -> None:
    store.send(1, policy=GOOD)
    store.rounds()
    store.judge.found = "no"
    store.rounds()
    store.stop()
    store.start()
    store.rounds()
    store.mirror.conn.execute("delete from config")
    store.stand = FeedPosition(feed="config")
    store.send(1, policy=GOOD)
    store.rounds()
    assert len(store.told(1)) == 4
    store.send(2, policy=GOOD)
    store.rounds()
    assert store.told(2) == STAGES[:3]


def test_a_newer_config_ends_the_trial_of_the_one_before(store: Store) -> None:
    store.send(1, policy=GOOD)
    store.rounds()
    store.send(2, policy=OTHER)
    store.rounds()
    assert store.told(1) == [*STAGES[:3], "rolled_back"]
    assert store.told(2) == STAGES[:3]
    assert rows(store.db, "select reason from configs where version = 1") == [{"reason": "superseded by version 2"}]
    assert store.judge.ended == 1


def test_a_trial_that_sync_did_not_end_is_rolled_back_when_it_begins_anew(store: Store) -> None:
    store.send(1, policy=GOOD)
    store.rounds()
    store.stop()
    store.start()
    assert store.told(1) == [*STAGES[:3], "rolled_back"]
    assert "sync was started anew" in store.last()["reason"]


def test_a_trial_nobody_judged_to_its_end_is_done_again_and_passes(store: Store) -> None:
    store.send(1, policy=GOOD)
    store.rounds()
    store.stop()
    store.start()
    store.rounds()
    assert store.told(1) == [*STAGES[:3], "rolled_back", *STAGES[:3]]
    assert number_in_force(store.db, number_on_trial(store.db)) == 0
    store.judge.found = ""
    store.rounds()
    assert store.told(1)[-1] == "kept"
    assert store.miles == 7


def test_a_config_over_which_a_process_falls_each_time_is_given_up(store: Store) -> None:
    store.send(1, policy=GOOD)
    for _ in range(MAX_TRIALS + 1):
        store.rounds()
        store.judge.found, store.judge.gone = "the pages were started anew", True
        store.rounds()
    assert store.told(1) == [*STAGES[:3], "rolled_back"] * MAX_TRIALS
    assert store.miles == 0
    store.send(2, policy=OTHER)
    store.rounds()
    assert store.told(2) == STAGES[:3]


def test_a_sync_that_is_asked_to_stop_ends_its_trial(store: Store) -> None:
    store.send(1, policy=GOOD)
    store.rounds()
    store.trials.abandon("sync was stopped during the trial", now())
    assert store.told(1) == [*STAGES[:3], "rolled_back"]
    assert number_in_force(store.db, 0) == 0


def test_who_begins_during_a_trial_lives_with_the_last_good_config_until_the_new_one_is_kept(store: Store) -> None:
    store.send(1, policy=GOOD)
    store.rounds()
    past = number_on_trial(store.db)
    assert settings_in_force(store.db, store.ground, past).number == 0
    store.judge.found = ""
    store.rounds()
    assert settings_in_force(store.db, store.ground, past).policy.check_in.miles == 7


def test_nothing_is_heard_before_the_feed_is_whole(store: Store) -> None:
    store.send(1, policy=GOOD)
    store.trials.advance(None, now().time, store.at, now())
    assert store.told(1) == []


SCANNER = {"id": "s1", "kind": "serial", "station": "k1", "path": "/dev/null"}


def say(store: Store, looked: int, missing: list[str]) -> None:
    """The bridge's word on the devices of a config."""
    store.db.conn.execute(
        "insert into bridge (config, past, since, looked, missing, only_one) values (0, 0, 't', ?, ?, 1)",
        (looked, json.dumps(missing)),
    )


@pytest.mark.parametrize(
    ("missing", "told"), [([], STAGES[:3]), (["other"], STAGES[:3]), (["s1"], ["received", "refused"])]
)
def test_new_devices_wait_for_the_bridges_word(store: Store, missing: list[str], told: list[str]) -> None:
    store.send(1, policy=GOOD, box={"devices": [SCANNER]})
    store.rounds()
    assert store.told(1) == ["received"]
    say(store, 1, missing)
    store.rounds()
    assert store.told(1) == told
    if "refused" in told:
        assert store.last()["path"] == "box.devices[0].path"
        assert store.last()["reason"] == "nothing is there: /dev/null"


def test_a_scanner_that_is_unplugged_where_it_always_was_is_no_reason(store: Store) -> None:
    store.ground.devices.append(SerialDevice(id="s1", station="k1", path="/dev/null"))
    store.send(1, policy=GOOD, box={"devices": [SCANNER | {"baud": 115200}]})
    store.rounds()
    assert store.told(1) == STAGES[:3]


def test_a_bridge_that_does_not_speak_is_not_waited_for_for_ever(store: Store) -> None:
    store.send(1, box={"devices": [SCANNER]})
    store.rounds()
    store.at += TRIAL_DEADLINE_S + 1
    store.rounds()
    assert store.told(1) == ["received", "refused"]
    assert "the bridge did not say" in store.last()["reason"]


def test_a_birth_tells_the_last_config_and_its_stage(store: Store) -> None:
    me = Identity(chain="c", box=ensure_identity(store.db, "ginza", now()), boot=1, key=new_key())
    assert presence.birth_message(store.db, store.folder, me, {}, {}, now()).config is None
    store.send(4, policy=GOOD)
    store.rounds()
    told = presence.birth_message(store.db, store.folder, me, {}, {}, now()).config
    assert told is not None
    assert (told.epoch, told.version, told.stage) == ("e", 4, "trial")


def test_old_configs_are_forgotten_but_the_last_good_ones_stay(store: Store) -> None:
    for version in range(1, MIN_CONFIGS_KEPT + 2):
        store.send(version, policy=GOOD)
        store.rounds()
        store.judge.found = ""
        store.rounds()
    for version in range(100, 100 + CONFIGS_KEPT):
        store.send(version, policy=BAD)
        store.rounds(2)
    found = rows(store.db, "select version from configs where stage = 'kept' order by version")
    assert [row["version"] for row in found] == [2, 3, 4]
    assert rows(store.db, "select count(*) as many from configs")[0]["many"] == CONFIGS_KEPT + MIN_CONFIGS_KEPT


def life(store: Store, verdict: str) -> None:
    """A good config is kept; then one that comes to `verdict`."""
    for version, policy, found in ((1, GOOD, ""), (2, OTHER, verdict)):
        store.send(version, policy=policy)
        store.rounds(3)
        store.judge.found = found
        store.rounds(2)


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("verdict", ["", "no"])
@pytest.mark.parametrize("commit", range(8))
def test_a_crash_at_any_commit_boots_the_last_config_that_proved_itself(
    tmp_path: Path, commit: int, verdict: str, after: bool
) -> None:
    """Eight commits: four stages of two configs, of which the second passes or fails."""
    store = Store(tmp_path)
    store.db.conn.close()
    store.db.conn = _mortal(tmp_path, (commit, after))
    with pytest.raises(Crash):
        life(store, verdict)
    stages = {row["version"]: row["stage"] for row in rows(store.db, "select version, stage from configs")}
    assert {version: store.told(version)[-1:] for version in stages} == {one: [stages[one]] for one in stages}
    store.stop()
    store.start()
    proved = [0, *(version for version, stage in stages.items() if stage == "kept")]
    assert store.miles == {0: 0, 1: 7, 2: 8}[max(proved)]
    store.stop()


def _mortal(folder: Path, doom: tuple[int, bool]) -> Any:
    conn = sqlite3.connect(folder / "store.db", isolation_level=None, factory=Mortal)
    conn.doom = doom
    return conn


TURNS = st.lists(
    st.one_of(
        st.sampled_from(["round", "restart", "pass", "fail"]),
        st.tuples(st.sampled_from(["good", "bad"]), st.sampled_from(["e", "f"])),
    ),
    max_size=30,
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(turns=TURNS)
def test_what_is_booted_is_the_last_config_that_hq_was_told_is_kept(
    tmp_path_factory: pytest.TempPathFactory, turns: list[Any]
) -> None:
    store = Store(tmp_path_factory.mktemp("store"))
    version = 0
    for turn in turns:
        match turn:
            case "round":
                store.rounds(1)
            case "restart":
                store.stop()
                store.start()
            case "pass" | "fail":
                store.judge.found = "" if turn == "pass" else "no"
            case (sort, epoch):
                version += 1
                store.send(version, epoch, policy=GOOD if sort == "good" else BAD)
        proved = [sent for sent in range(1, version + 1) if "kept" in store.told(sent)]
        on_trial = [sent for sent in range(1, version + 1) if store.told(sent)[-1:] == ["trial"]]
        booted = last_good_settings(store.db, store.ground).version
        assert booted == max(proved, default=0)
        assert settings_in_force(store.db, store.ground, 0).version == max([booted, *on_trial])
    store.stop()


def test_what_a_full_disk_cannot_keep_is_kept_when_there_is_room(store: Store) -> None:
    (pages,) = store.db.conn.execute("pragma page_count").fetchone()
    store.db.conn.execute(f"pragma max_page_count = {pages}")
    large = {"brand": {"support": "0" * 9000}}
    store.send(1, policy=GOOD | large)
    with pytest.raises(NoRoom):
        store.rounds()
    assert store.told(1) == []
    store.db.conn.execute("pragma max_page_count = 1073741823")
    store.rounds()
    assert store.told(1) == STAGES[:3]


def test_a_config_that_trips_a_bug_is_refused_and_does_not_end_sync(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def trip(*_: Any) -> None:
        raise ZeroDivisionError("nobody thought of this")

    monkeypatch.setattr(validation, "validate_config", trip)
    store.send(1, policy=GOOD)
    store.rounds()
    assert store.told(1) == ["received", "refused"]
    assert "nobody thought of this" in store.last()["reason"]


class Witness(sqlite3.Connection):
    """Sees at each commit whether it waits for the card."""

    seen: list[int]

    def execute(self, sql: str, *args: Any) -> sqlite3.Cursor:
        if sql == "commit":
            self.seen.append(super().execute("pragma synchronous").fetchone()[0])
        return super().execute(sql, *args)


def test_every_turn_is_on_the_card_before_anybody_can_live_with_it(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.db.conn.close()
    store.db.conn = conn = sqlite3.connect(tmp_path / "store.db", isolation_level=None, factory=Witness)
    conn.seen = []
    conn.execute("pragma synchronous = normal")
    life(store, "no")
    assert conn.seen == [2] * 8
    assert conn.execute("pragma synchronous").fetchone() == (1,), "what else sync writes need not wait"
    store.stop()
