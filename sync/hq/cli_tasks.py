"""`noren hq quarantine|conflicts|tell|restored`: what needs a person, and what a person may do."""

from pathlib import Path

import click

from edge.clock import now
from edge.store import one, rows, writing
from sync.hq import commands, counting, founding, quarantine, restoring
from sync.hq.cli_options import folder_option, plainly
from sync.hq.founding import NotPossible
from sync.hq.progress import shown
from sync.hq.table import table
from sync.topics import ALL

ORDERS = ("birth", "reload", "rewind")  # what a box does when it is told


@click.group("quarantine")
def aside() -> None:
    """Facts that HQ has kept without understanding them."""


@aside.command("list")
@folder_option
@click.option("--store", help="Only this store's.")
@click.option("--raw", is_flag=True, help="With the rows as the stores sent them.")
def list_aside(folder: Path, store: str | None, raw: bool) -> None:
    """Show what is in quarantine, and why."""
    with plainly(), founding.opened(folder) as db:
        found = quarantine.everything(db, store)
    cells = [[one.number, one.store, one.lane, one.seq, one.received, one.reason] for one in found]
    click.echo(table(["number", "store", "lane", "seq", "received", "reason"], cells))
    if raw:
        for row in found:
            click.echo(f"\n{row.number}: {row.event.decode(errors='backslashreplace')}")


@aside.command("retry")
@folder_option
@click.option("--store", help="Only this store's.")
def retry_aside(folder: Path, store: str | None) -> None:
    """Take in what HQ understands by now."""
    left = 0
    with plainly(), founding.opened(folder) as db:
        found = quarantine.everything(db, store)
        for row in shown("taking in", found):
            if why := quarantine.retry(db, row):
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
    with plainly(), founding.opened(folder) as db:
        found = rows(db, "select * from conflicts where ? or settled is null order by noted", (settled,))
    cells = [[row["store"], row["order_id"], row["number"], row["noted"], row["settled"] or "-"] for row in found]
    click.echo(table(["store", "order", "number", "noted", "settled"], cells))


@conflicts.command("settle")
@click.argument("store")
@click.argument("order")
@folder_option
def settle(store: str, order: str, folder: Path) -> None:
    """Note that somebody has decided about an order (refund or not)."""
    with plainly(), founding.opened(folder) as db, writing(db):
        if not counting.settle_conflict(db, store, order, now().text):
            raise NotPossible(f"order `{order}` of `{store}` is no conflict, or settled already")
    click.echo(f"order {order} is settled")


@click.command("tell")
@click.argument("store")
@click.argument("command", type=click.Choice(ORDERS))
@click.argument("args", nargs=-1)
@folder_option
def tell(store: str, command: str, args: tuple[str, ...], folder: Path) -> None:
    """Order a store (or `all`) to do something: birth; reload feed=stock; rewind epoch=E lane=0 seq=120.

    Said by whoever serves, at once or when the store comes to the line; after 15 minutes it counts no more.
    """
    with plainly(), founding.opened(folder) as db:
        if store != ALL and one(db, "select 1 from stores where id = ?", (store,)) is None:
            raise NotPossible(f"store `{store}` is not enrolled")
        name = commands.order(db, store, command, _named(args))
    click.echo(f"ordered {command} of `{store}` (id {name})")


def _named(args: tuple[str, ...]) -> dict[str, str]:
    pairs = [arg.partition("=") for arg in args]
    if wrong := next((name for name, mark, _ in pairs if not (name and mark)), None):
        raise NotPossible(f"`{wrong}`: expected name=value")
    return {name: value for name, _, value in pairs}


@click.command("restored")
@folder_option
def restored(folder: Path) -> None:
    """Say that HQ's database was restored from a backup: every store loads every feed anew.

    The stores' journals need nothing: they send again what HQ has lost, as far back as they keep it.
    """
    with plainly(), founding.opened(folder) as db:
        count = restoring.renew(db)
    click.echo(f"{count} feeds begin a new epoch; the stores load them as soon as HQ serves")
