"""Whatever happens in whatever order: what is booted has proved itself, and each config has one end."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.config.active_config import number_in_force, number_on_trial
from edge.platform.sqlite import sqlite3
from edge.platform.store_schema.migrations import store_migrations
from sync.config_trial.states import (
    FAULT_TOLERANCE_S,
    MAX_TRIALS,
    OPEN_STAGES,
    SETTLE_S,
    TRANSITIONS,
    TRIAL_DEADLINE_S,
    Stage,
    Transition,
    TrialDoubt,
    TrialVerdict,
    TriedConfig,
    judge_trial,
    next_attempt,
    open_entry,
)

ENDS = set(Stage) - OPEN_STAGES
EVENTS = st.one_of(
    st.sampled_from(Transition),
    st.tuples(st.sampled_from(["e1", "e2"]), st.integers(1, 6)),  # HQ sends a config of that epoch and version
)


@pytest.fixture(scope="module")
def db() -> Iterator[Database]:
    """A store.db in memory, to ask the rule that the box lives by."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        made = Database(conn)
        store_migrations.apply(made)
        yield made


def note(db: Database, entries: list[TriedConfig]) -> None:
    """Let the database hold these configs and no other."""
    db.conn.execute("delete from configs")
    db.conn.executemany(
        "insert into configs (number, epoch, version, attempt, stage, body, since) values (?, ?, ?, ?, ?, '{}', '')",
        [(entry.number, entry.epoch, entry.version, entry.attempt, entry.stage) for entry in entries],
    )


def booted(db: Database, entries: list[TriedConfig]) -> int:
    """The number of the config that a process lives with if it begins now."""
    note(db, entries)
    return number_in_force(db, number_on_trial(db))


def turned(entries: list[TriedConfig], turn: Transition) -> list[TriedConfig]:
    """What a turn does to the trial under way; nothing if it is not possible."""
    now = open_entry(entries)
    if now is None or (now.stage, turn) not in TRANSITIONS:
        return entries
    return [*entries[:-1], replace(now, stage=TRANSITIONS[now.stage, turn], interrupted=turn is Transition.INTERRUPT)]


def sent(entries: list[TriedConfig], epoch: str, version: int) -> list[TriedConfig]:
    attempt = next_attempt(entries, epoch, version)
    if not attempt:
        return entries
    entries = turned(entries, Transition.SUPERSEDE)
    number = len(entries) + 1
    return [*entries, TriedConfig(number=number, epoch=epoch, version=version, stage=Stage.RECEIVED, attempt=attempt)]


@given(st.lists(EVENTS, max_size=40))
def test_what_is_booted_has_proved_itself_whatever_comes_in_whatever_order(
    db: Database,
    events: list[Transition | tuple[str, int]],
) -> None:
    entries: list[TriedConfig] = []
    proved, lived = {0}, 0
    for event in events:
        before = entries
        entries = turned(entries, event) if isinstance(event, Transition) else sent(entries, *event)
        if event is Transition.PASS and (passed := open_entry(before)) and passed.stage is Stage.TRIAL:
            proved.add(passed.number)
        last, lived = lived, booted(db, entries)
        assert lived in proved
        assert lived >= last, "never back behind what has proved itself"
        assert len([entry for entry in entries if entry.stage in OPEN_STAGES]) <= 1
        for was, now in zip(before, entries, strict=False):
            assert was.stage not in ENDS or now == was, "an end is an end"


@given(st.lists(EVENTS, max_size=40), st.integers(0, 10))
def test_only_a_trial_is_lived_with_before_it_is_kept_and_never_by_who_began_in_it(
    db: Database, events: list[Transition | tuple[str, int]], past: int
) -> None:
    entries: list[TriedConfig] = []
    for event in events:
        entries = turned(entries, event) if isinstance(event, Transition) else sent(entries, *event)
    note(db, entries)
    lived = number_in_force(db, past)
    stages = {entry.number: entry.stage for entry in entries}
    assert lived == booted(db, entries) or (stages[lived] is Stage.TRIAL and lived != past)


@pytest.mark.parametrize("stage", sorted(OPEN_STAGES))
def test_every_config_under_way_can_come_to_an_end(stage: Stage) -> None:
    reached = {stage}
    for _ in Stage:
        reached |= {after for (before, _turn), after in TRANSITIONS.items() if before in reached}
    assert reached & ENDS
    assert not {before for before, _turn in TRANSITIONS} & ENDS


@pytest.mark.parametrize("end", sorted(ENDS))
def test_a_version_that_has_ended_is_never_tried_again_but_a_higher_one_or_another_epochs_is(end: Stage) -> None:
    entries = [TriedConfig(number=1, epoch="e", version=7, stage=end)]
    assert [next_attempt(entries, "e", version) for version in (6, 7, 8)] == [0, 0, 1]
    assert next_attempt(entries, "other", 1) == 1


def test_what_could_not_be_judged_is_tried_again_but_not_for_ever_nor_behind_a_newer_one() -> None:
    entries: list[TriedConfig] = []
    for attempt in range(1, MAX_TRIALS + 1):
        entries = sent(entries, "e", 7)
        assert entries[-1].attempt == attempt
        for turn in (Transition.FIT, Transition.TRY, Transition.INTERRUPT):
            entries = turned(entries, turn)
    assert next_attempt(entries, "e", 7) == 0
    assert next_attempt(sent(entries[:1], "e", 8), "e", 7) == 0


WRONG, LATE, OVER = (TrialDoubt(text=sort, sort=sort) for sort in ("wrong", "not_yet", "over"))
AWAY = TrialDoubt(text="away", sort="over", gone=True)


@pytest.mark.parametrize(
    ("doubts", "seconds", "verdict"),
    [
        ([], (2, 0, SETTLE_S), TrialVerdict()),
        ([], (2, 0, SETTLE_S / 2), None),
        ([LATE], (TRIAL_DEADLINE_S - 1, 0, 0), None),
        ([LATE], (TRIAL_DEADLINE_S, 0, 0), TrialVerdict(why="not_yet")),
        ([LATE, WRONG], (FAULT_TOLERANCE_S - 1, FAULT_TOLERANCE_S - 1, 0), None),
        ([LATE, WRONG], (FAULT_TOLERANCE_S, FAULT_TOLERANCE_S, 0), TrialVerdict(why="wrong")),
        ([LATE, WRONG], (TRIAL_DEADLINE_S, 1, 0), TrialVerdict(why="wrong")),
        ([WRONG, LATE, OVER], (0, 0, 0), TrialVerdict(why="over")),
        ([WRONG, AWAY], (0, 0, 0), TrialVerdict(why="away", again=True)),
    ],
)
def test_a_trial_waits_for_what_may_come_about_and_no_longer(
    doubts: list[TrialDoubt], seconds: tuple[float, float, float], verdict: TrialVerdict | None
) -> None:
    trial, wrong, well = seconds
    assert judge_trial(doubts, trial_s=trial, wrong_s=wrong, well_s=well) == verdict
