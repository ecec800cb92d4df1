"""The bridge and HQ's config: it lives with the devices in force, and says so, without being started anew."""

import json
from pathlib import Path
from typing import Any

import pytest

from edge.codes.code_rules import CodeRules, HouseRule, IssuerRule
from edge.codes.symbology import Symbology
from edge.config.overrides import BoxSettings
from edge.config.policy import Policy
from edge.config.toml_schema import CameraDevice, Device, SerialDevice
from edge.platform.database import open_store, rows
from firmware_bridge import bridge_status
from firmware_bridge.device_log import DeviceLog
from tests.firmware_bridge.pictures import desk, picture, showing
from tests.firmware_bridge.rig import Rig, base64_of, until
from tests.support.kept_config import keep


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    """A bridge whose noren.toml names no device."""
    return Rig(tmp_path)


def gun(rig: Rig, **change: Any) -> Device:
    return SerialDevice(id="gun", station="kiosk-1", path=str(rig.link), **change)


def config(rig: Rig, *devices: Device, stage: str = "trial") -> int:
    with open_store(rig.data) as db:
        return keep(db, Policy(), BoxSettings(devices=list(devices)), stage=stage)


def roll_back(rig: Rig) -> None:
    with open_store(rig.data) as db:
        db.conn.execute("update configs set stage = 'rolled_back' where stage = 'trial'")


def row(rig: Rig) -> dict[str, Any]:
    found = rig.ask("select * from bridge")
    return found[0] if found else {}


def lives_with(rig: Rig, number: int) -> None:
    until(lambda: row(rig).get("config") == number, f"the bridge to live with config {number}")


def works(rig: Rig) -> None:
    until(lambda: rig.device().get("state") == "works", "the scanner to work")


def test_a_device_of_a_trial_is_opened_and_read_and_closed_again_when_it_is_rolled_back(rig: Rig) -> None:
    with rig.scanner(), rig.bridge():
        lives_with(rig, 0)
        number = config(rig, gun(rig, baud=115200))
        lives_with(rig, number)
        works(rig)
        rig.send(b"in the trial")
        until(lambda: rig.scanned() == [b"in the trial"], "the scan")
        roll_back(rig)
        lives_with(rig, 0)
        assert rig.device() == {}
    assert rig.told() == []


def test_a_config_that_leaves_the_devices_alone_is_lived_with_and_no_line_is_opened_anew(rig: Rig) -> None:
    first = config(rig, gun(rig), stage="kept")
    with rig.scanner(), rig.bridge():
        lives_with(rig, first)
        works(rig)
        since = rig.device()["since"]
        with open_store(rig.data) as db:
            number = keep(db, Policy(retention_days=30), BoxSettings(devices=[gun(rig)]), stage="trial")
        lives_with(rig, number)
        assert rig.device()["since"] == since


@pytest.mark.parametrize(
    "codes",
    [
        CodeRules(issuers=(IssuerRule(issuer="card", prefix="38", lengths=(10,), symbologies=(Symbology.CODABAR,)),)),
        CodeRules(house=(HouseRule(name="item", lengths=(10,), start_stop="AA"),)),
    ],
    ids=["issuer", "house"],
)
def test_code_rules_that_come_with_a_config_are_followed_by_a_camera_and_no_line_is_opened_for_what_it_does_not_ask(
    rig: Rig, codes: CodeRules
) -> None:
    folder = rig.folder / "pictures"
    folder.mkdir()
    eye = CameraDevice(id="eye", station="kiosk-1", source=str(folder), hold_s=0.5)

    def show() -> None:
        """Three times: a picture stays for a second, in which a busy machine may not come to read it."""
        for n in range(3):
            picture(folder / f"{n}.png", showing("A3812345670A", kind="Codabar"))
            picture(folder / f"{n}.over.png", desk())
        until(lambda: rig.device().get("detail") == "ended", "the pictures to be over")

    with open_store(rig.data) as db:
        first = keep(db, Policy(), BoxSettings(devices=[eye]), stage="kept")
    with rig.bridge():
        lives_with(rig, first)
        show()
        assert rig.scanned() == []
        with open_store(rig.data) as db:
            number = keep(db, Policy(codes=codes), BoxSettings(devices=[eye]), stage="trial")
        lives_with(rig, number)
        until(rig.scanned, "the number to be read")
        assert set(rig.scanned()) == {b"A3812345670A"}


def test_a_device_that_is_set_otherwise_begins_anew_and_keeps_its_count(rig: Rig) -> None:
    first = config(rig, gun(rig), stage="kept")
    with rig.scanner(), rig.bridge():
        lives_with(rig, first)
        works(rig)
        rig.tell(send=base64_of(b"one"))
        until(lambda: rig.scanned() == [b"one"], "the scan")
        rig.tell(fault="vanish", seconds=3600)
        until(lambda: rig.device()["state"] == "lost", "the loss")
        rig.tell(fault="none")
        works(rig)
        lives_with(rig, config(rig, gun(rig, baud=115200)))
        works(rig)
        assert rig.device()["readings"] == 1


def test_no_state_of_another_configs_device_is_seen_beside_the_number_of_the_new_one(rig: Rig) -> None:
    before, other = gun(rig), SerialDevice(id="other", station="kiosk-1", path="/dev/other")
    with open_store(rig.data) as db:
        for device in (before, other):
            assert DeviceLog(db, device).note_working()
        bridge_status.note_config_in_force(db, 0, 0, [before, other], None)
        assert {row["state"] for row in rows(db, "select state from devices")} == {"works"}, "a start changes none"
        bridge_status.note_config_in_force(db, 7, 0, [gun(rig, baud=115200), other], [before, other])
        found = {row["device"]: row["state"] for row in rows(db, "select device, state from devices")}
        assert found == {"gun": "starting", "other": "works"}
        bridge_status.note_config_in_force(db, 8, 0, [other], [before, other])
        assert [row["device"] for row in rows(db, "select device from devices")] == ["other"]


def test_a_bridge_that_begins_during_a_trial_lives_with_what_was_good_before(rig: Rig) -> None:
    number = config(rig, gun(rig))
    with rig.scanner(), rig.bridge():
        until(lambda: row(rig), "the bridge")
        assert (row(rig)["config"], row(rig)["past"]) == (0, number)
        assert rig.device() == {}
        roll_back(rig)
        after = config(rig, gun(rig))
        lives_with(rig, after)
        works(rig)


def test_the_bridge_says_which_devices_of_a_config_that_has_come_in_are_not_there(rig: Rig) -> None:
    good = config(rig, gun(rig), stage="kept")
    ghost = SerialDevice(id="ghost", station="kiosk-1", path="/dev/serial/by-id/nothing")
    with rig.bridge():
        lives_with(rig, good)
        number = config(rig, gun(rig, baud=115200), ghost, stage="received")
        until(lambda: row(rig)["looked"] == number, "the bridge to look")
        assert json.loads(row(rig)["missing"]) == ["ghost"], "gun is not there either, but that is no news"
        with open_store(rig.data) as db:
            db.conn.execute(
                "insert into configs (epoch, version, body, stage, since) values ('x', 1, '[]', 'received', 't')"
            )
        until(lambda: row(rig)["looked"] > number, "the bridge to look at what it cannot read")
        assert row(rig)["missing"] == "[]"
