"""Metrics of the box in Prometheus' text format: the figures behind the findings, and the findings themselves as counts."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from edge.platform.heartbeat import LoopKeys
from edge.platform.version import version
from ui.front import haproxy
from ui.front.certificate import SITE
from ui.health import sysfs
from ui.health.check import run_checks
from ui.health.checks import certificates
from ui.health.context import CheckContext
from ui.health.finding import HealthLevel, NotKnown
from ui.health.registry import ON_PAGE

# https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PROCESSES = ("web", "bridge", "sync")
FAILED_METRIC = (
    "noren_metrics_failed",
    "gauge",
    "Metrics that could not be read.",
)  # how many; told by `to_text` itself
_ESCAPES = str.maketrans({"\\": r"\\", "\n": r"\n", '"': r"\""})


@dataclass(frozen=True, slots=True)
class MetricSample:
    """One value, and what distinguishes it from the others of its metric."""

    value: float
    labels: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """A metric as it is declared: base units, `_total` for counters (https://prometheus.io/docs/practices/naming/)."""

    name: str
    kind: Literal["gauge", "counter"]
    help: str
    read: Callable[[CheckContext], Iterable[MetricSample]]


def to_text(context: CheckContext) -> str:
    """All metrics. What this machine cannot tell is left out; what breaks is left out and counted."""
    lines: list[str] = []
    failed = 0
    for metric in METRICS:
        try:
            samples = list(metric.read(context))
        except NotKnown:
            continue
        except Exception:  # noqa: BLE001 - one that cannot be read must not hide the others; an alert asks for the count
            failed += 1
            continue
        lines += _lines(metric.name, metric.kind, metric.help, samples)
    lines += _lines(*FAILED_METRIC, [MetricSample(failed)])
    return "\n".join(lines) + "\n"


def _lines(name: str, kind: str, about: str, samples: list[MetricSample]) -> Iterator[str]:
    if not samples:
        return
    yield f"# HELP {name} {about}"
    yield f"# TYPE {name} {kind}"
    for sample in samples:
        labels = ",".join(f'{label}="{value.translate(_ESCAPES)}"' for label, value in sample.labels.items())
        yield f"{name}{f'{{{labels}}}' if labels else ''} {sample.value:.15g}"


def _seconds(moment: datetime | None) -> list[MetricSample]:
    return [MetricSample(moment.timestamp())] if moment else []


def _build(context: CheckContext) -> list[MetricSample]:
    return [MetricSample(1, {"version": version(), "store": context.store})]


def _findings(context: CheckContext) -> Iterator[MetricSample]:
    """For each check and level how many; zeros too, so that an alert ends when the finding does."""
    found = run_checks(ON_PAGE, context)
    for check in ON_PAGE:
        for level in HealthLevel:
            count = sum(one.id == check.id and one.level is level for one in found)
            yield MetricSample(count, {"check": check.id, "level": level})


def _devices(context: CheckContext) -> Iterator[MetricSample]:
    for one in context.health.readers:
        yield MetricSample(one.state == "works", {"device": one.device, "station": one.station, "kind": one.kind})


def _device_counts(name: Literal["readings", "refused", "answered"]) -> Callable[[CheckContext], list[MetricSample]]:
    def read(context: CheckContext) -> list[MetricSample]:
        return [MetricSample(getattr(one.counts, name), {"device": one.device}) for one in context.health.readers]

    return read


def _last_readings(context: CheckContext) -> list[MetricSample]:
    known = [(one.device, one.last) for one in context.health.readers]
    return [MetricSample(last.timestamp(), {"device": device}) for device, last in known if last]


def _stalled_loops(context: CheckContext) -> list[MetricSample]:
    silent: LoopKeys = context.health.silent
    return [MetricSample(sum(one == process for one, _ in silent), {"process": process}) for process in PROCESSES]


def _screens(context: CheckContext) -> list[MetricSample]:
    return [MetricSample(count, {"station": station}) for station, count in sorted(context.pages.screens.items())]


def _temperature(context: CheckContext) -> list[MetricSample]:
    degrees = sysfs.temperature(context.root)
    return [] if degrees is None else [MetricSample(degrees)]


def _under_voltage(context: CheckContext) -> list[MetricSample]:
    found = sysfs.voltage(context.root)
    return [] if found is None else [MetricSample(found == "low")]


def _card(context: CheckContext) -> list[sysfs.BlockDevice]:
    found = sysfs.block_device(context.root, context.data)
    return [found] if found else []


def _written(context: CheckContext) -> list[MetricSample]:
    return [MetricSample(card.written, {"device": card.name}) for card in _card(context)]


def _life(context: CheckContext) -> list[MetricSample]:
    return [
        MetricSample(card.life_used / 100, {"device": card.name})
        for card in _card(context)
        if card.life_used is not None
    ]


def _certificate(context: CheckContext) -> list[MetricSample]:
    file = haproxy.folder(context.config) / SITE
    return _seconds(certificates.end_of_certificate(file)) if file.exists() else []


# fmt: off
METRICS: tuple[Metric, ...] = (
    Metric(name="noren_build_info", kind="gauge", help="1; the version that runs, and the store.", read=_build),
    Metric(name="noren_findings", kind="gauge", read=_findings,
           help="Findings of each health check by level (docs/health.md)."),
    Metric(name="noren_hq_connected", kind="gauge", help="1 if headquarters can be reached.",
           read=lambda context: [MetricSample(context.health.line.reach == "there")]),
    Metric(name="noren_hq_last_message_timestamp_seconds", kind="gauge", help="When headquarters was last heard.",
           read=lambda context: _seconds(context.health.line.heard)),
    Metric(name="noren_journal_facts_total", kind="counter", help="Facts told, in this epoch of the journal.",
           read=lambda context: [MetricSample(context.health.line.facts.made)]),
    Metric(name="noren_journal_facts_acknowledged_total", kind="counter", help="Facts that headquarters has kept.",
           read=lambda context: [MetricSample(context.health.line.facts.kept)]),
    Metric(name="noren_journal_facts_waiting", kind="gauge", help="Facts that headquarters has not kept yet.",
           read=lambda context: [MetricSample(max(0, context.health.line.facts.waiting))]),
    Metric(name="noren_journal_oldest_waiting_timestamp_seconds", kind="gauge",
           help="When the oldest fact that waits was told; absent if none waits.",
           read=lambda context: _seconds(context.health.line.oldest)),
    Metric(name="noren_device_up", kind="gauge", help="1 if a scanner or camera works.", read=_devices),
    Metric(name="noren_device_readings_total", kind="counter", help="Readings of a device.",
           read=_device_counts("readings")),
    Metric(name="noren_device_readings_refused_total", kind="counter", help="What it sent that was no reading.",
           read=_device_counts("refused")),
    Metric(name="noren_device_readings_answered_total", kind="counter", help="Readings that have an outcome.",
           read=_device_counts("answered")),
    Metric(name="noren_device_last_reading_timestamp_seconds", kind="gauge", help="When it last read a code.",
           read=_last_readings),
    Metric(name="noren_disk_size_bytes", kind="gauge", help="Room for records in all: the card, or the store's budget.",
           read=lambda context: [MetricSample(context.health.disk.total)]),
    Metric(name="noren_disk_free_bytes", kind="gauge", help="Room for records that is left.",
           read=lambda context: [MetricSample(context.health.disk.free)]),
    Metric(name="noren_disk_written_bytes_total", kind="counter", help="Written to the card since the machine started.",
           read=_written),
    Metric(name="noren_disk_life_used_ratio", kind="gauge", help="Life of an eMMC that is used up, 0 to 1.1.", read=_life),
    Metric(name="noren_temperature_celsius", kind="gauge", help="The hottest sensor of the machine.", read=_temperature),
    Metric(name="noren_under_voltage", kind="gauge", help="1 if a Raspberry Pi gets too little power now.",
           read=_under_voltage),
    Metric(name="noren_clock_synchronized", kind="gauge", help="1 if the network sets the clock.",
           read=lambda context: [MetricSample(context.moment.clock == "synced")]),
    Metric(name="noren_certificate_expiry_timestamp_seconds", kind="gauge", help="The end of the pages' certificate.",
           read=_certificate),
    Metric(name="noren_replica_products", kind="gauge", help="Products in the store's copy of the catalogue.",
           read=lambda context: [MetricSample(context.health.versions.products)]),
    Metric(name="noren_replica_rows_unusable", kind="gauge", help="Rows of headquarters' that cannot be read.",
           read=lambda context: [MetricSample(context.health.versions.unusable)]),
    Metric(name="noren_loops_stalled", kind="gauge", help="Loops of a process that stand still.", read=_stalled_loops),
    Metric(name="noren_screens_open", kind="gauge", help="Open screens of each station and page.", read=_screens),
    Metric(name="noren_pages_failed_lately", kind="gauge", help="Pages that failed within the last minute.",
           read=lambda context: [MetricSample(context.pages.failing)]),
)
# fmt: on
