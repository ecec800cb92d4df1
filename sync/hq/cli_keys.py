"""`noren hq keys`: a new signing key for HQ without a day on which stores believe nothing."""

from pathlib import Path

import click

from sync.hq import founding, rotation
from sync.hq import keys as hq_keys
from sync.hq.cli_options import folder_option, plainly


@click.group()
def keys() -> None:
    """HQ's signing keys: prepare the next one, switch to it, revoke the old one."""


@keys.command("list")
@folder_option
def list_keys(folder: Path) -> None:
    """Show the key HQ signs with and the one it will sign with next."""
    with plainly(), founding.opened(folder):
        known = hq_keys.hq_keys(folder)
    for key, what in zip(known, ("signs", "next"), strict=False):
        click.echo(f"{key.id}  {what}")


@keys.command()
@folder_option
def prepare(folder: Path) -> None:
    """Make the next key and tell it to the stores."""
    with plainly(), founding.opened(folder) as db:
        name = rotation.prepare(db, folder)
    click.echo(f"next key {name} goes down to the stores; when all have it: `noren hq keys switch`")


@keys.command()
@folder_option
def switch(folder: Path) -> None:
    """Sign with the next key, once every store knows it."""
    with plainly(), founding.opened(folder) as db:
        old = rotation.switch(db, folder)
    click.echo(f"switched: start `noren hq serve` anew, then `noren hq keys revoke {old}`")


@keys.command()
@click.argument("key")
@folder_option
def revoke(key: str, folder: Path) -> None:
    """Have the stores refuse an old key."""
    with plainly(), founding.opened(folder) as db:
        rotation.revoke(db, folder, key)
    click.echo(f"key {key} is revoked")
