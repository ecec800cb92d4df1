"""`noren hq quarantine|conflicts|clones|tell|restored`: what needs a person, and what a person may do."""

from pathlib import Path

import click

from edge.platform.clock import now
from edge.platform.database import first_row, rows, writing
from sync.hq import epoch_reset, store_commands
from sync.hq.cli.options import folder_option, plain_errors
from sync.hq.enrolment import founding
from sync.hq.errors import NotPossible
from sync.hq.ingest import quarantine
from sync.hq.progress_bar import with_bar
from sync.hq.projections import cancelled_handovers as conflict
from sync.hq.stores import clones
from sync.hq.text_table import table
from sync.protocol.command_types import COMMAND_FIELDS, REVOKE_COMMAND
from sync.protocol.topics import ALL_STORES


@click.group("quarantine")
def quarantine_group() -> None:
    """Facts that HQ has kept without understanding them."""


@quarantine_group.command("list")
@folder_option
@click.option("--store", help="Only this store's.")
@click.option("--raw", is_flag=True, help="With the rows as the stores sent them.")
def list_aside(folder: Path, store: str | None, raw: bool) -> None:
    """Show what is in quarantine, and why."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        found = quarantine.quarantined_rows(db, store)
    cells = [[one.number, one.store, one.lane, one.seq, one.received, one.reason] for one in found]
    click.echo(table(["number", "store", "lane", "seq", "received", "reason"], cells))
    if raw:
        for row in found:
            click.echo(f"\n{row.number}: {row.event.decode(errors='backslashreplace')}")


@quarantine_group.command("retry")
@folder_option
@click.option("--store", help="Only this store's.")
def retry_aside(folder: Path, store: str | None) -> None:
    """Take in what HQ understands by now."""
    left = 0
    with plain_errors(), founding.open_headquarters(folder) as db:
        found = quarantine.quarantined_rows(db, store)
        for row in with_bar("taking in", found):
            if why := quarantine.retry_quarantined(db, row):
                left += 1
                click.echo(f"{row.number} stays: {why}")
    click.echo(f"{len(found) - left} taken in, {left} stay")


@click.group("conflicts")
def conflicts() -> None:
    """Orders that were cancelled at HQ and handed over at a store: each is a decision for a person."""


@conflicts.command("list")
@folder_option
@click.option("--settled", is_flag=True, help="Those already settled, too.")
def list_conflicts(folder: Path, settled: bool) -> None:
    """Show the conflicts nobody has settled yet."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        found = rows(db, "select * from conflicts where ? or settled is null order by noted", (settled,))
    cells = [[row["store"], row["order_id"], row["number"], row["noted"], row["settled"] or "-"] for row in found]
    click.echo(table(["store", "order", "number", "noted", "settled"], cells))


@conflicts.command("settle")
@click.argument("store")
@click.argument("order")
@folder_option
def settle(store: str, order: str, folder: Path) -> None:
    """Note that somebody has decided about an order (refund or not)."""
    with plain_errors(), founding.open_headquarters(folder) as db, writing(db):
        if not conflict.settle_cancelled_handover(db, store, order, now().text):
            raise NotPossible(f"order `{order}` of `{store}` is no conflict, or settled already")
    click.echo(f"order {order} is settled")


@click.group("clones")
def clones_group() -> None:
    """Stores that more than one box runs as, from copies of one card."""


@clones_group.command("list")
@folder_option
def list_clones(folder: Path) -> None:
    """Show the boxes that have connected in turns as one store within the last day."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        found = clones.cloned_stores(db)
    cells = [
        [run.store, run.machine or run.run, run.address or "-", run.seen] for runs in found.values() for run in runs
    ]
    click.echo(table(["store", "network card", "address", "heard"], cells))


@clones_group.command("settle")
@click.argument("store")
@folder_option
def settle_clones(store: str, folder: Path) -> None:
    """Note that only one box runs as a store now; its pages then say so. Should two do, the alarm comes back."""
    with plain_errors(), founding.open_headquarters(folder) as db, writing(db):
        if not clones.settle_clones(db, store):
            raise NotPossible(f"no second box runs as `{store}`")
    click.echo(f"{store} has one box; its pages show it as soon as the box is connected")


@click.command("tell")
@click.argument("store")
@click.argument("command", type=click.Choice(sorted(set(COMMAND_FIELDS) - {REVOKE_COMMAND})))
@click.argument("args", nargs=-1)
@folder_option
def tell(store: str, command: str, args: tuple[str, ...], folder: Path) -> None:
    """Order a store (or `all`) to do something: birth; reload feed=stock; rewind epoch=E lane=0 seq=120.

    `noren hq serve` sends it, at once or when the store connects; it expires after 15 minutes.
    """
    with plain_errors(), founding.open_headquarters(folder) as db:
        if store != ALL_STORES and first_row(db, "select 1 from stores where id = ?", (store,)) is None:
            raise NotPossible(f"store `{store}` is not enrolled")
        name = store_commands.queue_command(db, store, command, _named(args))
    click.echo(f"ordered {command} of `{store}` (id {name})")


def _named(args: tuple[str, ...]) -> dict[str, str]:
    pairs = [arg.partition("=") for arg in args]
    if wrong := next((name for name, mark, _ in pairs if not (name and mark)), None):
        raise NotPossible(f"`{wrong}`: expected name=value")
    names = [name for name, _, _ in pairs]
    if twice := next((name for name in names if names.count(name) > 1), None):
        raise NotPossible(f"`{twice}` is said twice")
    return {name: value for name, _, value in pairs}


@click.command("restored")
@folder_option
def restored(folder: Path) -> None:
    """Report that HQ's database was restored from a backup: every store reloads every feed.

    The stores' journals need nothing: they send again what HQ has lost, as far back as they keep it.
    """
    with plain_errors(), founding.open_headquarters(folder) as db:
        count = epoch_reset.renew_epochs(db)
    click.echo(f"{count} feeds begin a new epoch; the stores load them as soon as HQ serves")
