"""`noren hq order|returns`: an order with the pickup code that HQ minted for it, and the refund tasks of what came back."""

from dataclasses import asdict
from pathlib import Path

import click
import msgspec

from edge.features.pickup.order import OrderRow
from edge.platform.clock import now
from edge.platform.database import writing
from sync.hq.cli.options import folder_option, plain_errors
from sync.hq.enrolment import founding
from sync.hq.errors import NotPossible
from sync.hq.features.returns import RefundTask, refund_tasks, settle_refund
from sync.hq.feeds import feed, row_types
from sync.hq.importing import pickup_codes
from sync.hq.text_table import table

TITLES = ("store", "return", "time", "state", "conflict", "order", "pieces", "refund", "difference", "", "lead")
store_option = click.option("--store", required=True, help="The store where it waits.")


@click.group()
def order() -> None:
    """Pickup orders."""


@order.command("show")
@click.argument("name", metavar="ORDER")
@folder_option
@store_option
def show_order(name: str, folder: Path, store: str) -> None:
    """Show an order's state, number and pickup code, for a shopper who has lost it."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        row = row_types.decode_row_or_none("orders", name, feed.row_body(db, "orders", store, name), OrderRow)
        if row is None or row.store != store:
            raise NotPossible(f"there is no order `{name}` of `{store}`")
        minted = pickup_codes.codes_of_store(db, store, [name])
    code = minted[0].content if minted else "not made by HQ: the chain has sent a secret of its own, or none"
    click.echo(f"order {row.order}: number {row.number}, {row.state}, {len(row.lines)} lines\ncode {code}")


@order.command("codes")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, writable=True))
@folder_option
@store_option
def write_codes(file: Path, folder: Path, store: str) -> None:
    """Write all pickup codes that HQ minted for a store's orders to a CSV: order, number, code."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        found = pickup_codes.codes_of_store(db, store)
        pickup_codes.write_codes_csv(file, found)
    click.echo(f"{len(found)} pickup codes are in {file}")


@click.group("returns")
def returns() -> None:
    """Goods that came back to stores: each is one refund task, for a person or for the POS."""


@returns.command("list")
@folder_option
@click.option("--store", help="Only this store's.")
@click.option("--all", "everything", is_flag=True, help="Those that are settled or withdrawn, too.")
@click.option("--json", "raw", is_flag=True, help="For programs: a list of objects.")
def list_returns(folder: Path, store: str | None, everything: bool, raw: bool) -> None:
    """Show the refund tasks. `conflict`: pieces that another store took back before; look before you pay."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        found = refund_tasks(db, store, everything=everything)
    if raw:
        click.echo(msgspec.json.format(msgspec.json.encode([asdict(task) for task in found])))
        return
    click.echo(table(TITLES, [_cells(task) for task in found]))


def _cells(task: RefundTask) -> list[object]:
    return [
        task.store,
        task.id,
        task.time.replace("T", " ")[:19],
        task.state,
        task.conflict or "-",
        task.order or "-",
        task.pieces,
        "?" if task.refund is None else task.refund,
        "?" if task.difference is None else task.difference,
        task.currency,
        task.lead or "-",
    ]


@returns.command("settle")
@click.argument("store")
@click.argument("name", metavar="RETURN")
@folder_option
def settle(store: str, name: str, folder: Path) -> None:
    """Note that a refund is paid, or decided otherwise."""
    with plain_errors(), founding.open_headquarters(folder) as db, writing(db):
        if not settle_refund(db, store, name, now().text):
            raise NotPossible(f"return `{name}` of `{store}` is no open task")
    click.echo(f"return {name} is settled")
