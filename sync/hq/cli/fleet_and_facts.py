"""`noren hq events|fleet|report`: the facts of the stores, their state, and what they did."""

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import astuple
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec
from sqlite_utils import Database

from edge.retention import unswept
from sync.hq import epoch_reset
from sync.hq.cli import tail
from sync.hq.cli.options import Zone, folder_option, plain_errors
from sync.hq.cli.tail import FactFilter, KeptFact
from sync.hq.enrolment import founding
from sync.hq.projections.config_status import FAILED_STATUSES, stage_in_words
from sync.hq.reports import daily_report, handover_proofs
from sync.hq.reports.fleet import StoreStatus, fleet_status
from sync.hq.text_table import table

CLERK_COLUMNS = (
    "store",
    "clerk",
    "by code",
    "by name",
    "by proxy",
    "undone",
    "names",
    "past visitors",
    "too many names",
)
DEFAULT_FACTS_SHOWN = 20  # facts shown if no number is given
WATCH_INTERVAL_S = 1.0  # seconds between two pictures of the fleet
FLEET_COLUMNS = (
    *("store", "name", "line", "since", "software", "backlog", "kept", "feeds-behind"),
    *("config", "clock", "quarantine", "forks", "conflicts", "refused"),
)
DISK_WORDS = {
    "short": "its card is nearly full: scans and views are thinned",
    "full": "its card is full: it refuses what it could not keep",
}


@click.command()
@folder_option
@click.option("--store", help="Only this store's.")
@click.option("--type", "kind", help="Only types that begin so: `pickup.`, `visit.checked_in`.")
@click.option(
    "--last",
    default=DEFAULT_FACTS_SHOWN,
    show_default=True,
    help="How many of the latest facts to begin with; filtered after.",
)
@click.option("--all", "everything", is_flag=True, help="Begin with the first fact.")
@click.option("--follow", "-f", "on", is_flag=True, help="Go on as they come in, until Ctrl-C.")
@click.option("--json", "raw", is_flag=True, help="The CloudEvents as the stores wrote them, one a line.")
def events(folder: Path, store: str | None, kind: str | None, last: int, everything: bool, on: bool, raw: bool) -> None:
    """Show the facts that HQ has kept, in the order they came."""
    wanted = FactFilter(store=store, kind=kind.removeprefix("noren.") if kind else None)
    with plain_errors(), founding.open_headquarters(folder) as db:
        begin = 0 if everything else tail.last_facts(db, last)
        try:
            for fact in tail.facts_from(db, wanted, begin, follow=on):
                click.echo(fact.event if raw else _line(fact))
        except KeyboardInterrupt:
            sys.exit(0)


def _line(fact: KeptFact) -> str:
    event = msgspec.json.decode(fact.event)
    about = [f"{name}={event[name]}" for name in ("station", "staff", "member") if event.get(name)]
    data = [f"{name}={_plain(value)}" for name, value in event.get("data", {}).items()]
    return "  ".join([fact.time, f"{fact.store:10}", f"{fact.type.removeprefix('noren.'):22}", *about, *data])


def _plain(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


@click.command("fleet")
@folder_option
@click.option("--scans", is_flag=True, help="The counters of each scanner instead, since its box knows it.")
@click.option("--json", "raw", is_flag=True, help="For programs: a list of objects.")
@click.option("--watch", "-w", is_flag=True, help="Draw it anew every second, until Ctrl-C.")
def show_fleet(folder: Path, scans: bool, raw: bool, watch: bool) -> None:
    """Show the state of every store: connected or not, how far behind, what needs a person."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        if raw:
            click.echo(msgspec.json.format(msgspec.json.encode(fleet_status(db))))
            return
        if scans:
            click.echo(_passages(fleet_status(db)))
            return
        try:
            _draw(db, watch)
        except KeyboardInterrupt:
            sys.exit(0)


def _draw(db: Database, watch: bool) -> None:
    while True:
        here = fleet_status(db)
        picture = "\n".join(
            [
                table(FLEET_COLUMNS, [_cells(one) for one in here]),
                *(word for one in here for word in _troubles(one)),
                *(
                    f"{seen.noted[:16]}: {epoch_reset.renewal_in_words(seen)}"
                    for seen in epoch_reset.recent_epoch_renewals(db)
                ),
            ]
        )
        if not watch:
            click.echo(picture)
            return
        click.clear()
        click.echo(picture)
        time.sleep(WATCH_INTERVAL_S)


def _cells(one: StoreStatus) -> list[object]:
    return [
        one.store,
        one.name,
        one.line,
        one.since.replace("T", " ")[:19],
        one.software,
        one.backlog,
        one.facts,
        ",".join(one.behind) or "-",
        _config(one),
        one.clock,
        one.quarantine,
        one.forks,
        one.conflicts,
        one.refused,
    ]


def _config(one: StoreStatus) -> str:
    """`8 kept`, `8 waiting (7 kept)`; the reason why one is not kept is printed under the table."""
    config = one.config
    if config is None:
        return "-"
    before = f" ({config.kept} kept)" if config.kept is not None and config.kept != config.version else ""
    return f"{config.version} {config.stage}{before}"


def _troubles(one: StoreStatus) -> Iterator[str]:
    """What is wrong with a store that no column has room for."""
    if one.strangers:
        yield (
            f"{one.store} asks about unknown members far above its normal: {one.strangers} times not answered. "
            f"Does a person there try a list of cards? If its key may be stolen: `noren hq stores revoke {one.store}`"
        )
    if one.config and one.config.stage in FAILED_STATUSES:
        why = stage_in_words(one.config.stage, one.config.path, one.config.reason)
        yield f"{one.store}: config {one.config.version} {why}"
    elif one.config and one.config.reason:
        yield f"{one.store}: config {one.config.version} {one.config.reason}"
    if one.clones:
        boxes = ", ".join(box.words for box in one.clones)
        yield (
            f"{one.store}: ALARM: more than one box runs as this store, from copies of one card: {boxes}; switch one off, "
            f"then say `noren hq clones settle {one.store}`"
        )
    for device, passed in sorted(one.scans.items()):
        if passed.heard and not passed.readings:
            yield f"{one.store}: {device} sent {passed.heard} bytes, and no code could be read from them"
    if one.unswept >= unswept.LATE_AFTER_DAYS:
        yield (
            f"{one.store}: its clock could not be trusted for {one.unswept} days of running: no row is deleted by age; "
            "give its network a time server (NTP)"
        )
    if one.disk in DISK_WORDS:
        yield f"{one.store}: {DISK_WORDS[one.disk]}"


def _passages(here: Sequence[StoreStatus]) -> str:
    """What went into each scanner's line and what came out of it, so that a scan that got lost can be found."""
    cells = [
        [one.store, device, passed.heard, passed.readings, passed.refused, passed.answered]
        for one in here
        for device, passed in sorted(one.scans.items())
    ]
    return table(["store", "device", "bytes received", "readings", "refused", "answered"], cells)


@click.command("report")
@folder_option
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day; today if not given.")
@click.option("--zone", "where", type=Zone(), default="Asia/Tokyo", show_default=True, help="Whose day.")
@click.option("--store", help="Only this store's.")
@click.option("--clerks", is_flag=True, help="By clerk instead: hand-overs by their proof, names looked at.")
@click.option("--json", "raw", is_flag=True, help="For programs: a list of objects.")
def show_report(
    folder: Path, day: datetime | None, where: ZoneInfo, store: str | None, clerks: bool, raw: bool
) -> None:
    """Count what the stores did on a day, by store and kind of fact."""
    on = (day or datetime.now(where)).date()
    with plain_errors(), founding.open_headquarters(folder) as db:
        lines = [] if clerks else daily_report.daily_counts(db, on, where, store)
        people = handover_proofs.clerks_of_day(db, on, where, store) if clerks else []
    if raw:
        click.echo(msgspec.json.format(msgspec.json.encode(people if clerks else lines)))
    elif clerks:
        click.echo(table(list(CLERK_COLUMNS), [list(astuple(one)) for one in people]))
    else:
        click.echo(table(["store", "fact", "times"], [[line.store, line.type, line.count] for line in lines]))
