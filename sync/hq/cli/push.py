"""`noren hq push`: rows of a file into a feed."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import click
from sqlite_utils import Database

from edge.platform.database import first_row, writing
from sync.hq.cli.options import encoding_option, folder_option, plain_errors
from sync.hq.cli.rollout import start_file
from sync.hq.enrolment import founding, key_rotation
from sync.hq.enrolment.keys import hq_keys
from sync.hq.errors import NotPossible
from sync.hq.features.registry import FILES
from sync.hq.feeds import feed
from sync.hq.importing import pickup_codes
from sync.hq.importing import push as pushing
from sync.hq.importing.files import FileRow, read_items
from sync.hq.importing.pickup_codes import PickupCodeOfOrder
from sync.hq.importing.push import MAX_CHANGES_SHOWN, PushResult
from sync.hq.importing.row_builder import CONFIG_ROWS, config_rows
from sync.hq.progress_bar import with_row_bar
from sync.protocol.ed25519_keys import public_to_text
from sync.protocol.topics import ALL_STORES

MAX_ROWS_NAMED = 2  # rows; if one row is deleted, the message names it
STORE_WORDS = sorted(word for word, file in FILES.items() if file.feed in feed.STORE_SCOPED_FEEDS)


@click.command()
@click.argument("what", type=click.Choice(sorted(FILES)))
@click.argument("file", type=click.Path(path_type=Path))
@folder_option
@click.option("--store", help=f"The store; needed for a feed of one store only ({', '.join(STORE_WORDS)}).")
@click.option("--group", help="config: begin a roll-out to the stores of this group.")
@click.option("--percent", type=click.IntRange(1, 100), help="config: begin a roll-out to so many of each 100 stores.")
@click.option("--whole", is_flag=True, help="The file is all there is: what it does not have is deleted.")
@click.option(
    "--yes-delete", type=click.IntRange(1), metavar="N", help="With --whole: that it deletes N rows is meant."
)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False, writable=True),
    help="orders: write the pickup codes that HQ minted to this CSV (order, number, code).",
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--again", is_flag=True, help="config: a new version though it says the same, for a store to try anew.")
@encoding_option
def push(what: str, file: Path, folder: Path, store: str | None, encoding: str, **how: Any) -> None:
    """Send rows of a file (CSV, JSON, JSON lines, TOML) to the stores.

    Content takes pictures, too: an .svg file, or a folder of them; shirt.svg becomes picture/shirt.
    Fields that the file does not have stay as they are. Open orders that have no number or no secret get them from HQ:
    `--out` writes them down to be sent to the shoppers, `noren hq order show` shows one again. Who serves publishes the
    change at once. `noren hq template` prints a file to begin with. Config to many stores is a roll-out: see
    `noren hq rollout`. `keys` are public halves of HQ's keys that are made elsewhere; `noren hq keys` makes HQ's next one
    and changes over to it.
    """
    with plain_errors():
        if how["group"] or how["percent"]:
            _roll_out(what, file, folder, store, encoding, how)
        else:
            _push(what, file, folder, store, encoding, how)


def _roll_out(what: str, file: Path, folder: Path, store: str | None, encoding: str, how: dict[str, Any]) -> None:
    if what != "config" or store or how["whole"] or how["again"]:
        raise NotPossible("--group and --percent go with config, and not with --store, --whole or --again")
    start_file(folder, file, encoding, how["group"], how["percent"], dry=how["dry_run"])


def _push(what: str, file: Path, folder: Path, store: str | None, encoding: str, how: dict[str, Any]) -> None:
    file_kind, name = FILES[what]
    whole, dry = how["whole"], how["dry_run"]
    if how["again"] and (name != "config" or dry):
        raise NotPossible("--again goes with config, and not with --dry-run")
    if whole and file_kind.never_whole:
        raise NotPossible(f"--whole does not go with {what}: {file_kind.never_whole}")
    if (how["yes_delete"] and not whole) or (how["out"] and (name != "orders" or dry)):
        raise NotPossible("--yes-delete goes with --whole; --out goes with orders, and not with --dry-run")
    with founding.open_headquarters(folder) as db:
        scope = _scope(db, name, store)
        if whole and not dry:
            _ask(*pushing.count_deletions(db, what, scope, _rows(name, file, encoding)), how["yes_delete"])
        rows = _rows(name, file, encoding)
        items = with_row_bar(f"pushing {what}", rows, file)
        signing = {key.id: public_to_text(key.public) for key in hq_keys(folder)}
        outcome = pushing.push_rows(db, what, scope, items, whole=whole, dry=dry, signing=signing)
        if name == key_rotation.KEYS_FEED and not dry:
            key_rotation.vouch_for_keys(db, folder)
        if how["again"]:
            with writing(db):
                feed.republish_rows(db, name, scope, CONFIG_ROWS)
        minted = pickup_codes.codes_of_store(db, scope, outcome.orders) if name == "orders" and not dry else []
    if how["out"]:
        pickup_codes.write_codes_csv(how["out"], minted)
    for line in outcome.words:
        click.echo(line)
    for order in outcome.overruled:
        click.echo(
            f"order {order}: its goods are handed over, so the cancellation is a conflict: see `noren hq conflicts`"
        )
    would = "would be " if dry else ""
    _say_minted(outcome, minted, how["out"], would)
    for words in sorted(outcome.not_yet):
        click.echo(f"not yet shown by this version: {words}")
    click.echo(
        f"{outcome.new} {would}new, {outcome.changed} {would}changed, {outcome.gone} {would}deleted, "
        f"{outcome.same} the same"
    )


def _rows(name: str, file: Path, encoding: str) -> Iterable[FileRow]:
    if file.is_dir() and name != "content":
        raise NotPossible(f"{file}: is a folder; only content takes one, of .svg files")
    return config_rows(file, encoding) if name == "config" else read_items(file, encoding)


def _ask(gone: int, there: int, agreed: int | None) -> None:
    """A file that is all there is and has little is most often the wrong one. Raises NotPossible."""
    if agreed is not None and agreed != gone:
        raise NotPossible(f"--yes-delete {agreed}: it is {gone} of {there} rows that would be deleted")
    if gone < MAX_ROWS_NAMED or gone * 2 <= there or agreed is not None:
        return
    words = f"the file is said to be all there is, and {gone} of {there} rows would be deleted"
    if not sys.stdin.isatty():
        raise NotPossible(f"{words}. Look with --dry-run; if it is meant: --yes-delete {gone}")
    if not click.confirm(f"{words[0].upper()}{words[1:]}. Is that meant?"):
        raise NotPossible("nothing was changed")


def _say_minted(outcome: PushResult, minted: Sequence[PickupCodeOfOrder], out: Path | None, would: str) -> None:
    """Say where the codes for shoppers are."""
    if outcome.minted:
        click.echo(f"{outcome.minted} pickup codes {would}made")
    if out:
        click.echo(f"{len(minted)} pickup codes of HQ's are in {out}")
    elif outcome.minted and minted:
        for code in minted[:MAX_CHANGES_SHOWN]:
            click.echo(f"order {code.order}: number {code.number}, code {code.content}")
        more = len(minted) - MAX_CHANGES_SHOWN
        if more > 0:
            click.echo(f"and {more} more: the same push with --out FILE writes them all")


def _scope(db: Database, name: str, store: str | None) -> str:
    """The scope that gets the feed. Raises NotPossible."""
    if name in feed.CHAIN_WIDE_FEEDS:
        if store:
            raise NotPossible("all stores receive this feed: leave --store out")
        return ALL_STORES
    if not store:
        many = "; `noren hq rollout start` sends config to many" if name == "config" else ""
        raise NotPossible(f"which store? Give --store{many}")
    if first_row(db, "select 1 from stores where id = ?", (store,)) is None:
        raise NotPossible(f"store `{store}` is not enrolled: `noren hq stores add {store}`")
    return store


@click.command()
@click.argument("what", type=click.Choice(sorted(FILES)))
def template(what: str) -> None:
    """Print a file to begin with: `noren hq template offers > offers.csv` (config: .toml, content: .json)."""
    click.echo(FILES[what].file.template.encode(), nl=False)  # bytes: a file is UTF-8, whatever this terminal shows
