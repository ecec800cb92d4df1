"""`noren data-key`: prints the key of the box's databases, or has systemd seal it."""

import os
from pathlib import Path

import click

from edge.check import CREDENTIALS_DIRECTORY_VARIABLE
from edge.config.command_option import config_option
from edge.config.loader import read_config
from edge.crypto.data_key import data_key_to_text
from edge.key_files.systemd_credential import finish_deletion, is_fully_sealed, seal_credential
from edge.key_files.unlocking import SEALED_CREDENTIAL, key_to_seal


@click.command("data-key")
@config_option
@click.option("--seal", is_flag=True, help="Have systemd seal it, and take away the file it lies in. As root.")
@click.option(
    "--at",
    "place",
    type=click.Path(path_type=Path),
    default=SEALED_CREDENTIAL,
    show_default=True,
    help="Path of the sealed key.",
)
def data_key(path: Path, seal: bool, place: Path) -> None:
    """Print the key of this box's databases: the one that is here, or a new one. Or have it sealed, so that only this
    machine can open it."""
    config, handed = read_config(path), os.environ.get(CREDENTIALS_DIRECTORY_VARIABLE)
    if not seal:
        click.echo(data_key_to_text(key_to_seal(config, handed, place)))
        return
    finish_deletion(config, place)
    if is_fully_sealed(config, place):
        click.echo(f"{place}: it is sealed, and in no file")
    else:
        gone = seal_credential(config, key_to_seal(config, handed, place), place)
        click.echo(f"{place}: sealed{f', and {gone} is gone' if gone else ''}")
