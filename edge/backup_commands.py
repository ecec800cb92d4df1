"""`noren backup` and `noren restore`: store.db into a file elsewhere, and back."""

import os
from pathlib import Path

import click

from edge.check import CREDENTIALS_DIRECTORY_VARIABLE
from edge.config.command_option import config_option
from edge.config.loader import read_config
from edge.db_files.backup import back_up, restore_backup
from edge.db_files.encryption_migration import encrypt_files
from edge.key_files.data_key_file import read_other_key
from edge.key_files.unlocking import sealed_for_hq, unlock_databases
from edge.platform.clock import now


@click.command()
@click.argument("target", metavar="PATH", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite a file that is no backup.")
@config_option
def backup(target: Path, force: bool, path: Path) -> None:
    """Copy what only this store knows (store.db) to PATH, a file or a folder; the box may go on working."""
    config = read_config(path)
    found = unlock_databases(config, os.environ.get(CREDENTIALS_DIRECTORY_VARIABLE), make=False)
    sealed = sealed_for_hq(config, found.key) if found else None
    place = back_up(Path(config.store.data), config.store.id, target, now(), sealed=sealed, force=force)
    if sealed and not sealed.recovery:
        click.echo(
            "noren: [hq] has no recovery_key: without this box's own data key nobody can read the backup. "
            "Ask HQ for the line (`noren hq data-key`).",
            err=True,
        )
    click.echo(f"{place} is a whole backup of store `{config.store.id}`. To put it back: noren restore {place}")


@click.command("restore")
@click.argument("source", metavar="PATH", type=click.Path(path_type=Path))
@click.option(
    "--key", "given", type=click.Path(path_type=Path), help="The data key of the box that made it, as HQ has given it."
)
@config_option
def restore(source: Path, given: Path | None, path: Path) -> None:
    """Put a backup made by `noren backup` in the place of store.db; the processes must not run."""
    config = read_config(path)
    key = read_other_key(given) if given else None
    folder = Path(config.store.data)
    folder.mkdir(parents=True, exist_ok=True)
    unlock_databases(config, os.environ.get(CREDENTIALS_DIRECTORY_VARIABLE), make=True)
    encrypt_files(folder)
    place = restore_backup(folder, config.store.id, source, now(), key)
    kept = f"What was there before is {place}. " if place else ""
    click.echo(f"{source} is in its place. {kept}HQ will get what it does not have yet. Start the box as usual.")
