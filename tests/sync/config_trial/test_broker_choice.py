"""Which broker the store's line goes to, after a move and when no message from HQ there."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from edge.config.overrides import BoxSettings, BrokerSettings
from edge.config.policy import Policy
from edge.platform.clock import now
from edge.platform.database import open_store, rows
from edge.platform.migration import migrate
from sync.config_trial.broker_choice import FAILOVER_DELAY_S, BrokerChoice
from tests.edge.floor import config
from tests.support.kept_config import keep

FIRST, SECOND = "127.0.0.1:1", "new:1883"


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path)
    with open_store(tmp_path) as opened:
        yield opened


@pytest.fixture
def lines(db: Database, tmp_path: Path) -> BrokerChoice:
    return BrokerChoice(db, config(tmp_path))


def move(db: Database, url: str) -> None:
    keep(db, Policy(), BoxSettings(broker=BrokerSettings(url=url)))


def silent(lines: BrokerChoice, begun: float, seconds: float) -> None:
    """HQ is silent for so long."""
    for at in (begun, begun + seconds / 2, begun + seconds):
        lines.fall_back_if_silent(False, at, now())


def told(db: Database) -> list[dict[str, str]]:
    return [json.loads(row["data"]) for row in rows(db, "select data from sync_log where type = 'line.fell_back'")]


def test_the_line_begins_at_noren_tomls_broker_and_stays_there_in_any_outage(lines: BrokerChoice, db: Database) -> None:
    assert str(lines.broker) == FIRST
    silent(lines, 0, 100 * FAILOVER_DELAY_S)
    assert (str(lines.broker), told(db)) == (FIRST, [])


def test_a_kept_config_moves_the_line(lines: BrokerChoice, db: Database) -> None:
    move(db, "mqtt://new")
    lines.choose()
    assert str(lines.broker) == SECOND


def test_without_hq_at_the_new_broker_the_line_goes_back_and_hq_is_told(lines: BrokerChoice, db: Database) -> None:
    move(db, "mqtt://new")
    lines.choose()
    silent(lines, 0, FAILOVER_DELAY_S - 1)
    assert str(lines.broker) == SECOND
    silent(lines, FAILOVER_DELAY_S - 1, 2)
    assert str(lines.broker) == FIRST
    assert told(db) == [{"from": SECOND, "to": FIRST}]
    lines.fall_back_if_silent(True, FAILOVER_DELAY_S + 2, now())
    silent(lines, 2000, FAILOVER_DELAY_S)
    assert str(lines.broker) == SECOND, "the old one may have gone meanwhile: they are tried in turn"


def test_a_broker_where_hq_was_heard_is_not_left_again_not_even_after_a_restart(
    lines: BrokerChoice, db: Database, tmp_path: Path
) -> None:
    move(db, "mqtt://new")
    lines.choose()
    lines.fall_back_if_silent(True, 1, now())
    for again in (lines, BrokerChoice(db, config(tmp_path))):
        silent(again, 2, FAILOVER_DELAY_S)
        assert str(again.broker) == SECOND


def test_a_later_config_that_leaves_the_broker_alone_leaves_the_line_where_it_fell_back_to(
    lines: BrokerChoice, db: Database
) -> None:
    move(db, "mqtt://new")
    lines.choose()
    silent(lines, 0, FAILOVER_DELAY_S)
    keep(db, Policy(retention_days=30), BoxSettings(broker=BrokerSettings(url="mqtt://new")))
    lines.choose()
    assert str(lines.broker) == FIRST
    move(db, "mqtt://newest")
    lines.choose()
    assert str(lines.broker) == "newest:1883"


def test_being_heard_elsewhere_proves_nothing_about_the_new_broker(
    lines: BrokerChoice, db: Database, tmp_path: Path
) -> None:
    move(db, "mqtt://new")
    lines.choose()
    silent(lines, 0, FAILOVER_DELAY_S)
    lines.fall_back_if_silent(True, FAILOVER_DELAY_S + 1, now())
    assert rows(db, "select proven from configs") == [{"proven": None}]
    assert str(BrokerChoice(db, config(tmp_path)).broker) == SECOND


def test_a_good_config_whose_broker_can_no_longer_be_read_gives_way(db: Database, tmp_path: Path) -> None:
    move(db, "mqtt://new:99999")
    assert str(BrokerChoice(db, config(tmp_path)).broker) == FIRST
