"""Staff sign in with a PIN; guessing is locked out, and a restart does not lift the lock."""

from datetime import timedelta
from pathlib import Path

import pytest

from edge.clock import Now, now
from edge.shop import Shop
from edge.staff import Locked, Session, Staff, WrongPin, hash_pin, keep_alive, session, sign_in, sign_out
from edge.store import writing
from tests.edge import floor as builder
from tests.edge.floor import facts, send

MORI = Staff(staff="s-1", name="森 あかり", mark="森", role="clerk", pin=hash_pin("4826"))


def _later(seconds: float) -> Now:
    moment = now()
    return Now(moment.time + timedelta(seconds=seconds), moment.clock, moment.boot, moment.uptime_ms)


def _try(floor: Shop, pin: str, at: float = 0, station: str = "c1") -> Session | WrongPin | Locked:
    return sign_in(floor.db, floor.box, MORI, pin, station, _later(at))


@pytest.fixture(autouse=True)
def _staff(floor: Shop) -> None:
    send(floor, "staff", "s-1", MORI)


def test_the_right_pin_opens_a_session_at_that_station(floor: Shop) -> None:
    opened = _try(floor, "4826")
    assert isinstance(opened, Session)
    found = session(floor.db, floor.hq, opened.token, now())
    assert found == opened
    assert facts(floor, "staff.signed_in")[0]["staff"] == "s-1"


def test_five_wrong_pins_lock_even_the_right_one_out_for_a_minute(floor: Shop) -> None:
    told = [_try(floor, "0000") for _ in range(5)]
    assert told == [WrongPin(left=4), WrongPin(left=3), WrongPin(left=2), WrongPin(left=1), Locked(seconds=60)]
    assert isinstance(_try(floor, "4826", at=50), Locked)
    assert isinstance(_try(floor, "4826", at=61), Session)
    assert len(facts(floor, "staff.locked")) == 1


def test_a_second_round_of_guessing_locks_twice_as_long(floor: Shop) -> None:
    for _ in range(5):
        _try(floor, "0000")
    for _ in range(4):
        _try(floor, "0000", at=70)
    assert _try(floor, "0000", at=70) == Locked(seconds=120)


def test_a_restart_does_not_lift_the_lock(tmp_path: Path) -> None:
    for _ in range(5):
        with builder.shop(tmp_path / "box") as opened:
            send(opened, "staff", "s-1", MORI)
            told = _try(opened, "0000")
    assert told == Locked(seconds=60)


def test_the_right_pin_clears_the_count(floor: Shop) -> None:
    _try(floor, "0000")
    _try(floor, "4826")
    assert _try(floor, "0000") == WrongPin(left=4)


def test_a_tablet_left_alone_for_three_minutes_is_locked(floor: Shop) -> None:
    opened = _try(floor, "4826")
    assert isinstance(opened, Session)
    assert session(floor.db, floor.hq, opened.token, _later(179)) is not None
    with writing(floor.db):
        keep_alive(floor.db, opened.token, _later(100))
    assert session(floor.db, floor.hq, opened.token, _later(200)) is not None
    assert session(floor.db, floor.hq, opened.token, _later(281)) is None


def test_somebody_hq_has_struck_off_is_out_at_once(floor: Shop) -> None:
    opened = _try(floor, "4826")
    assert isinstance(opened, Session)
    send(floor, "staff", "s-1", None, version=2)
    assert session(floor.db, floor.hq, opened.token, now()) is None


def test_a_new_session_at_a_station_ends_the_old_one_there(floor: Shop) -> None:
    first, second = _try(floor, "4826"), _try(floor, "4826")
    assert isinstance(first, Session)
    assert isinstance(second, Session)
    assert session(floor.db, floor.hq, first.token, now()) is None
    with writing(floor.db):
        sign_out(floor.db, second.token)
    assert session(floor.db, floor.hq, second.token, now()) is None


def test_a_night_of_guessing_never_wears_the_lock_out(floor: Shop) -> None:
    with writing(floor.db):
        floor.db.conn.execute("insert into staff_locks (staff, wrong, until) values ('s-1', 9999, null)")
    assert _try(floor, "0000") == Locked(seconds=900)
    assert _try(floor, "0000", at=10) == Locked(seconds=890)


def test_a_clock_set_back_neither_keeps_a_tablet_open_nor_a_clerk_out(floor: Shop) -> None:
    opened = _try(floor, "4826", at=9 * 3600)
    assert isinstance(opened, Session)
    assert session(floor.db, floor.hq, opened.token, now()) is None
    for _ in range(5):
        _try(floor, "0000", at=9 * 3600)
    locked = _try(floor, "4826")
    assert isinstance(locked, Locked)
    assert locked.seconds <= 900
