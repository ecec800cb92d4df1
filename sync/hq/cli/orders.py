"""`noren hq order`: an order as HQ has it, with the pickup code that HQ minted for it."""

from pathlib import Path

import click

from edge.features.pickup.order import OrderRow
from sync.hq.cli.options import folder_option, plain_errors
from sync.hq.enrolment import founding
from sync.hq.errors import NotPossible
from sync.hq.feeds import feed, row_types
from sync.hq.importing import pickup_codes

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
        row = row_types.valid_row("orders", name, feed.row_body(db, "orders", store, name), OrderRow)
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
