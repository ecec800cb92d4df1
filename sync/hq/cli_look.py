"""`noren hq events|fleet|report`: what the stores tell, how they are, what they did."""

import sys
import time
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click
import msgspec
from sqlite_utils import Database

from sync.hq import follow, founding, report
from sync.hq.cli_options import folder_option, plainly
from sync.hq.fleet import Standing, fleet
from sync.hq.follow import Kept, Wanted
from sync.hq.stages import FAILED, in_words
from sync.hq.table import table

LAST = 20  # facts shown when nobody says how many
WATCH_EVERY = 1.0  # seconds between two pictures of the fleet
TITLES = (
    *("store", "name", "line", "since", "software", "backlog", "kept", "feeds-behind"),
    *("config", "clock", "quarantine", "forks", "conflicts", "refused"),
)
DISK = {
    "short": "its card is nearly full: scans and views are thinned",
    "full": "its card is full: it refuses what it could not keep",
}


@click.command()
@folder_option
@click.option("--store", help="Only this store's.")
@click.option("--type", "kind", help="Only types that begin so: `pickup.`, `visit.checked_in`.")
@click.option(
    "--last", default=LAST, show_default=True, help="How many of the latest facts to begin with; filtered after."
)
@click.option("--all", "everything", is_flag=True, help="Begin with the first fact.")
@click.option("--follow", "-f", "on", is_flag=True, help="Go on as they come in, until Ctrl-C.")
@click.option("--json", "raw", is_flag=True, help="The CloudEvents as the stores wrote them, one a line.")
def events(folder: Path, store: str | None, kind: str | None, last: int, everything: bool, on: bool, raw: bool) -> None:
    """Show the facts that HQ has kept, in the order they came."""
    wanted = Wanted(store=store, kind=kind.removeprefix("noren.") if kind else None)
    with plainly(), founding.opened(folder) as db:
        begin = 0 if everything else follow.last(db, last)
        try:
            for fact in follow.facts(db, wanted, begin, follow=on):
                click.echo(fact.event if raw else _line(fact))
        except KeyboardInterrupt:
            sys.exit(0)


def _line(fact: Kept) -> str:
    event = msgspec.json.decode(fact.event)
    about = [f"{name}={event[name]}" for name in ("station", "staff", "member") if event.get(name)]
    data = [f"{name}={_plain(value)}" for name, value in event.get("data", {}).items()]
    return "  ".join([fact.time, f"{fact.store:10}", f"{fact.type.removeprefix('noren.'):22}", *about, *data])


def _plain(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


@click.command("fleet")
@folder_option
@click.option("--json", "raw", is_flag=True, help="For programs: a list of objects.")
@click.option("--watch", "-w", is_flag=True, help="Draw it anew every second, until Ctrl-C.")
def show_fleet(folder: Path, raw: bool, watch: bool) -> None:
    """Show how every store is: on the line or not, how far behind, what needs a person."""
    with plainly(), founding.opened(folder) as db:
        if raw:
            click.echo(msgspec.json.format(msgspec.json.encode(fleet(db))).decode())
            return
        try:
            _draw(db, watch)
        except KeyboardInterrupt:
            sys.exit(0)


def _draw(db: Database, watch: bool) -> None:
    while True:
        here = fleet(db)
        picture = "\n".join(
            [table(TITLES, [_cells(one) for one in here]), *(word for one in here for word in _troubles(one))]
        )
        if not watch:
            click.echo(picture)
            return
        click.clear()
        click.echo(picture)
        time.sleep(WATCH_EVERY)


def _cells(one: Standing) -> list[object]:
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


def _config(one: Standing) -> str:
    """`8 kept`, `8 waiting (7 kept)`; why one is not kept stands under the table."""
    config = one.config
    if config is None:
        return "-"
    before = f" ({config.kept} kept)" if config.kept is not None and config.kept != config.version else ""
    return f"{config.version} {config.stage}{before}"


def _troubles(one: Standing) -> Iterator[str]:
    """What is wrong with a store that no column has room for."""
    if one.config and one.config.stage in FAILED:
        why = in_words(one.config.stage, one.config.path, one.config.reason)
        yield f"{one.store}: config {one.config.version} {why}"
    if one.disk in DISK:
        yield f"{one.store}: {DISK[one.disk]}"


@click.command("report")
@folder_option
@click.option("--day", type=click.DateTime(["%Y-%m-%d"]), help="The day; today if not given.")
@click.option("--zone", default="Asia/Tokyo", show_default=True, help="Whose day.")
@click.option("--store", help="Only this store's.")
@click.option("--json", "raw", is_flag=True, help="For programs: a list of objects.")
def show_report(folder: Path, day: datetime | None, zone: str, store: str | None, raw: bool) -> None:
    """Count what the stores did on a day, by store and kind of fact."""
    where = ZoneInfo(zone)
    with plainly(), founding.opened(folder) as db:
        lines = report.of_day(db, (day or datetime.now(where)).date(), where, store)
    if raw:
        click.echo(msgspec.json.format(msgspec.json.encode(lines)).decode())
    else:
        click.echo(table(["store", "fact", "times"], [[line.store, line.type, line.count] for line in lines]))
