"""`noren hq keys`: a new signing key for HQ without a day on which stores believe nothing."""

from pathlib import Path

import click

from sync.hq.cli.options import folder_option, plain_errors
from sync.hq.enrolment import founding, key_rotation
from sync.hq.enrolment import keys as hq_keys


@click.group()
def keys() -> None:
    """HQ's signing keys: prepare the next one, switch to it or discard it, revoke the old one."""


@keys.command("list")
@folder_option
def list_keys(folder: Path) -> None:
    """Show the key HQ signs with, the one it will sign with next, and what an installer writes for a box."""
    with plain_errors(), founding.open_headquarters(folder):
        known = hq_keys.hq_keys(folder)
    for key, what in zip(known, ("signs", "next"), strict=False):
        click.echo(f"{key.id}  {what}")
    click.echo(f"in [hq] of a box's noren.toml: {founding.keys_line(folder)}")


@keys.command()
@folder_option
def prepare(folder: Path) -> None:
    """Make the next key and send it to the stores."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        name = key_rotation.prepare_next_key(db, folder)
    click.echo(f"next key {name} goes down to the stores; when all have it: `noren hq keys switch`")


@keys.command()
@folder_option
@click.option("--key", help="Its id, if its file is damaged and the stores know several.")
def discard(folder: Path, key: str | None) -> None:
    """Discard the next key, because it has leaked or its file is damaged: revoke it if the stores know it, make another."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        ended, name = key_rotation.discard_next_key(db, folder, key)
    click.echo(f"key {ended} is revoked" if ended else "no store has received the discarded key")
    click.echo(f"next key {name} goes down to the stores; when all have it: `noren hq keys switch`")


@keys.command()
@folder_option
@click.option("--anyway", is_flag=True, help="Do not wait for stores that are away: they follow when they come back.")
def switch(folder: Path, *, anyway: bool) -> None:
    """Sign with the next key, once every store knows it."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        old = key_rotation.switch_to_next_key(db, folder, anyway=anyway)
    click.echo(f"switched: start `noren hq serve` anew, then `noren hq keys revoke {old}`")


@keys.command()
@click.argument("key")
@folder_option
def revoke(key: str, folder: Path) -> None:
    """Have the stores refuse an old key for ever."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        key_rotation.revoke_hq_key(db, folder, key)
    click.echo(f"key {key} is revoked")
