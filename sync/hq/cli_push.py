"""`noren hq push`: rows of a file into a feed."""

from pathlib import Path
from typing import Any

import click
from sqlite_utils import Database

from edge.store import one, writing
from sync.hq import feed, founding
from sync.hq import push as pushing
from sync.hq.cli_options import encoding_option, folder_option, plainly
from sync.hq.cli_rollout import start_file
from sync.hq.files import read
from sync.hq.founding import NotPossible
from sync.hq.keys import hq_keys
from sync.hq.progress import shown_as_read
from sync.hq.push import WORDS
from sync.hq.shaping import DOCUMENT, config_rows
from sync.hq.templates import TEMPLATES
from sync.signing import write_public
from sync.topics import ALL

PARTS = {
    "keys": "a key that is not in the feed counts where a store was enrolled with it; revoke it (revoked = true)",
    "prices": "what is not in it would leave the catalogue",
}
OWN = sorted(word for word, name in WORDS.items() if name in feed.SCOPE_STORE)


@click.command()
@click.argument("what", type=click.Choice(sorted(WORDS)))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@folder_option
@click.option("--store", help=f"Whose: needed for what each store hears for itself ({', '.join(OWN)}).")
@click.option("--group", help="config: begin a roll-out to the stores of this group.")
@click.option("--percent", type=click.IntRange(1, 100), help="config: begin a roll-out to so many of each 100 stores.")
@click.option("--whole", is_flag=True, help="The file is all there is: what it does not have is deleted.")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--again", is_flag=True, help="config: a new version though it says the same, for a store to try anew.")
@encoding_option
def push(what: str, file: Path, folder: Path, store: str | None, encoding: str, **how: Any) -> None:
    """Send rows of a file (CSV, JSON, JSON lines, TOML) to the stores.

    Fields that the file does not have stay as they are. Who serves publishes the change at once. `noren hq template`
    prints a file to begin with. Config to many stores is a roll-out: see `noren hq rollout`. `keys` are public halves
    of HQ's keys that are made elsewhere; `noren hq keys` makes HQ's next one and changes over to it.
    """
    with plainly():
        if how["group"] or how["percent"]:
            _roll_out(what, file, folder, store, encoding, how)
        else:
            _push(what, file, folder, store, encoding, how)


def _roll_out(what: str, file: Path, folder: Path, store: str | None, encoding: str, how: dict[str, Any]) -> None:
    if what != "config" or store or how["whole"] or how["again"]:
        raise NotPossible("--group and --percent go with config, and not with --store, --whole or --again")
    start_file(folder, file, encoding, how["group"], how["percent"], dry=how["dry_run"])


def _push(what: str, file: Path, folder: Path, store: str | None, encoding: str, how: dict[str, Any]) -> None:
    name, whole, dry = WORDS[what], how["whole"], how["dry_run"]
    if how["again"] and (name != "config" or dry):
        raise NotPossible("--again goes with config, and not with --dry-run")
    if whole and what in PARTS:
        raise NotPossible(f"--whole does not go with {what}: {PARTS[what]}")
    with founding.opened(folder) as db:
        scope = _scope(db, name, store)
        rows = config_rows(file, encoding) if name == "config" else read(file, encoding)
        items = shown_as_read(f"pushing {what}", rows, file)
        signing = {key.id: write_public(key.public) for key in hq_keys(folder)}
        outcome = pushing.push(db, what, scope, items, whole=whole, dry=dry, signing=signing)
        if how["again"]:
            with writing(db):
                feed.put_again(db, name, scope, DOCUMENT)
    for line in outcome.words:
        click.echo(line)
    for order in outcome.overruled:
        click.echo(
            f"order {order}: its goods are handed over, so the cancellation is a conflict: see `noren hq conflicts`"
        )
    would = "would be " if dry else ""
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
        many = "; `noren hq rollout start` sends config to many" if name == "config" else ""
        raise NotPossible(f"which store? Give --store{many}")
    if one(db, "select 1 from stores where id = ?", (store,)) is None:
        raise NotPossible(f"store `{store}` is not enrolled: `noren hq stores add {store}`")
    return store


@click.command()
@click.argument("what", type=click.Choice(sorted(TEMPLATES)))
def template(what: str) -> None:
    """Print a file to begin with: `noren hq template offers > offers.csv` (config: .toml, content: .json)."""
    click.echo(TEMPLATES[what], nl=False)
