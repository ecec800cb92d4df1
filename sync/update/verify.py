"""`noren verify`: whether an update package is whole, and HQ's, by the keys that this box trusts now. It installs nothing."""

import os
import sys
from pathlib import Path
from typing import NoReturn

import click

from edge.check import CREDENTIALS_DIRECTORY_VARIABLE
from edge.config.command_option import config_option
from edge.config.loader import read_config
from edge.key_files.unlocking import unlock_databases
from edge.platform.version import version
from sync.trust import trusted_keys
from sync.update import package, seal
from sync.update.package import BadPackage
from sync.update.seal import UnsignedPackage

EXIT_REFUSED = 65  # exit code; EX_DATAERR (sysexits.h)
EXIT_OLDER = 3  # exit code: it is HQ's and whole, and older than what runs here


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@config_option
def verify(file: Path, path: Path) -> None:
    """Check an update package FILE, with HQ's signature beside it in FILE.sig, before anybody installs it.

    Exit code 0: it is whole and HQ's. 3: it is, and older than what runs here. 65: it is not.
    """
    config = read_config(path)
    unlock_databases(config, os.environ.get(CREDENTIALS_DIRECTORY_VARIABLE), make=False)
    if not seal.seal_path(file).exists():
        _refuse(file, f"HQ's signature for it is missing: expected {seal.seal_path(file)}")
    try:
        said = seal.read_seal(seal.seal_path(file))
        keys, revoked = trusted_keys.read_remembered_keys(
            trusted_keys.enrolled_keys(config.hq), Path(config.store.data)
        )
        seal.check_seal(
            said, package.package_digest(file), config.store.chain, keys, revoked
        )  # before anything in it is looked at
        found = package.read_package(file)
        if (found.version, found.digest) != (said.version, said.sha256):
            raise UnsignedPackage(f"HQ's signature is for version {said.version}, and this is {found.version}")
        is_older = package.version_order(found.version) < package.version_order(version())
    except (BadPackage, UnsignedPackage) as why:
        _refuse(file, str(why))
    click.echo(
        f"{file}: Noren {found.version} for chain `{said.chain}`, {found.files} files, signed with HQ's key {said.key}"
    )
    if is_older:
        click.echo(f"noren: it is older than what runs here ({version()})", err=True)
        sys.exit(EXIT_OLDER)


def _refuse(file: Path, why: str) -> NoReturn:
    click.echo(f"noren: {file} is refused: {why}", err=True)
    sys.exit(EXIT_REFUSED)
