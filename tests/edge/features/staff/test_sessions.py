"""Staff sign in with a PIN; guessing is locked out, and a restart does not lift the lock."""

import threading
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from datetime import timedelta
from itertools import islice
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.codes.code_rules import CodeRules, IssuerRule
from edge.config.policy import Policy
from edge.features.staff import pin_locks, session_secret
from edge.features.staff.badge import BadgeRead
from edge.features.staff.pin_check import (
    MAX_WAITING_PIN_CHECKS,
    PIN_CHECK_THREADS,
    PinCheckPool,
    TooManyPinChecks,
    hash_pin,
    pin_matches,
)
from edge.features.staff.pin_locks import PinAttempt, PinLocked, WrongPin, WrongPinRun
from edge.features.staff.sessions import OpenedSession, Session, Staff, keep_alive, live_session, sign_in, sign_out
from edge.platform.clock import Now, now
from edge.platform.database import writing
from edge.platform.sqlite import sqlite3
from edge.platform.store_schema.migrations import store_migrations
from edge.store_context import StoreContext
from tests.edge import floor as builder
from tests.edge.floor import facts, scan, send
from tests.support.kept_config import keep

MORI = Staff(staff="s-1", name="森 あかり", mark="森", role="clerk", pin=hash_pin("4826"))


def _later(seconds: float) -> Now:
    moment = now()
    uptime = moment.uptime_ms + max(0, round(seconds * 1000))
    return Now(moment.time + timedelta(seconds=seconds), moment.clock, moment.boot, uptime)


def _try(floor: StoreContext, pin: str, at: float = 0, station: str = "c1") -> OpenedSession | WrongPin | PinLocked:
    return sign_in(floor.db, floor.box, MORI, pin, _at(station), _later(at), station)


def _at(device: str, who: str = "s-1") -> PinAttempt:
    return PinAttempt(staff=who, device=device, station="c1")


@pytest.fixture(autouse=True)
def _staff(floor: StoreContext) -> None:
    send(floor, "staff", "s-1", MORI)


def test_the_right_pin_opens_a_session_at_that_station(floor: StoreContext) -> None:
    opened = _try(floor, "4826")
    assert isinstance(opened, OpenedSession)
    assert live_session(floor.db, floor.hq, opened.secret, "c1", now()) == opened.session
    assert facts(floor, "staff.signed_in")[0]["staff"] == "s-1"


def test_who_reads_the_store_is_not_signed_in_by_what_is_kept_there(floor: StoreContext) -> None:
    opened = _try(floor, "4826")
    assert isinstance(opened, OpenedSession)
    assert opened.secret not in str([list(floor.db.table(name).rows) for name in floor.db.table_names()])
    for (kept,) in floor.db.conn.execute("select hash from staff_sessions").fetchall():
        assert live_session(floor.db, floor.hq, kept.hex(), "c1", now()) is None
        assert live_session(floor.db, floor.hq, kept.decode("latin-1"), "c1", now()) is None


@pytest.mark.parametrize(
    ("step", "row"),
    [
        ("m017_hashed_sessions", "'opens', 's-1', 'c1', '2026', '2026', 'box'"),
        ("m024_turned_sessions", "x'00', 's-1', 'c1', '2026', '2026', 'box'"),
    ],
)
def test_sessions_of_before_end_with_the_update(step: str, row: str) -> None:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as conn:
        db = Database(conn)
        store_migrations.apply(db, stop_before=step)
        conn.execute(f"insert into staff_sessions values ({row})")
        store_migrations.apply(db)
        assert conn.execute("select * from staff_sessions").fetchall() == []


def test_five_wrong_pins_lock_even_the_right_one_out_for_a_minute(floor: StoreContext) -> None:
    told = [_try(floor, "0000") for _ in range(5)]
    assert told == [WrongPin(left=4), WrongPin(left=3), WrongPin(left=2), WrongPin(left=1), PinLocked(seconds=60)]
    assert isinstance(_try(floor, "4826", at=50), PinLocked)
    assert isinstance(_try(floor, "4826", at=61), OpenedSession)
    assert len(facts(floor, "staff.locked")) == 1


def test_a_second_round_of_guessing_locks_twice_as_long(floor: StoreContext) -> None:
    for _ in range(5):
        _try(floor, "0000")
    for _ in range(4):
        _try(floor, "0000", at=70)
    assert _try(floor, "0000", at=70) == PinLocked(seconds=120)


def test_a_restart_does_not_lift_the_lock(tmp_path: Path) -> None:
    for _ in range(5):
        with builder.shop(tmp_path / "box") as opened:
            send(opened, "staff", "s-1", MORI)
            told = _try(opened, "0000")
    assert told == PinLocked(seconds=60)


def test_the_right_pin_clears_the_count(floor: StoreContext) -> None:
    _try(floor, "0000")
    _try(floor, "4826")
    assert _try(floor, "0000") == WrongPin(left=4)


def test_guessing_at_one_device_locks_nobody_out_at_another(floor: StoreContext) -> None:
    for attempt in range(20):
        _try(floor, "0000", at=attempt, station="the attacker's")
    assert isinstance(_try(floor, "4826", at=21, station="the attacker's"), PinLocked)
    assert isinstance(_try(floor, "4826", at=21), OpenedSession)


def test_the_right_pin_clears_no_count_of_another_device(floor: StoreContext) -> None:
    for _ in range(4):
        _try(floor, "0000", station="the attacker's")
        assert isinstance(_try(floor, "4826"), OpenedSession)
    assert _try(floor, "0000", station="the attacker's") == PinLocked(seconds=60)


def _guess(floor: StoreContext, devices: int, each: int) -> list[OpenedSession | WrongPin | PinLocked]:
    """An attacker who owns some devices, with the clerk's own right PIN between."""
    told = []
    for device in range(devices):
        told += [_try(floor, "0000", station=f"d{device}") for _ in range(each)]
        assert isinstance(_try(floor, "4826"), OpenedSession)
    return told


def test_guesses_over_many_devices_slow_all_of_them_down_and_the_clerk_not(floor: StoreContext) -> None:
    told = _guess(floor, devices=8, each=4)
    assert told[:19] == [WrongPin(left=left) for left in (4, 3, 2, 1)] * 4 + [WrongPin(left=left) for left in (4, 3, 2)]
    assert told[19] == told[20] == PinLocked(seconds=900)
    assert isinstance(_try(floor, "4826"), OpenedSession)
    last = facts(floor, "staff.locked")[-1]
    assert (last["staff"], last["data"]["seconds"]) == ("s-1", 900)
    assert last["data"]["everywhere"] == 23  # of the last four devices only the first try was looked at
    assert isinstance(_try(floor, "0000", at=3700, station="d9"), WrongPin)  # an hour later


def test_runs_of_wrong_pins_are_listed_and_a_lead_unlocks(floor: StoreContext) -> None:
    for _ in range(5):
        _try(floor, "0000", station="t1")
    assert pin_locks.runs_of_wrong_pins(floor.db, _later(10)) == [
        WrongPinRun(staff="s-1", device="t1", wrong=5, seconds=50)
    ]
    assert pin_locks.runs_of_wrong_pins(floor.db, _later(3700)) == []
    with writing(floor.db):
        pin_locks.unlock_staff(floor.db, floor.box, "s-1", _at("c1", "s-9"), now())
    assert isinstance(_try(floor, "4826", station="t1"), OpenedSession)
    (told,) = facts(floor, "staff.unlocked")
    assert (told["staff"], told["data"]) == ("s-9", {"who": "s-1"})


def test_what_is_no_hash_is_nobodys_pin() -> None:
    for no_hash in ("", "4826", "$argon2id$none", MORI.pin[:-3]):
        assert not pin_matches(no_hash, "4826")


def test_more_sign_ins_than_may_wait_are_turned_away_and_not_looked_at() -> None:
    check, gate = PinCheckPool(), threading.Event()
    for _ in range(PIN_CHECK_THREADS):
        check._threads.submit(gate.wait)  # every thread that tries PINs is busy until the gate opens
    with ThreadPoolExecutor(40) as attackers:
        asked = [attackers.submit(check.fits, MORI.pin, "4826") for _ in range(40)]
        busy = list(islice(as_completed(asked), 40 - PIN_CHECK_THREADS - MAX_WAITING_PIN_CHECKS))
        gate.set()
        assert all(isinstance(one.exception(), TooManyPinChecks) for one in busy)
        assert [one.result() for one in asked if one not in busy] == [True] * (
            PIN_CHECK_THREADS + MAX_WAITING_PIN_CHECKS
        )


def test_a_tablet_left_alone_for_three_minutes_is_locked(floor: StoreContext) -> None:
    opened = _try(floor, "4826")
    assert isinstance(opened, OpenedSession)
    assert live_session(floor.db, floor.hq, opened.secret, "c1", _later(179)) is not None
    with writing(floor.db):
        keep_alive(floor.db, opened.session, _later(100))
    assert live_session(floor.db, floor.hq, opened.secret, "c1", _later(200)) is not None
    assert live_session(floor.db, floor.hq, opened.secret, "c1", _later(281)) is None


def test_somebody_hq_has_struck_off_is_out_at_once(floor: StoreContext) -> None:
    opened = _try(floor, "4826")
    assert isinstance(opened, OpenedSession)
    send(floor, "staff", "s-1", None, version=2)
    assert live_session(floor.db, floor.hq, opened.secret, "c1", now()) is None


def _open(floor: StoreContext, device: str = "c1", at: float = 0) -> OpenedSession:
    opened = _try(floor, "4826", at=at, station=device)
    assert isinstance(opened, OpenedSession)
    return opened


def _live(floor: StoreContext, opened: OpenedSession, device: str = "c1", at: float = 0) -> Session | None:
    return live_session(floor.db, floor.hq, opened.secret, device, _later(at))


def test_a_new_session_on_a_device_ends_the_old_one_there(floor: StoreContext) -> None:
    first, second = _open(floor), _open(floor)
    assert _live(floor, first) is None
    with writing(floor.db):
        sign_out(floor.db, second.session)
    assert _live(floor, second) is None


def test_two_tablets_of_one_station_have_a_session_each(floor: StoreContext) -> None:
    first, second = _open(floor, "tablet"), _open(floor, "another")
    assert _live(floor, first, "tablet")
    assert _live(floor, second, "another")
    assert _live(floor, first, "another") is None


BADGE = Policy(codes=CodeRules(badges=(IssuerRule(issuer="hr", prefix="B", lengths=(5,), characters="alphanumeric"),)))


def test_a_badge_ends_the_sessions_of_everybody_else_at_its_station(floor: StoreContext) -> None:
    keep(floor.db, BADGE)
    hayashi = Staff(staff="s-2", name="林 さち", mark="林", role="clerk", pin=hash_pin("1111"), badges=["hr:B1234"])
    send(floor, "staff", "s-2", hayashi)
    first, own = _open(floor), sign_in(floor.db, floor.box, hayashi, "1111", _at("t2", "s-2"), now(), "t2")
    assert isinstance(own, OpenedSession)
    assert scan(floor, "c1", "B1234") == BadgeRead(staff="s-2")
    assert _live(floor, first) is None
    assert _live(floor, own, "t2")


def _turn(floor: StoreContext, secret: str, at: float) -> str | None:
    """A request with a secret, as the pages treat it; the next secret, if it got one."""
    it = session_secret.session_of_secret(floor.db, secret, "c1")
    if it is None or not it.is_due(_later(at)):
        return None
    with writing(floor.db):
        keep_alive(floor.db, Session(id=it.id, staff=MORI, station="c1"), _later(at))
        return session_secret.rotate_secret(floor.db, floor.box, secret, "c1", _later(at))


def test_a_session_gets_a_new_secret_and_the_one_before_is_soon_worth_nothing(floor: StoreContext) -> None:
    old = _open(floor).secret
    assert _turn(floor, old, 299) is None
    new = _turn(floor, old, 301)
    assert new is not None
    assert live_session(floor.db, floor.hq, old, "c1", _later(302)), "the answer with the new one may be lost"
    assert _turn(floor, old, 310) is None, "requests side by side get one new secret"
    assert _turn(floor, new, 311) is None
    assert live_session(floor.db, floor.hq, new, "c1", _later(311))
    assert live_session(floor.db, floor.hq, old, "c1", _later(330)), "under way since before"
    assert live_session(floor.db, floor.hq, old, "c1", _later(342)) is None


def test_requests_that_come_at_once_turn_a_session_once(floor: StoreContext) -> None:
    """All of them have seen that the secret is due; each then waits for the others' writing."""
    old = _open(floor).secret
    with writing(floor.db):
        drawn = [session_secret.rotate_secret(floor.db, floor.box, old, "c1", _later(301)) for _ in range(3)]
    new = drawn[0]
    assert new is not None
    assert drawn[1:] == [None, None]
    with writing(floor.db):
        assert [session_secret.rotate_secret(floor.db, floor.box, new, "c1", _later(302)) for _ in range(3)] == [
            None
        ] * 3
    known = session_secret.session_of_secret(floor.db, new, "c1")
    assert known is not None
    assert known.secret == "present"
    with writing(floor.db):
        for _ in range(3):
            session_secret.rotate_secret(floor.db, floor.box, old, "c1", _later(400))
    assert len(facts(floor, "staff.session_copied")) == 1


def test_a_lost_answer_costs_nobody_their_session(floor: StoreContext) -> None:
    old = _open(floor).secret
    lost, new = _turn(floor, old, 301), _turn(floor, old, 340)
    assert new not in (None, lost)
    assert facts(floor, "staff.session_copied") == []


def test_a_copy_that_is_used_ends_the_session_for_both_and_hq_is_told(floor: StoreContext) -> None:
    copied = _open(floor).secret
    new = _turn(floor, copied, 301)
    assert new is not None
    _turn(floor, new, 302)
    assert _turn(floor, copied, 400) is None
    assert live_session(floor.db, floor.hq, new, "c1", _later(401)) is None
    (told,) = facts(floor, "staff.session_copied")
    assert (told["staff"], told["data"]) == ("s-1", {"device": "c1"})


def test_a_night_of_guessing_never_wears_the_lock_out(floor: StoreContext) -> None:
    with writing(floor.db):
        floor.db.conn.execute("insert into pin_locks (staff, device, wrong, until) values ('s-1', 'c1', 9999, null)")
    assert _try(floor, "0000") == PinLocked(seconds=900)
    assert _try(floor, "0000", at=10) == PinLocked(seconds=890)


def test_a_clock_set_back_neither_keeps_a_tablet_open_nor_a_clerk_out(floor: StoreContext) -> None:
    opened = _try(floor, "4826", at=9 * 3600)
    assert isinstance(opened, OpenedSession)
    assert live_session(floor.db, floor.hq, opened.secret, "c1", now()) is None
    for _ in range(5):
        _try(floor, "0000", at=9 * 3600)
    locked = _try(floor, "4826")
    assert isinstance(locked, PinLocked)
    assert locked.seconds <= 900


@pytest.mark.parametrize("back", [-86_400, -100 * 86_400, -20_000 * 86_400], ids=["a day", "100 days", "1970"])
def test_a_lock_of_a_clock_that_was_set_back_lasts_as_long_as_any_and_no_restart_lifts_it(
    floor: StoreContext, back: float
) -> None:
    for _ in range(5):
        _try(floor, "0000")
    assert _try(floor, "4826", at=back) == PinLocked(seconds=60)
    assert isinstance(_try(floor, "4826", at=back + 30), PinLocked)
    assert isinstance(_try(floor, "4826", at=back + 61), OpenedSession)
