"""`noren hq stores`: the stores of the chain, their keys and their groups."""

from pathlib import Path

import click

from edge.platform.database import rows
from sync.hq.cli.options import folder_option, plain_errors
from sync.hq.enrolment import acl, founding
from sync.hq.text_table import table

NO_GROUP = "-"


@click.group()
def stores() -> None:
    """The stores of the chain, their keys and their groups."""


@stores.command()
@click.argument("store")
@folder_option
@click.option("--name", help="The store's name as people say it; its id if not given.")
@click.option("--group", help="The group it belongs to, for roll-outs of config.")
def add(store: str, folder: Path, name: str | None, group: str | None) -> None:
    """Enrol a store; what its box needs is written to a folder of its own."""
    with plain_errors():
        bundle = founding.enrol_store(folder, store, name or store, group)
    click.echo(f"enrolled `{store}`: carry {bundle} to the box; its [hq] lines are in {bundle / founding.HQ_TOML}")
    click.echo(_for_the_broker(folder / acl.ACL_FILE))


@stores.command()
@click.argument("store")
@folder_option
def revoke(store: str, folder: Path) -> None:
    """Accept, send and answer nothing more for a store (stolen box, lost card); its box, if reachable, wipes HQ's data."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        rules = founding.revoke_store(db, folder, store)
    click.echo(f"the key of `{store}` is revoked; `noren hq stores add {store}` makes a new one")
    click.echo(_for_the_broker(rules))


def _for_the_broker(rules: Path) -> str:
    return (
        f"the broker's rules are in {rules}. If hq-broker-reload.path watches them, the broker reloads them at once; else "
        "copy them to its acl_file, then `systemctl reload mosquitto`"
    )


@stores.command("group")
@click.argument("store", nargs=-1, required=True)
@click.argument("name")
@folder_option
def put_in_group(store: tuple[str, ...], name: str, folder: Path) -> None:
    """Put stores into the group NAME, out of the one they were in; `-` for none."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        founding.put_in_group(db, store, None if name == NO_GROUP else name)
    where = "no group" if name == NO_GROUP else f"group `{name}`"
    click.echo(f"in {where}: {', '.join(store)}")


@stores.command("list")
@folder_option
@click.option("--group", help="Only stores of this group.")
def list_stores(folder: Path, group: str | None) -> None:
    """Show the stores that were enrolled."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        found = rows(db, "select * from stores where ? is null or fleet_group = ? order by id", (group, group))
    cells = [
        [row["id"], row["name"], row["fleet_group"] or NO_GROUP, row["since"], row["revoked"] or "-"] for row in found
    ]
    click.echo(table(["store", "name", "group", "enrolled", "revoked"], cells))
