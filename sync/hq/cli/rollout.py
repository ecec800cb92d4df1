"""`noren hq rollout`: config to a few stores first, and to all when it does well there."""

from pathlib import Path
from typing import Any

import click
import msgspec

from sync.hq.cli.options import encoding_option, folder_option, plain_errors
from sync.hq.enrolment import founding
from sync.hq.importing.row_builder import config_rows
from sync.hq.rollout import advance as rolling
from sync.hq.rollout import plan as book
from sync.hq.rollout import undo as rolling_back
from sync.hq.rollout.plan import ReachedStore, RolloutStatus
from sync.hq.text_table import table

group_option = click.option("--group", help="Only stores of this group.")
percent_option = click.option(
    "--percent", type=click.IntRange(1, 100), help="Only so many of each 100 of them, rounded up."
)
anyway_option = click.option("--anyway", is_flag=True, help="Even though stores have refused it or rolled it back.")
number_argument = click.argument("number", type=int)
json_option = click.option("--json", "raw", is_flag=True, help="For programs.")


@click.group()
def rollout() -> None:
    """Config to a few stores first, then to more."""


@rollout.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@folder_option
@group_option
@percent_option
@click.option("--dry-run", is_flag=True, help="Print what would change at which store, and change nothing.")
@encoding_option
def start(file: Path, folder: Path, group: str | None, percent: int | None, dry_run: bool, encoding: str) -> None:
    """Begin to send a config file (TOML, JSON) to the stores; to the first of them with --percent.

    Fields that the file does not have stay as each store has them. A file with tables `policy` and `box` holds both
    rows of the config; any other is the policy.
    """
    with plain_errors():
        start_file(folder, file, encoding, group, percent, dry=dry_run)


def start_file(folder: Path, file: Path, encoding: str, group: str | None, percent: int | None, *, dry: bool) -> None:
    """Begin a roll-out and say so, or say what it would be. Raises NotPossible."""
    with founding.open_headquarters(folder) as db:
        planned, outcome = rolling.plan_rollout(db, config_rows(file, encoding), group, percent or 100)
        count = len(book.target_stores(db, planned))
        if not dry:
            rolling.begin_rollout(db, planned)
    for line in outcome.words:
        click.echo(line)
    for words in sorted(outcome.not_yet):
        click.echo(f"not yet shown by this version: {words}")
    changes = f"{outcome.new} new, {outcome.changed} changed, {outcome.same} the same"
    begun = "would begin" if dry else "begun"
    click.echo(f"roll-out {planned.id} {begun}: {file.name} to {_stores(count)} ({planned.percent} %); rows: {changes}")


def _stores(count: int) -> str:
    return "1 store" if count == 1 else f"{count} stores"


@rollout.command()
@number_argument
@folder_option
@click.option("--percent", type=click.IntRange(1, 100), required=True, help="How many of each 100 stores by now.")
@anyway_option
def advance(number: int, folder: Path, percent: int, anyway: bool) -> None:
    """Go on to more stores. A roll-out that a store has refused or rolled back does not go on."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        stands = book.rollout_status(db, rolling.advance_rollout(db, number, percent, anyway=anyway))
    click.echo(_line(stands))


@rollout.command()
@number_argument
@folder_option
def retry(number: int, folder: Path) -> None:
    """Send it again to the stores that refused it or rolled it back, once the reason is gone."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        stores = rolling_back.retry_rollout(db, number)
    click.echo(
        f"roll-out {number}: sent again to {', '.join(stores) or 'no store: none has refused it or rolled it back'}"
    )


@rollout.command()
@number_argument
@folder_option
def stop(number: int, folder: Path) -> None:
    """Go on to no more stores; those that have it keep it."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        stands = book.rollout_status(db, rolling.stop_rollout(db, number))
    click.echo(_line(stands))


@rollout.command()
@number_argument
@folder_option
@click.option("--anyway", is_flag=True, help="Even if a store's config was changed since.")
def undo(number: int, folder: Path, anyway: bool) -> None:
    """Give the stores back the config they had before, as a new version."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        back, left = rolling_back.undo_rollout(db, number, anyway=anyway)
    for store in left:
        click.echo(f"{store}: changed since, and left as it is; --anyway takes that back, too")
    click.echo(f"roll-out {number}: taken back at {_stores(len(back))}")


@rollout.command("list")
@folder_option
@json_option
def list_rollouts(folder: Path, raw: bool) -> None:
    """Show all roll-outs, the latest first."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        found = [book.rollout_status(db, one) for one in reversed(book.all_rollouts(db))]
    titles = ("number", "file", "group", "percent", "stores", "waiting", "kept", "failed", "state", "begun")
    click.echo(_json(found) if raw else table(titles, [_cells(one) for one in found]))


@rollout.command()
@number_argument
@folder_option
@click.option("--stores", "everyone", is_flag=True, help="All stores, not only those that need somebody.")
@json_option
def show(number: int, folder: Path, everyone: bool, raw: bool) -> None:
    """Show how far the stores are with a roll-out, and which store has which fault."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        stands = book.rollout_status(db, book.read_rollout(db, number))
    if raw:
        click.echo(_json(stands))
        return
    click.echo(_line(stands))
    click.echo(", ".join(f"{stage} {count}" for stage, count in stands.stages.items()))
    if told := [_store(one) for one in stands.stores if everyone or one.failed]:
        click.echo("\n" + table(("store", "version", "stage", "said", "path", "reason"), told))


def _line(stands: RolloutStatus) -> str:
    group = f" in group {stands.group}" if stands.group else ""
    part = f"{len(stands.stores)} of {_stores(stands.candidates)}{group} ({stands.percent} %)"
    return f"roll-out {stands.id}: {stands.file} at {part}, {stands.state}, begun {_moment(stands.begun)}"


def _cells(one: RolloutStatus) -> list[object]:
    failed = sum(store.failed for store in one.stores)
    counts = [f"{len(one.stores)}/{one.candidates}", one.stages["waiting"], one.stages["kept"], failed]
    return [one.id, one.file, one.group or "-", one.percent, *counts, one.state, _moment(one.begun)]


def _store(one: ReachedStore) -> list[object]:
    return [one.store, one.version, one.stage, _moment(one.said) or "-", one.path or "-", one.reason or "-"]


def _moment(text: str) -> str:
    return text.replace("T", " ")[:19]


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value))
