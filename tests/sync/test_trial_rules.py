"""Whatever happens in whatever order: what is booted has proved itself, and each config has one end."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.trial_rules import (
    DEADLINE,
    LIFE,
    OPEN,
    PATIENCE,
    SETTLE,
    TRIES,
    Doubt,
    Entry,
    Stage,
    Turn,
    Verdict,
    booted,
    in_force,
    judge,
    next_attempt,
    under_way,
)

ENDS = set(Stage) - OPEN
EVENTS = st.one_of(
    st.sampled_from(Turn),
    st.tuples(st.sampled_from(["e1", "e2"]), st.integers(1, 6)),  # HQ sends a config of that epoch and version
)


def turned(entries: list[Entry], turn: Turn) -> list[Entry]:
    """What a turn does to the one under way; nothing where it cannot be."""
    now = under_way(entries)
    if now is None or (now.stage, turn) not in LIFE:
        return entries
    return [*entries[:-1], replace(now, stage=LIFE[now.stage, turn], interrupted=turn is Turn.INTERRUPT)]


def sent(entries: list[Entry], epoch: str, version: int) -> list[Entry]:
    attempt = next_attempt(entries, epoch, version)
    if not attempt:
        return entries
    entries = turned(entries, Turn.SUPERSEDE)
    number = len(entries) + 1
    return [*entries, Entry(number=number, epoch=epoch, version=version, stage=Stage.RECEIVED, attempt=attempt)]


@given(st.lists(EVENTS, max_size=40))
def test_what_is_booted_has_proved_itself_whatever_comes_in_whatever_order(
    events: list[Turn | tuple[str, int]],
) -> None:
    entries: list[Entry] = []
    proved = {0}
    for event in events:
        before = entries
        entries = turned(entries, event) if isinstance(event, Turn) else sent(entries, *event)
        if event is Turn.PASS and (passed := under_way(before)) and passed.stage is Stage.TRIAL:
            proved.add(passed.number)
        assert booted(entries) in proved
        assert booted(entries) >= booted(before), "never back behind what has proved itself"
        assert len([entry for entry in entries if entry.stage in OPEN]) <= 1
        for was, now in zip(before, entries, strict=False):
            assert was.stage not in ENDS or now == was, "an end is an end"


@given(st.lists(EVENTS, max_size=40), st.integers(0, 10))
def test_only_a_trial_is_lived_with_before_it_is_kept_and_never_by_who_began_in_it(
    events: list[Turn | tuple[str, int]], past: int
) -> None:
    entries: list[Entry] = []
    for event in events:
        entries = turned(entries, event) if isinstance(event, Turn) else sent(entries, *event)
    lived = in_force(entries, past)
    stages = {entry.number: entry.stage for entry in entries}
    assert lived == booted(entries) or (stages[lived] is Stage.TRIAL and lived != past)


@pytest.mark.parametrize("stage", sorted(OPEN))
def test_every_config_under_way_can_come_to_an_end(stage: Stage) -> None:
    reached = {stage}
    for _ in Stage:
        reached |= {after for (before, _turn), after in LIFE.items() if before in reached}
    assert reached & ENDS
    assert not {before for before, _turn in LIFE} & ENDS


@pytest.mark.parametrize("end", sorted(ENDS))
def test_a_version_that_has_ended_is_never_tried_again_but_a_higher_one_or_another_epochs_is(end: Stage) -> None:
    entries = [Entry(number=1, epoch="e", version=7, stage=end)]
    assert [next_attempt(entries, "e", version) for version in (6, 7, 8)] == [0, 0, 1]
    assert next_attempt(entries, "other", 1) == 1


def test_what_could_not_be_judged_is_tried_again_but_not_for_ever_nor_behind_a_newer_one() -> None:
    entries: list[Entry] = []
    for attempt in range(1, TRIES + 1):
        entries = sent(entries, "e", 7)
        assert entries[-1].attempt == attempt
        for turn in (Turn.FIT, Turn.TRY, Turn.INTERRUPT):
            entries = turned(entries, turn)
    assert next_attempt(entries, "e", 7) == 0
    assert next_attempt(sent(entries[:1], "e", 8), "e", 7) == 0


WRONG, LATE, OVER = (Doubt(text=sort, sort=sort) for sort in ("wrong", "not_yet", "over"))
AWAY = Doubt(text="away", sort="over", gone=True)


@pytest.mark.parametrize(
    ("doubts", "seconds", "verdict"),
    [
        ([], (2, 0, SETTLE), Verdict()),
        ([], (2, 0, SETTLE / 2), None),
        ([LATE], (DEADLINE - 1, 0, 0), None),
        ([LATE], (DEADLINE, 0, 0), Verdict(why="not_yet")),
        ([LATE, WRONG], (PATIENCE - 1, PATIENCE - 1, 0), None),
        ([LATE, WRONG], (PATIENCE, PATIENCE, 0), Verdict(why="wrong")),
        ([LATE, WRONG], (DEADLINE, 1, 0), Verdict(why="wrong")),
        ([WRONG, LATE, OVER], (0, 0, 0), Verdict(why="over")),
        ([WRONG, AWAY], (0, 0, 0), Verdict(why="away", again=True)),
    ],
)
def test_a_trial_waits_for_what_may_come_about_and_no_longer(
    doubts: list[Doubt], seconds: tuple[float, float, float], verdict: Verdict | None
) -> None:
    trial, wrong, well = seconds
    assert judge(doubts, trial_s=trial, wrong_s=wrong, well_s=well) == verdict
