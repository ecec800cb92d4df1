"""Two boxes with copies of one card are an alarm that names both; restarts of one box are none."""

import pytest
from sqlite_utils import Database

from edge.platform.database import rows, writing
from sync.hq import store_commands
from sync.hq.cli.fleet_and_facts import _troubles
from sync.hq.reports.fleet import fleet_status
from sync.hq.stores import clones, presence
from sync.protocol.messages import State


def hear(db: Database, runs: str) -> None:
    """Births of the runs in this order, each from a machine of its own."""
    for run in runs:
        born = State(
            store="ginza",
            state="birth",
            boot=1,
            epoch="e",
            box="b",
            run=run,
            machine=f"dc:a6:32:00:00:0{run}",
            address=f"10.0.0.{run}",
        )
        with writing(db):
            presence.note_presence(db, born, "2099-11-21T10:00:00.000Z")


def test_boxes_that_take_turns_are_an_alarm_with_both_addresses(hq: Database) -> None:
    with hq.conn:
        hq.conn.execute("insert into stores (id, name, public_key, since) values ('ginza', 'Ginza', '', '')")
    hear(hq, "112211221122")
    (ginza,) = fleet_status(hq)
    assert [(run.machine, run.address) for run in ginza.clones] == [
        ("dc:a6:32:00:00:01", "10.0.0.1"),
        ("dc:a6:32:00:00:02", "10.0.0.2"),
    ]
    (words,) = _troubles(ginza)
    assert "10.0.0.1" in words
    assert "10.0.0.2" in words


@pytest.mark.parametrize("runs", ["111", "1122334", "1121", "12122"])
def test_restarts_and_a_birth_that_comes_late_are_none(hq: Database, runs: str) -> None:
    hear(hq, runs)
    assert clones.cloned_stores(hq) == {}


def test_a_box_of_before_names_no_run_and_alarms_nobody(hq: Database) -> None:
    with writing(hq):
        presence.note_presence(
            hq, State(store="ginza", state="birth", boot=1, epoch="e", box="b"), "2099-11-21T10:00:00.000Z"
        )
    assert rows(hq, "select * from runs") == []


def born(run: str, *, cloned: bool | None, machine: str = "dc:a6:32:00:00:01") -> State:
    return State(
        store="ginza",
        state="birth",
        boot=1,
        epoch="e",
        box="b",
        run=run,
        machine=machine,
        address="10.0.0.1",
        cloned=cloned,
    )


def ordered(db: Database) -> list[str]:
    return [do.args["boxes"] for _, do in store_commands.open_commands(db)]


def say(db: Database, *states: State) -> None:
    for state in states:
        with writing(db):
            clones.queue_clone_notice(db, state)


def test_each_box_whose_pages_do_not_say_so_is_told_once(hq: Database) -> None:
    hear(hq, "112211221122")
    boxes = "dc:a6:32:00:00:01@10.0.0.1,dc:a6:32:00:00:02@10.0.0.2"
    say(hq, born("1", cloned=False), born("2", cloned=False), born("1", cloned=True))
    assert ordered(hq) == [boxes]
    with hq.conn:  # the word has expired, and a box was away all the time
        hq.conn.execute("update commands set expires = '2020-01-01T00:00:00.000Z'")
    say(hq, born("1", cloned=True))
    assert ordered(hq) == []
    say(hq, born("2", cloned=False))
    assert ordered(hq) == [boxes]


def test_a_box_of_before_is_not_told_what_it_would_refuse(hq: Database) -> None:
    hear(hq, "112211221122")
    say(hq, born("1", cloned=None))
    assert ordered(hq) == []


def test_it_is_taken_back_when_it_is_settled_and_when_the_other_was_not_heard_for_a_day(hq: Database) -> None:
    hear(hq, "112211221122")
    say(hq, born("1", cloned=False))
    with writing(hq):
        assert clones.settle_clones(hq, "ginza")
        assert not clones.settle_clones(hq, "ginza")
    assert (ordered(hq)[-1], clones.cloned_stores(hq)) == ("", {})
    with hq.conn:
        hq.conn.execute("delete from commands")
    say(hq, born("2", cloned=True))  # it was off until now
    assert ordered(hq) == [""]


def test_what_a_box_calls_itself_cannot_stop_hq(hq: Database) -> None:
    for run in "112211221122":
        with writing(hq):
            presence.note_presence(hq, born(run, cloned=False, machine="<b>,\n@ 神"), "2099-11-21T10:00:00.000Z")
    say(hq, born("1", cloned=False))
    assert ordered(hq) == ["b@10.0.0.1,b@10.0.0.1"]


def test_the_box_that_takes_its_turn_hears_what_was_told_to_the_other(hq: Database) -> None:
    with writing(hq):
        came = [presence.note_presence(hq, born(run, cloned=False), "2099-11-21T10:00:00.000Z") for run in "1122"]
    assert came == [True, False, True, False]


def test_a_box_whose_data_was_put_back_is_no_clone_of_what_it_was(hq: Database) -> None:
    """Restored or salvaged, it is another run with another epoch, and the one before never comes back."""
    hear(hq, "111222223333")
    assert clones.cloned_stores(hq) == {}


def test_a_box_that_was_off_the_line_when_it_was_told_is_told_again_at_its_next_birth(hq: Database) -> None:
    hear(hq, "112211221122")
    for cloned, missing in ((False, True), (False, True), (True, False)):
        with writing(hq):
            assert clones.queue_clone_notice(hq, born("1", cloned=cloned)) is missing
    assert len(ordered(hq)) == 1
