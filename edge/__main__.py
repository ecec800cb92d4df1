"""The `noren` command: it reads the settings, picks the process, and speaks plainly when something is wrong."""

import importlib
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import click

from edge.check import CREDENTIALS_DIRECTORY_VARIABLE, all_config_faults, load_checked_config
from edge.config.command_option import config_option
from edge.config.reference import reference_page
from edge.config.toml_schema import BadConfig, Config
from edge.db_files.backup import CannotBackUp
from edge.db_files.encryption_migration import DISK_FULL_ERRNOS
from edge.db_files.file_lock import InUse, shared_lock
from edge.db_files.inspection import READ_BUDGET_S, RESTART_READ_BUDGET_S
from edge.db_files.startup import prepare_databases
from edge.disk import reserve
from edge.key_files.data_key_file import WrongKey
from edge.key_files.own_secrets import report_unsealed_files
from edge.key_files.unlocking import (
    log_key_protection,
    log_key_recovery,
    unlock_databases,
)
from edge.platform import migration
from edge.platform.database import NewerDatabase, NoRoom
from edge.platform.os_errors import EX_CONFIG, explain_error
from edge.platform.process import EX_UNREADABLE, set_up_logging
from edge.platform.sqlite_file import Damaged, KeyMissing, request_repair
from edge.platform.version import version

EX_TEMPFAIL = 75  # sysexits(3): not now; nothing was done

# By name, and loaded only when asked for: a process holds no library it does not use, and edge stays below the floors above.
PROCESS_MODULES = {
    "web": "ui.server",
    "bridge": "firmware_bridge.main",
    "print": "firmware_bridge.printing.main",
    "sync": "sync.main",
}
COMMANDS = {
    "backup": "edge.backup_commands:backup",
    "data-key": "edge.data_key_command:data_key",
    "hq": "sync.hq.cli.main:hq",
    "demo": "edge.demo.command:demo",
    "doctor": "ui.health.command:doctor",
    "restore": "edge.backup_commands:restore",
    "seal-keys": "edge.seal_keys:seal_keys",
    "verify": "sync.update.verify:verify",
}


class LazyGroup(click.Group):
    """A group that loads the commands of other files when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *COMMANDS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = COMMANDS[cmd_name].partition(":")
        return cast(click.Command, getattr(importlib.import_module(module), name))


def _load(module: str) -> Callable[..., int]:
    return cast(Callable[..., int], importlib.import_module(module).main)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version(), message="%(version)s")
def noren() -> None:
    """Noren: the box in each store that joins what customers do online with what they do on the shop floor."""


@noren.command()
@config_option
def migrate(path: Path) -> None:
    """Make the databases, bring them up to this version, and repair what is damaged."""
    config = load_checked_config(path)
    data = Path(config.store.data)
    try:
        if data.is_dir():
            reserve.release_start_reserve(data)  # the key may have to be written, too
        found = unlock_databases(config, os.environ.get(CREDENTIALS_DIRECTORY_VARIABLE), make=True)
        log_key_protection(found)
        log_key_recovery(config)
        report_unsealed_files(config, handed=found is not None and found.handed)
        prepare_databases(config, within=READ_BUDGET_S)
        migration.migrate(data)
    except (OSError, BadConfig) as error:
        cause = error.__cause__ if isinstance(error, BadConfig) else error
        if isinstance(cause, OSError) and cause.errno in DISK_FULL_ERRNOS:
            raise NoRoom(f"{data}: the disk is full, a start needs some room. Make some, and start again.") from error
        if isinstance(error, BadConfig):
            raise
        raise BadConfig(f"{path}: store.data: {data} cannot be made or written: {error.strerror}") from error


@noren.command()
@config_option
def check(path: Path) -> None:
    """Look whether the settings can be lived with, and name everything in them that is wrong."""
    found = all_config_faults(path)
    for one in found:
        if one.sealed:
            click.echo(one)
    if wrong := [one for one in found if not one.sealed]:
        raise BadConfig(*wrong)
    click.echo(f"{path}: nothing is wrong")


@noren.command("reference")
def print_reference() -> None:
    """Print the reference of noren.toml: every key, the value it takes, its meaning."""
    click.echo(reference_page().encode(), nl=False)  # bytes: a file is UTF-8, whatever this terminal shows


@noren.command()
@click.argument("process", type=click.Choice(sorted(PROCESS_MODULES)))
@click.option("--wanted", is_flag=True, help="Only say by the exit code whether there is anything to do: 0 or 1.")
@config_option
def run(process: str, wanted: bool, path: Path) -> None:
    """Run one of the box's processes; there is something to print on only if noren.toml has printers."""
    if wanted:
        sys.exit(process == "print" and not load_checked_config(path, process).printers)
    config = _ready(path, process)
    os.chdir("/")  # the folder it was started in may be removed, or closed to this user
    with shared_lock(Path(config.store.data)):
        sys.exit(_load(PROCESS_MODULES[process])(config))


@noren.command()
@click.option("--wanted", is_flag=True, help="Only say by the exit code whether there is anything to do: 0 or 1.")
@config_option
def front(path: Path, wanted: bool) -> None:
    """Run HAProxy between the shop's network and the pages, with Noren's settings and the box's certificate."""
    config = load_checked_config(path, "web")
    if wanted:
        sys.exit(config.web.lan is None)
    _load("ui.front.haproxy")(config)


def _ready(path: Path, process: str) -> Config:
    config = load_checked_config(path, process)
    folder = Path(config.store.data)
    unlock_databases(config, os.environ.get(CREDENTIALS_DIRECTORY_VARIABLE), make=False)
    prepare_databases(config, within=RESTART_READ_BUDGET_S)
    if not (folder / "store.db").exists():
        raise BadConfig(f"{folder / 'store.db'}: no such database. Run `noren migrate --config {path}` first.")
    migration.check_versions(folder)
    return config


@noren.command("virtual-scanner")
@click.option("--link", type=click.Path(path_type=Path), required=True, help="The path of the scanner's device.")
@click.option(
    "--control", type=click.Path(path_type=Path), required=True, help="The socket that tells it what to read."
)
def virtual_scanner(link: Path, control: Path) -> None:
    """A serial scanner without hardware: a pty that reads the codes it is given, and fails as real scanners do."""
    sys.exit(_load("firmware_bridge.devices.virtual_serial")(link, control))


def main(argv: list[str] | None = None) -> Any:
    """The command line; what is wrong with settings or the machine is plain sentences and an exit code of sysexits(3)."""
    set_up_logging()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that is not UTF-8 shows an escape, not a traceback
            stream.reconfigure(errors="backslashreplace")
    try:
        return noren.main(argv, prog_name="noren")
    except BadConfig as error:
        for fault in error.faults:
            click.echo(f"noren: {fault}", err=True)
        sys.exit(EX_CONFIG)
    except (NewerDatabase, WrongKey, KeyMissing) as error:
        click.echo(f"noren: {error}", err=True)
        sys.exit(EX_CONFIG)
    except Damaged as error:
        request_repair(error)
        click.echo(f"noren: {error}. It is repaired at the next start.", err=True)
        sys.exit(EX_UNREADABLE)
    except (InUse, NoRoom, CannotBackUp) as error:
        click.echo(f"noren: {error}", err=True)
        sys.exit(EX_TEMPFAIL)
    except Exception as error:
        told = explain_error(error)
        if told is None:
            raise
        sentence, code = told
        click.echo(f"noren: {sentence}", err=True)
        sys.exit(code)


if __name__ == "__main__":
    main()
