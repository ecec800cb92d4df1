"""The settings a process lives with: noren.toml, and over it the last config that is good."""

import msgspec
import pytest

from edge.config.active_config import NO_CONFIG, last_good_settings, number_on_trial, settings_in_force
from edge.config.overrides import BoxSettings
from edge.config.policy import CheckIn, Policy
from edge.config.station_role import Role
from edge.config.toml_schema import SerialDevice, Station
from edge.store_context import StoreContext
from edge.validation.localized_text import LocalizedText
from tests.support.kept_config import keep

SEVEN, EIGHT = (Policy(check_in=CheckIn(miles=miles)) for miles in (7, 8))
NEW = Station(id="k9", role=Role.KIOSK, name=LocalizedText(ja="新"))


def test_a_box_that_has_never_heard_hq_lives_with_noren_toml_and_the_defaults(floor: StoreContext) -> None:
    assert (floor.settings.number, floor.policy, floor.settings.stamp) == (NO_CONFIG, Policy(), "0")
    assert floor.config.station("k1") is not None


def test_a_living_process_takes_a_trial_up_and_leaves_it_when_it_is_rolled_back(floor: StoreContext) -> None:
    keep(floor.db, SEVEN)
    number = keep(floor.db, EIGHT, BoxSettings(stations=[NEW]), stage="trial")
    assert (floor.policy, floor.config.stations) == (EIGHT, [NEW])
    floor.db.conn.execute("update configs set stage = 'rolled_back' where number = ?", (number,))
    assert floor.policy == EIGHT, "whoever is in the middle of something ends it under one config"
    floor.renew()
    assert floor.policy == SEVEN
    assert floor.config.station("k9") is None


def test_a_process_that_begins_during_a_trial_never_takes_it_up_but_the_next_one(floor: StoreContext) -> None:
    keep(floor.db, SEVEN)
    number = keep(floor.db, EIGHT, stage="trial")
    past = number_on_trial(floor.db)
    assert past == number
    assert settings_in_force(floor.db, floor.config, past).policy == SEVEN
    floor.db.conn.execute("update configs set stage = 'rolled_back' where number = ?", (number,))
    keep(floor.db, Policy(retention_days=30), stage="trial")
    assert settings_in_force(floor.db, floor.config, past).policy.retention_days == 30


@pytest.mark.parametrize("stage", ["received", "validated", "refused", "rolled_back"])
def test_no_other_stage_is_lived_with(floor: StoreContext, stage: str) -> None:
    keep(floor.db, SEVEN, stage=stage)
    assert floor.settings.number == NO_CONFIG


def test_each_version_has_a_stamp_of_its_own_and_the_same_one_when_it_comes_back(floor: StoreContext) -> None:
    keep(floor.db, SEVEN)
    first = floor.settings.stamp
    number = keep(floor.db, EIGHT, stage="trial")
    floor.renew()
    assert floor.settings.stamp != first
    floor.db.conn.execute("update configs set stage = 'rolled_back' where number = ?", (number,))
    floor.renew()
    assert floor.settings.stamp == first


def test_a_good_config_that_this_noren_cannot_read_or_that_no_longer_fits_gives_way_to_the_one_before(
    floor: StoreContext,
) -> None:
    keep(floor.db, SEVEN)
    keep(floor.db, EIGHT, BoxSettings(devices=[SerialDevice(id="s", station="k2", path="/dev/s")]))
    ground = floor.config
    assert last_good_settings(floor.db, ground).policy == EIGHT
    without = msgspec.structs.replace(ground, devices=[], stations=[NEW])
    assert last_good_settings(floor.db, without).policy == SEVEN
    floor.db.conn.execute("update configs set body = '{\"policy\":[]}'")
    assert last_good_settings(floor.db, ground).number == NO_CONFIG
