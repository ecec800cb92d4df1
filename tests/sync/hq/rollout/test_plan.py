"""Config goes to more and more stores, halts if one cannot use it, and can be taken back."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.platform.database import rows, writing
from sync.hq import epoch_reset
from sync.hq.enrolment.founding import put_in_group
from sync.hq.errors import NotPossible
from sync.hq.feeds import feed
from sync.hq.importing.row_builder import config_rows
from sync.hq.ingest.batch_keeping import keep_batch
from sync.hq.projections import config_status
from sync.hq.projections.config_status import Stage, stage_of_version
from sync.hq.reports.fleet import fleet_status
from sync.hq.rollout import advance as rolling
from sync.hq.rollout import plan as book
from sync.hq.rollout import undo as rolling_back
from sync.hq.rollout.advance import RolloutHalted
from sync.hq.rollout.plan import Rollout, RolloutStatus, first_stores
from sync.protocol.event import parse_event
from tests.sync.hq.telling import Teller

STORES = [f"store-{number:02}" for number in range(10)]
PILOT = STORES[:3]


@pytest.fixture
def chain(hq: Database) -> Database:
    """Ten stores, three of them in the group `pilot`, each with a name of its own in its policy."""
    with writing(hq):
        for store in STORES:
            hq.conn.execute("insert into stores (id, name, public_key, since) values (?, ?, '', '')", (store, store))
            body = {"place": {"name": {"ja": store}}, "check_in": {"miles": 10}}
            feed.put_rows(hq, "config", store, [("policy", json.dumps(body))])
    put_in_group(hq, PILOT, "pilot")
    return hq


def file(folder: Path, text: str = "[check_in]\nmiles = 50\n", name: str = "winter.toml") -> Path:
    path = folder / name
    path.write_text(text)
    return path


def roll(db: Database, path: Path, group: str | None = None, percent: int = 100) -> Rollout:
    planned, _ = rolling.plan_rollout(db, config_rows(path, "utf-8"), group, percent)
    return rolling.begin_rollout(db, planned)


def stands(db: Database, rollout: Rollout) -> RolloutStatus:
    return book.rollout_status(db, book.read_rollout(db, rollout.id))


def has(db: Database, rollout: Rollout) -> set[str]:
    return {one.store for one in stands(db, rollout).stores}


def policy(db: Database, store: str) -> Any:
    return json.loads(feed.row_body(db, "config", store, "policy") or "null")


def version(db: Database, store: str) -> int:
    here = feed.feed_position(db, "config", store)
    assert here
    return here.version


class Box:
    """A store that tells HQ how it is with its config."""

    def __init__(self, db: Database, store: str) -> None:
        self.db, self.store = db, store
        self.teller = Teller(store=store, lane=1)

    def tell(self, stage: str, version: int | None = None, **about: object) -> None:
        here = feed.feed_position(self.db, "config", self.store)
        assert here
        at = {"version": here.version if version is None else version, "epoch": here.epoch}
        self.teller.tell(f"config.{stage}", {**at, **about})
        keep_batch(self.db, *self.teller.all())


# --- who


@given(
    stores=st.sets(st.text("abcdefgh-0123456789", min_size=1, max_size=8), min_size=1, max_size=60),
    percents=st.tuples(st.integers(1, 100), st.integers(1, 100)),
    number=st.integers(1, 1000),
)
def test_a_higher_percentage_only_adds_stores_and_is_never_less_than_it_says(
    stores: set[str], percents: tuple[int, int], number: int
) -> None:
    low, high = (first_stores(number, sorted(stores), percent) for percent in sorted(percents))
    assert set(low) <= set(high)
    assert set(first_stores(number, sorted(stores), 100)) == stores
    for percent, chosen in zip(sorted(percents), (low, high), strict=True):
        assert len(chosen) - 1 < len(stores) * percent / 100 <= len(chosen)


def test_each_roll_out_begins_with_other_stores() -> None:
    assert len({first_stores(number, STORES, 10)[0] for number in range(1, 40)}) > 3


def test_the_files_fields_go_to_the_first_stores_and_leave_what_is_their_own(chain: Database, tmp_path: Path) -> None:
    rollout = roll(chain, file(tmp_path), percent=30)
    assert len(has(chain, rollout)) == 3
    for store in STORES:
        reached = store in has(chain, rollout)
        assert policy(chain, store)["check_in"]["miles"] == (50 if reached else 10)
        assert policy(chain, store)["place"]["name"]["ja"] == store


def test_a_group_is_a_chain_of_its_own(chain: Database, tmp_path: Path) -> None:
    rollout = roll(chain, file(tmp_path), "pilot", 50)
    assert has(chain, rollout) < set(PILOT)
    assert len(has(chain, rollout)) == 2
    rolling.advance_rollout(chain, rollout.id, 100, anyway=False)
    assert has(chain, rollout) == set(PILOT)
    with pytest.raises(NotPossible, match="no store is in group `north`"):
        roll(chain, file(tmp_path), "north")


def test_going_on_keeps_the_stores_it_has_and_takes_in_those_that_have_come_since(
    chain: Database, tmp_path: Path
) -> None:
    rollout = roll(chain, file(tmp_path), percent=30)
    before = has(chain, rollout)
    rolling.advance_rollout(chain, rollout.id, 60, anyway=False)
    assert before < has(chain, rollout)
    assert len(has(chain, rollout)) == 6
    with pytest.raises(NotPossible, match="cannot go back to 50 %"):
        rolling.advance_rollout(chain, rollout.id, 50, anyway=False)
    rolling.advance_rollout(chain, rollout.id, 100, anyway=False)
    with writing(chain):
        chain.conn.execute("insert into stores (id, name, public_key, since) values ('new', 'new', '', '')")
    rolling.advance_rollout(chain, rollout.id, 100, anyway=False)
    assert has(chain, rollout) == {*STORES, "new"}


def test_going_on_leaves_alone_what_a_store_it_has_was_sent_since(chain: Database, tmp_path: Path) -> None:
    rollout = roll(chain, file(tmp_path), percent=10)
    (store,) = has(chain, rollout)
    with writing(chain):
        feed.put_rows(chain, "config", store, [("policy", json.dumps({"check_in": {"miles": 40}}))])
    rolling.advance_rollout(chain, rollout.id, 100, anyway=False)
    assert policy(chain, store)["check_in"]["miles"] == 40


def test_a_roll_out_killed_between_two_runs_is_finished_by_asking_again(chain: Database, tmp_path: Path) -> None:
    planned, _ = rolling.plan_rollout(chain, config_rows(file(tmp_path), "utf-8"), None, 100)
    rollout = rolling.begin_rollout(chain, planned)
    with writing(chain):  # as if it had been killed after the first half
        chain.conn.execute("delete from rollout_stores where store > 'store-04'")
    rolling.advance_rollout(chain, rollout.id, 100, anyway=False)
    assert has(chain, rollout) == set(STORES)
    assert {version(chain, store) for store in STORES} == {2}


# --- halting


@pytest.mark.parametrize("stage", ["refused", "rolled_back"])
def test_a_roll_out_halts_while_a_store_cannot_live_with_it(chain: Database, tmp_path: Path, stage: str) -> None:
    rollout = roll(chain, file(tmp_path), percent=20)
    bad = sorted(has(chain, rollout))[0]
    box = Box(chain, bad)
    box.tell("received")
    assert stands(chain, rollout).state == "running"
    box.tell(stage, reason="expected 1..40", path="policy.check_in.miles")
    found = stands(chain, rollout)
    assert (found.state, found.stages[stage], found.stages["waiting"]) == ("halted", 1, 1)
    with pytest.raises(RolloutHalted, match=rf"{bad} {stage.replace('_', ' ')}: policy.check_in.miles: expected 1..40"):
        rolling.advance_rollout(chain, rollout.id, 100, anyway=False)
    assert stands(chain, rollout).percent == 20
    rolling.advance_rollout(chain, rollout.id, 50, anyway=True)
    assert len(has(chain, rollout)) == 5


def test_it_goes_on_once_the_store_keeps_something_newer(chain: Database, tmp_path: Path) -> None:
    rollout = roll(chain, file(tmp_path), percent=10)
    (store,) = has(chain, rollout)
    box = Box(chain, store)
    box.tell("rolled_back", reason="superseded by version 3")
    with writing(chain):
        feed.put_rows(chain, "config", store, [("policy", json.dumps({"check_in": {"miles": 40}}))])
    box.tell("received")
    box.tell("kept")
    assert stands(chain, rollout).stages["kept"] == 1
    rolling.advance_rollout(chain, rollout.id, 20, anyway=False)


def test_a_refusal_that_comes_while_it_goes_on_halts_it_between_two_runs(
    chain: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rolling, "STORES_PER_TRANSACTION", 1)
    rollout = roll(chain, file(tmp_path), percent=10)
    (store,) = has(chain, rollout)
    chain.conn.execute(  # the store's word is kept while the fourth store is put
        f"""create temp trigger meanwhile after insert on rollout_stores
             when (select count(*) from main.rollout_stores) = 4 begin
             insert into stages select store, epoch, version, 'refused', 'no', '', '' from rollout_stores
               where rollout = new.rollout and store = '{store}'; end"""
    )
    with pytest.raises(RolloutHalted, match=f"{store} refused"):
        rolling.advance_rollout(chain, rollout.id, 100, anyway=False)
    assert len(has(chain, rollout)) == 4


def test_a_store_whose_key_is_revoked_neither_halts_nor_gets_it(chain: Database, tmp_path: Path) -> None:
    rollout = roll(chain, file(tmp_path), percent=10)
    (store,) = has(chain, rollout)
    Box(chain, store).tell("refused", reason="no", path="policy")
    other = next(one for one in STORES if one != store)
    with writing(chain):
        chain.conn.execute("update stores set revoked = 'now' where id in (?, ?)", (store, other))
    assert stands(chain, rollout).state == "running"
    rolling.advance_rollout(chain, rollout.id, 100, anyway=False)
    assert has(chain, rollout) == set(STORES) - {store, other}
    assert version(chain, other) == 1


def test_a_stopped_one_reaches_no_more_stores(chain: Database, tmp_path: Path) -> None:
    rollout = roll(chain, file(tmp_path), percent=20)
    assert rolling.stop_rollout(chain, rollout.id).state == "stopped"
    with pytest.raises(NotPossible, match="is stopped: begin a new one"):
        rolling.advance_rollout(chain, rollout.id, 100, anyway=True)
    assert len(has(chain, rollout)) == 2


def test_what_failed_is_sent_again_as_a_new_version_and_only_there(chain: Database, tmp_path: Path) -> None:
    rollout = roll(chain, file(tmp_path), percent=20)
    bad, good = sorted(has(chain, rollout))
    Box(chain, bad).tell("rolled_back", reason="the scanner does not open")
    Box(chain, good).tell("kept")
    before = feed.row_body(chain, "config", bad, "policy")
    here = feed.feed_position(chain, "config", bad)
    assert rolling_back.retry_rollout(chain, rollout.id) == [bad]
    after = feed.feed_position(chain, "config", bad)
    assert here
    assert after
    assert (feed.row_body(chain, "config", bad, "policy"), version(chain, good)) == (before, 2)
    assert (after.version > here.version, after.rows, after.digest != here.digest) == (True, 1, True)
    assert stands(chain, rollout).state == "running"
    rolling_back.undo_rollout(chain, rollout.id, anyway=False)
    assert policy(chain, bad)["check_in"]["miles"] == 10


def test_what_was_sent_something_else_since_is_not_sent_again(chain: Database, tmp_path: Path) -> None:
    rollout = roll(chain, file(tmp_path), percent=10)
    (store,) = has(chain, rollout)
    with writing(chain):
        feed.put_rows(chain, "config", store, [("policy", json.dumps({"check_in": {"miles": 40}}))])
    Box(chain, store).tell("refused", reason="no", path="policy")
    assert rolling_back.retry_rollout(chain, rollout.id) == []
    assert rolling_back.undo_rollout(chain, rollout.id, anyway=False) == ([], [store])


# --- back


def test_stores_get_back_what_they_had_as_a_new_version(chain: Database, tmp_path: Path) -> None:
    before = {store: feed.row_body(chain, "config", store, "policy") for store in STORES}
    rollout = roll(chain, file(tmp_path))
    for store in STORES:
        Box(chain, store).tell("refused", reason="no", path="policy")
    back, left = rolling_back.undo_rollout(chain, rollout.id, anyway=False)
    assert (back, left) == (STORES, [])
    assert {store: feed.row_body(chain, "config", store, "policy") for store in STORES} == before
    assert {version(chain, store) for store in STORES} == {3}
    found = stands(chain, rollout)
    assert (found.state, found.stages["waiting"]) == ("undone", 10)
    with pytest.raises(NotPossible, match="undone already"):
        rolling_back.undo_rollout(chain, rollout.id, anyway=False)


def test_a_row_that_was_not_there_before_goes_again(chain: Database, tmp_path: Path) -> None:
    rollout = roll(chain, file(tmp_path, "[policy.check_in]\nmiles = 7\n[box]\nstations = []\n"))
    assert feed.row_body(chain, "config", "store-00", "box")
    rolling_back.undo_rollout(chain, rollout.id, anyway=False)
    assert feed.row_body(chain, "config", "store-00", "box") is None
    assert policy(chain, "store-00")["check_in"]["miles"] == 10


def test_a_store_whose_config_was_changed_since_is_left_as_it_is_unless_anyway(chain: Database, tmp_path: Path) -> None:
    rollout = roll(chain, file(tmp_path))
    later = roll(chain, file(tmp_path, "[kiosk]\nquiet_s = 60\n"), "pilot")
    back, left = rolling_back.undo_rollout(chain, rollout.id, anyway=False)
    assert (set(back), left) == (set(STORES) - set(PILOT), PILOT)
    assert policy(chain, PILOT[0])["check_in"]["miles"] == 50
    assert stands(chain, rollout).state == "stopped"
    back, left = rolling_back.undo_rollout(chain, rollout.id, anyway=True)
    assert (back, left) == (PILOT, [])
    assert policy(chain, PILOT[0])["check_in"]["miles"] == 10
    assert stands(chain, later).state == "running"


# --- what stores say


def test_the_restored_headquarters_knows_what_was_said_and_hears_what_is_said_then(
    chain: Database, tmp_path: Path
) -> None:
    rollout = roll(chain, file(tmp_path), percent=20)
    first, second = sorted(has(chain, rollout))
    Box(chain, first).tell("kept")
    epoch_reset.renew_epochs(chain)
    here = {one.store: one.config.stage for one in fleet_status(chain) if one.config}
    assert (here[first], here[second]) == ("kept", "waiting")
    Box(chain, second).tell("kept")
    assert stands(chain, rollout).stages["kept"] == 2


def test_what_a_store_does_not_know_of_a_config_it_lives_with_stands_beside_it(chain: Database) -> None:
    box = Box(chain, STORES[0])
    with writing(chain):
        feed.republish_rows(chain, "config", STORES[0], ["policy"])
    box.tell("kept", not_used=["policy.of_tomorrow"])
    ((stage,),) = config_status.stages_by_store(chain).values()
    assert (stage.stage, stage.reason) == ("kept", "not used by its version: policy.of_tomorrow")


def test_what_is_kept_makes_the_words_before_it_history(chain: Database) -> None:
    box = Box(chain, STORES[0])
    for number in range(1, 30):
        with writing(chain):
            feed.republish_rows(chain, "config", STORES[0], ["policy"])
        box.tell("received")
        box.tell("kept" if number == 20 else "refused", reason="x" * 10_000)
    found = config_status.stages_by_store(chain)
    (said,) = found.values()
    assert [one.stage for one in said] == ["kept", *["refused"] * 9]
    assert max(len(one.reason) for one in said) == config_status.MAX_REASON_LENGTH


def test_what_a_store_says_of_a_version_hq_never_sent_is_a_fact_and_nothing_else(chain: Database) -> None:
    box = Box(chain, STORES[0])
    box.tell("kept", 2)
    box.tell("refused", 2**62)
    box.teller.tell("config.kept", {"version": 1, "epoch": "another"})
    keep_batch(chain, *box.teller.all())
    assert config_status.stages_by_store(chain) == {}
    assert len(rows(chain, "select * from facts")) == 3


def test_a_fact_out_of_the_quarantine_takes_no_place_of_a_later_word(chain: Database) -> None:
    box = Box(chain, STORES[0])
    box.tell("kept")
    event = json.loads(rows(chain, "select event from facts")[0]["event"])
    event["type"] = "noren.config.trial"
    with writing(chain):
        config_status.note_stage(chain, STORES[0], parse_event(STORES[0], json.dumps(event)), late=True)
    assert [said.stage for said in config_status.stages_by_store(chain)[STORES[0], event["data"]["epoch"]]] == ["kept"]


@pytest.mark.parametrize(
    "data", [{}, {"version": -1, "epoch": "e"}, {"version": "2", "epoch": "e"}, {"version": 2**70}]
)
def test_a_word_nobody_can_count_is_set_aside_and_stops_nothing(chain: Database, data: dict[str, Any]) -> None:
    teller = Teller(store=STORES[0], lane=1)
    teller.tell("config.kept", data)
    teller.tell("config.read_aloud", data)
    keep_batch(chain, *teller.all())
    assert [row["seq"] for row in rows(chain, "select seq from quarantine")] == [1]
    assert [row["seq"] for row in rows(chain, "select seq from facts")] == [2]


@given(
    said=st.dictionaries(st.integers(1, 9), st.sampled_from(config_status.STATUSES[1:])),
    version=st.integers(1, 9),
)
def test_of_a_version_counts_the_keeping_else_the_latest_word_on_it_or_a_later_one(
    said: dict[int, str], version: int
) -> None:
    told = [Stage(store="a", epoch="e", version=number, stage=said[number]) for number in sorted(said)]
    found = stage_of_version(told, version)
    later = {number: stage for number, stage in said.items() if number >= version}
    if "kept" in later.values():
        assert found
        assert found.stage == "kept"
    else:
        assert (found.version if found else None) == max(later, default=None)
