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
    Doubt,
    Entry,
    Stage,
    Turn,
    booted,
    in_force,
    is_news,
    judge,
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
    return [*entries[:-1], replace(now, stage=LIFE[now.stage, turn])]


def sent(entries: list[Entry], epoch: str, version: int) -> list[Entry]:
    if not is_news(entries, epoch, version):
        return entries
    entries = turned(entries, Turn.SUPERSEDE)
    return [*entries, Entry(number=len(entries) + 1, epoch=epoch, version=version, stage=Stage.RECEIVED)]


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
    assert not is_news(entries, "e", 7)
    assert not is_news(entries, "e", 6)
    assert is_news(entries, "e", 8)
    assert is_news(entries, "other", 1)


WRONG, LATE, OVER = (Doubt(text=sort, sort=sort) for sort in ("wrong", "not_yet", "over"))


@pytest.mark.parametrize(
    ("doubts", "seconds", "verdict"),
    [
        ([], (2, 0, SETTLE), ""),
        ([], (2, 0, SETTLE / 2), None),
        ([LATE], (DEADLINE - 1, 0, 0), None),
        ([LATE], (DEADLINE, 0, 0), "not_yet"),
        ([LATE, WRONG], (PATIENCE - 1, PATIENCE - 1, 0), None),
        ([LATE, WRONG], (PATIENCE, PATIENCE, 0), "wrong"),
        ([LATE, WRONG], (DEADLINE, 1, 0), "wrong"),
        ([WRONG, LATE, OVER], (0, 0, 0), "over"),
    ],
)
def test_a_trial_waits_for_what_may_come_about_and_no_longer(
    doubts: list[Doubt], seconds: tuple[float, float, float], verdict: str | None
) -> None:
    trial, wrong, well = seconds
    assert judge(doubts, trial_s=trial, wrong_s=wrong, well_s=well) == verdict
