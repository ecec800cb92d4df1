"""`noren hq push`: rows of a file into a feed."""

from pathlib import Path

import click
from sqlite_utils import Database

from edge.store import one
from sync.hq import feed, founding
from sync.hq import push as pushing
from sync.hq.cli_options import folder_option, plainly
from sync.hq.files import read
from sync.hq.founding import NotPossible
from sync.hq.progress import shown_as_read
from sync.hq.push import WORDS
from sync.hq.shaping import config_rows
from sync.topics import ALL


@click.command()
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
        items = config_rows(file, encoding) if name == "config" else read(file, encoding)
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
