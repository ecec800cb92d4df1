"""`noren hq`: headquarters' own commands, errors in plain words."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from sqlite_utils import Database

from edge.store import one
from sync.broker import Broker, place, read_secret
from sync.hq import feed, founding
from sync.hq import push as pushing
from sync.hq import serve as serving
from sync.hq.files import read
from sync.hq.filling import CHAIN, PLAY, PLAYED, fill
from sync.hq.founding import NotPossible
from sync.hq.progress import shown_as_read
from sync.hq.push import WORDS
from sync.topics import ALL

BROKER = "mqtt://127.0.0.1:1883"

folder_option = click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Headquarters' folder: its database and keys.",
)
broker_option = click.option(
    "--broker",
    default=BROKER,
    show_default=True,
    help="Where stores and HQ meet: mqtt://host:port or mqtts://host:port.",
)


@contextmanager
def plainly() -> Iterator[None]:
    """What cannot be done is one plain sentence and exit code 1."""
    try:
        yield
    except NotPossible as error:
        raise click.ClickException(str(error)) from None


@click.group()
def hq() -> None:
    """Headquarters: keep what the stores tell, send them what they need to know."""


@hq.command()
@folder_option
@broker_option
@click.option("--chain", default="noren", show_default=True, help="The chain's id, as in [store] of each noren.toml.")
def init(folder: Path, broker: str, chain: str) -> None:
    """Make a headquarters: its database and its signing key."""
    with plainly():
        place(broker)
        founding.found(folder, chain, broker)
    click.echo(f"headquarters of chain `{chain}` in {folder}")


@hq.command()
@folder_option
@broker_option
def sample(folder: Path, broker: str) -> None:
    """Make the headquarters of the sample chain: three stores, and all that they hear."""
    place(broker)
    with plainly():
        put = fill(folder, broker)
    if put:
        click.echo(f"chain `{CHAIN}`: {put} rows in {folder}; what to scan at {PLAYED} is in {folder / PLAY}")
    else:
        click.echo(f"{folder} is filled already; nothing was changed")


@hq.group()
def stores() -> None:
    """The stores of the chain and their keys."""


@stores.command()
@click.argument("store")
@folder_option
@click.option("--name", help="The store's name as people say it; its id if not given.")
def add(store: str, folder: Path, name: str | None) -> None:
    """Enrol a store; what its box needs is written to a folder of its own."""
    with plainly():
        bundle = founding.enrol(folder, store, name or store)
    click.echo(f"enrolled `{store}`: carry {bundle} to the box; its [hq] lines are in {bundle / founding.HQ_TOML}")


@stores.command()
@click.argument("store")
@folder_option
def revoke(store: str, folder: Path) -> None:
    """Believe nothing any more that is signed with the store's key (stolen box, lost card)."""
    with plainly(), founding.opened(folder) as db:
        founding.revoke(db, store)
    click.echo(f"the key of `{store}` is revoked; `noren hq stores add {store}` makes a new one")


@hq.command()
@click.argument("what", type=click.Choice(sorted(WORDS)))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@folder_option
@click.option(
    "--store", help="Whose: needed for what each store hears for itself (config, stock, orders, members, staff)."
)
@click.option("--whole", is_flag=True, help="The file is all there is: what it does not have is deleted.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option(
    "--encoding", default="utf-8-sig", show_default=True, help="How the file is written; Excel in Japan: cp932."
)
def push(what: str, file: Path, folder: Path, store: str | None, whole: bool, dry_run: bool, encoding: str) -> None:
    """Send rows of a file (CSV, JSON, JSON lines, TOML) to the stores.

    Fields that the file does not have stay as they are. Who serves publishes the change at once.
    """
    name = WORDS[what]
    with plainly(), founding.opened(folder) as db:
        scope = _scope(db, name, store)
        items = read(file, encoding, document=name == "config")
        outcome = pushing.push(db, what, scope, shown_as_read(f"pushing {what}", items), whole=whole, dry=dry_run)
    for line in outcome.words:
        click.echo(line)
    for order in outcome.overruled:
        click.echo(
            f"order {order}: its goods are handed over, so the cancellation is a conflict: see `noren hq conflicts`"
        )
    would = "would be " if dry_run else ""
    click.echo(
        f"{outcome.new} {would}new, {outcome.changed} {would}changed, {outcome.gone} {would}deleted, "
        f"{outcome.same} the same"
    )


def _scope(db: Database, name: str, store: str | None) -> str:
    """Who hears the feed. Raises NotPossible."""
    if name in feed.SCOPE_ALL:
        if store:
            raise NotPossible("every store hears this alike: leave --store out")
        return ALL
    if not store:
        raise NotPossible("which store? Give --store")
    if one(db, "select 1 from stores where id = ?", (store,)) is None:
        raise NotPossible(f"store `{store}` is not enrolled: `noren hq stores add {store}`")
    return store


@hq.command()
@folder_option
@click.option("--broker", help="mqtt://host:port or mqtts://host:port; the one given to `init` if not given.")
@click.option("--username", help="The name HQ has at the broker.")
@click.option("--password-file", help="File with HQ's password at the broker, one line.")
@click.option("--ca-file", help="Certificate authorities to trust, PEM; the system's own if not given.")
@click.option("--cert-file", help="HQ's client certificate, PEM.")
@click.option("--key-file", help="The key of HQ's client certificate, PEM.")
@click.option("--protocol", type=click.Choice(["5", "3.1.1"]), default="5", show_default=True, help="MQTT's version.")
def serve(folder: Path, broker: str | None, password_file: str | None, **about: Any) -> None:
    """Keep what the stores tell, and publish what changes, until stopped."""
    with plainly(), founding.opened(folder) as db:
        here = founding.founded(db)
    if here is None:
        raise click.ClickException(f"{folder}: not founded. Run `noren hq init --dir {folder}` first.")
    host, port, tls = place(broker or here.broker)
    line = Broker(host=host, port=port, tls=tls, password=read_secret("password_file", password_file), **about)
    sys.exit(serving.serve(folder, line))
