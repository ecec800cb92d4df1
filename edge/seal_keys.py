"""`noren seal-keys`: seals the box's own secrets at headquarters in their files, or writes them back in the clear."""

import os
from pathlib import Path

import click

from edge.check import CREDENTIALS_DIRECTORY_VARIABLE
from edge.config.command_option import config_option
from edge.config.loader import read_config
from edge.key_files.data_key_file import WrongKey
from edge.key_files.own_secrets import delete_unsealed_note, secret_files
from edge.key_files.secret_sealing import open_keys
from edge.key_files.secret_sealing import seal_keys as seal
from edge.key_files.unlocking import log_key_protection, unlock_databases


@click.command("seal-keys")
@click.option("--open", "to_open", is_flag=True, help="Put them back in the clear, for a move to another box.")
@config_option
def seal_keys(to_open: bool, path: Path) -> None:
    """Seal the box's own secrets at headquarters (signing key, password, TLS key) with its data key, in their files."""
    config = read_config(path)
    found = unlock_databases(config, os.environ.get(CREDENTIALS_DIRECTORY_VARIABLE), make=False)
    if found is None:
        raise WrongKey(
            "This box has no data key yet: systemd/README.md, step 5, or the first `noren migrate` makes one."
        )
    log_key_protection(found)
    changed = (open_keys if to_open else seal)(config, found.key)
    if not to_open:
        delete_unsealed_note(config)
    state = "in the clear" if to_open else f"sealed with the data key {found.key.id}"
    for file in secret_files(config).values():
        click.echo(f"{file} {'is now' if file in changed else 'was already'} {state}")
