"""Devices that are paired: by a code that is good once and briefly, known by a secret the box does not have."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from edge.features.paired_devices import (
    CODE_LENGTH,
    CODE_LETTERS,
    CODE_LIFETIME,
    PairingCode,
    PairingRequest,
    all_paired_devices,
    find_paired_device,
    is_guessable,
    is_last_seen_due,
    make_pairing_code,
    note_seen,
    pair_device,
    revoke_device,
)
from edge.platform.clock import Now, now
from edge.platform.database import rows, writing
from tests.ui.shop_floor import Floor, open_floor

KIOSK = PairingRequest(name="by the door", page="kiosk", station="kiosk-1")


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    shop = open_floor(tmp_path / "data")
    yield shop
    shop.close()


def code_for(floor: Floor, wanted: PairingRequest = KIOSK, at: Now | None = None) -> PairingCode:
    with writing(floor.db):
        return make_pairing_code(floor.db, wanted, at or now(), staff="s-1")


def later(moment: Now, by: timedelta) -> Now:
    return replace(moment, time=moment.time + by, uptime_ms=moment.uptime_ms + int(by.total_seconds() * 1000))


def told(floor: Floor, kind: str) -> list[dict[str, object]]:
    found = rows(floor.db, "select event from journal where type = ?", (f"noren.{kind}",))
    return [msgspec.json.decode(row["event"]) for row in found]


@pytest.mark.parametrize("how", ["typed", "link", "small", "grouped"])
def test_a_code_lets_one_device_in_once(floor: Floor, how: str) -> None:
    code = code_for(floor)
    shown = {
        "typed": code.typed,
        "link": code.link,
        "small": f" {code.typed.lower()} ",
        "grouped": f"{code.typed[:4]} {code.typed[4:]}",
    }[how]
    paired = pair_device(floor.db, floor.box, shown, now())
    assert paired is not None
    assert (paired.page, paired.station) == ("kiosk", "kiosk-1")
    assert pair_device(floor.db, floor.box, code.typed, now()) is None
    assert pair_device(floor.db, floor.box, code.link, now()) is None
    (device,) = all_paired_devices(floor.db)
    assert find_paired_device(floor.db, paired.secret) == device
    (fact,) = told(floor, "device.paired")
    assert fact["data"] == {"device": device.id, "name": "by the door", "page": "kiosk"}
    assert (fact["staff"], fact["station"]) == ("s-1", "kiosk-1")


def test_a_code_is_good_for_ten_minutes_of_this_boot(floor: Floor) -> None:
    begun = now()
    code = code_for(floor, at=begun)
    assert pair_device(floor.db, floor.box, code.typed, later(begun, CODE_LIFETIME + timedelta(seconds=1))) is None
    assert pair_device(floor.db, floor.box, code.typed, replace(begun, boot="another")) is None
    # the wall clock may be set while somebody walks to the device
    set_back = replace(begun, time=begun.time - timedelta(days=400))
    assert pair_device(floor.db, floor.box, code.typed, set_back) is not None


def test_codes_that_ran_out_are_thrown_away(floor: Floor) -> None:
    begun = now()
    code_for(floor, at=begun)
    code_for(floor, at=later(begun, CODE_LIFETIME * 2))
    assert len(rows(floor.db, "select 1 from pairing_codes")) == 1


@pytest.mark.parametrize("wrong", ["", "BCDFGHJK", "b" * 43, "' or 1=1 --", "\x00", "ｂｃｄ", "x" * 16_000])
def test_a_wrong_code_lets_nobody_in_and_writes_nothing(floor: Floor, wrong: str) -> None:
    code_for(floor)
    before = floor.db.conn.total_changes
    assert pair_device(floor.db, floor.box, wrong, now()) is None
    assert floor.db.conn.total_changes == before
    assert all_paired_devices(floor.db) == []


def test_neither_secret_nor_code_lies_in_the_file(floor: Floor) -> None:
    code, other = code_for(floor), code_for(floor)
    paired = pair_device(floor.db, floor.box, code.typed, now())
    assert paired is not None
    floor.db.conn.execute("pragma wal_checkpoint(truncate)")
    folder = Path(floor.config.store.data)
    held = b"".join(path.read_bytes() for path in folder.iterdir() if path.is_file())
    for secret in (paired.secret, code.typed, code.link, other.typed, other.link):
        assert secret.encode() not in held


def test_a_typed_code_is_of_letters_nobody_mistakes_and_a_link_cannot_be_guessed(floor: Floor) -> None:
    code = code_for(floor)
    assert len(code.typed) == CODE_LENGTH
    assert set(code.typed) <= set(CODE_LETTERS)
    assert not set(CODE_LETTERS) & set("AEIOUY01")
    assert len(CODE_LETTERS) ** CODE_LENGTH > 2**34
    assert is_guessable(code.typed)
    assert is_guessable(f"{code.typed[:4]}-{code.typed[4:]} ")
    assert not is_guessable(code.link)


def test_a_revoked_device_is_nobody_and_hq_is_told(floor: Floor) -> None:
    paired = pair_device(floor.db, floor.box, code_for(floor).typed, now())
    assert paired is not None
    with writing(floor.db):
        assert revoke_device(floor.db, floor.box, paired.device, now(), "s-1")
    assert find_paired_device(floor.db, paired.secret) is None
    (fact,) = told(floor, "device.revoked")
    assert fact["data"] == {"device": paired.device, "name": "by the door", "page": "kiosk"}
    with writing(floor.db):
        assert not revoke_device(floor.db, floor.box, paired.device, now())


def test_a_device_that_is_paired_anew_is_not_what_it_was_any_more(floor: Floor) -> None:
    first = pair_device(floor.db, floor.box, code_for(floor).typed, now())
    assert first is not None
    board = PairingRequest(name="television", page="board", station="")
    second = pair_device(floor.db, floor.box, code_for(floor, board).typed, now(), instead=first.device)
    assert second is not None
    assert find_paired_device(floor.db, first.secret) is None
    assert [one.page for one in all_paired_devices(floor.db)] == ["board"]


def test_when_it_was_seen_is_kept_at_most_once_a_minute(floor: Floor) -> None:
    begun = now()
    paired = pair_device(floor.db, floor.box, code_for(floor).typed, begun)
    assert paired is not None
    (device,) = all_paired_devices(floor.db)
    assert not is_last_seen_due(device, later(begun, timedelta(seconds=59)))
    after = later(begun, timedelta(seconds=61))
    assert is_last_seen_due(device, after)
    with writing(floor.db):
        note_seen(floor.db, device.id, after)
    (device,) = all_paired_devices(floor.db)
    assert not is_last_seen_due(device, after)
    assert is_last_seen_due(device, replace(begun, time=begun.time - timedelta(days=400)))  # the clock was set back
