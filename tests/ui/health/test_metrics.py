"""The metrics: Prometheus' text format line by line, its names, and that one that breaks hides no other."""

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from edge.config.toml_schema import SerialDevice
from edge.platform.clock import now
from edge.platform.sqlite import sqlite3
from edge.replica.hq_link import LinkReason
from firmware_bridge.device_log import DeviceLog
from sync.transport.link_status import LinkStatus
from tests.support.sysfs_machine import lay_out_card, set_temperature, set_throttled
from tests.ui.shop_floor import Floor
from ui.health.box_health import PagesState
from ui.health.context import CheckContext
from ui.health.metrics import METRICS, Metric, MetricSample, to_text
from ui.health.registry import ON_PAGE

SAMPLE = re.compile(r'([a-z_]+)(?:\{((?:[a-z_]+="(?:[^"\\\n]|\\[\\n"])*",?)*)\})? (-?[0-9.]+(?:e[+-][0-9]+)?)')
DEVICE = SerialDevice(id="by-door", station="kiosk-1", path="/dev/serial/by-id/a")


@pytest.fixture
def context(floor: Floor, root: Path) -> CheckContext:
    """A Pi with a card that tells its wear, a scanner, and a screen."""
    lay_out_card(root, Path(floor.config.store.data), sectors=1000, life_time="0x02 0x01", pre_eol="0x01")
    set_temperature(root, 48.3)
    set_throttled(root, 0x50000)
    config = msgspec.structs.replace(floor.config, devices=[DEVICE])
    shop = Floor(config=config, box=floor.box, db=floor.db, hq=floor.hq).shop
    DeviceLog(floor.db, DEVICE).note_working()
    LinkStatus(floor.db).note_disconnected(LinkReason.LOST, "timed out", now())
    pages = PagesState(screens={"kiosk-1": 2}, failing=0, cut=False)
    return CheckContext(moment=now(), config=config, shop=shop, pages=pages, root=root)


def samples(text: str) -> dict[str, float]:
    """The value of each series; every line is a comment or a sample."""
    found = {}
    for line in text.splitlines():
        if not line.startswith("# "):
            told = SAMPLE.fullmatch(line)
            assert told, line
            found[line.rpartition(" ")[0]] = float(told[3])
    return found


def test_every_metric_has_help_and_type_before_its_samples(context: CheckContext) -> None:
    text = to_text(context)
    assert text.endswith("\n")
    kinds = dict(re.findall(r"^# TYPE (\S+) (\S+)$", text, re.M))
    assert list(kinds) == re.findall(r"^# HELP (\S+) \S.*$", text, re.M)
    assert {line.partition("{")[0].partition(" ")[0] for line in samples(text)} == set(kinds)
    assert {metric.name: metric.kind for metric in METRICS if metric.name in kinds} | {
        "noren_metrics_failed": "gauge"
    } == kinds


def test_the_figures_of_a_box_are_told_in_base_units(context: CheckContext) -> None:
    found = samples(to_text(context))
    assert found["noren_temperature_celsius"] == 48.3
    assert found["noren_under_voltage"] == 0
    assert found['noren_disk_life_used_ratio{device="mmcblk0"}'] == 0.2
    assert found['noren_disk_written_bytes_total{device="mmcblk0"}'] == 512_000
    assert found['noren_device_readings_total{device="by-door"}'] == 0
    assert found['noren_screens_open{station="kiosk-1"}'] == 2
    assert found["noren_hq_connected"] == 0
    assert found["noren_journal_facts_waiting"] == found["noren_journal_facts_total"] == 1
    assert found["noren_journal_oldest_waiting_timestamp_seconds"] == pytest.approx(now().time.timestamp(), abs=600)
    assert found['noren_findings{check="power.voltage",level="warning"}'] == 1
    assert found['noren_findings{check="power.voltage",level="error"}'] == 0
    assert found["noren_metrics_failed"] == 0


def test_each_check_has_a_series_for_each_level(context: CheckContext) -> None:
    found = [name for name in samples(to_text(context)) if name.startswith("noren_findings")]
    assert len(found) == 4 * len(ON_PAGE)


def test_what_a_machine_cannot_tell_is_absent(floor: Floor, root: Path) -> None:
    pages = PagesState(screens={}, failing=0, cut=False)
    found = samples(to_text(CheckContext(moment=now(), config=floor.config, shop=floor.shop, pages=pages, root=root)))
    absent = {
        "noren_temperature_celsius",
        "noren_under_voltage",
        "noren_disk_life_used_ratio",
        "noren_disk_written_bytes_total",
    }
    assert absent & {name.partition("{")[0] for name in found} == set()
    assert found["noren_metrics_failed"] == 0


def test_one_that_breaks_is_counted_and_hides_no_other(context: CheckContext, floor: Floor) -> None:
    floor.db.conn.execute("alter table line rename to gone")
    with pytest.raises(sqlite3.DatabaseError):
        _ = context.health.line
    plain = CheckContext(
        moment=now(), config=floor.config, shop=context.shop, root=context.root
    )  # as a command, without repair
    found = samples(to_text(plain))
    assert found["noren_metrics_failed"] == 6  # all that is read of the line and of what waits for it
    assert 'noren_device_up{device="by-door",station="kiosk-1",kind="serial"}' in found


def test_a_label_may_hold_anything(context: CheckContext, monkeypatch: pytest.MonkeyPatch) -> None:
    def awkward(_context: CheckContext) -> Iterator[MetricSample]:
        yield MetricSample(1.5, {"device": 'a"b\\c\nd'})

    odd = Metric(name="noren_odd", kind="gauge", help="Odd.", read=awkward)
    monkeypatch.setattr("ui.health.metrics.METRICS", (odd,))
    assert 'noren_odd{device="a\\"b\\\\c\\nd"} 1.5\n' in to_text(context)


@pytest.mark.parametrize("metric", METRICS, ids=lambda metric: metric.name)
def test_names_follow_prometheus_conventions(metric: Metric) -> None:
    assert re.fullmatch(r"noren_[a-z]+(?:_[a-z]+)*", metric.name)
    assert metric.name.endswith("_total") == (metric.kind == "counter")
    assert not re.search(r"_(?:ms|milliseconds|minutes|hours|days|kb|mb|gb|percent)\b", metric.name)
    assert metric.help.endswith(".")


def test_no_two_metrics_have_one_name() -> None:
    assert len({metric.name for metric in METRICS}) == len(METRICS)
