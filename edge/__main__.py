"""The `noren` command: it reads the settings, picks the process, and speaks plainly when something is wrong."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import click

from edge import schema
from edge.config import BadConfig, Config, read_config
from edge.service import set_up_logging
from edge.store import NewerDatabase

EX_CONFIG = 78  # sysexits(3): the settings are wrong; systemd units do not restart on it

# The floors above, by name and loaded only when asked for: a process holds no library it does not use, and edge stays below.
PROCESSES = {"web": "ui.server", "bridge": "firmware_bridge.bridge", "sync": "sync.courier"}
GROUPS = {"hq": "sync.hq.cli:hq", "demo": "edge.demo.command:demo"}


class Lazy(click.Group):
    """A group that loads the commands of other floors when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted([*super().list_commands(ctx), *GROUPS])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in GROUPS:
            return super().get_command(ctx, cmd_name)
        module, _, name = GROUPS[cmd_name].partition(":")
        return cast(click.Command, getattr(importlib.import_module(module), name))


def _load(module: str) -> Callable[..., int]:
    return cast(Callable[..., int], importlib.import_module(module).main)


settings = click.option(
    "--config",
    "path",
    type=click.Path(path_type=Path),
    default=Path("/etc/noren/noren.toml"),
    show_default=True,
    help="The box's settings.",
)


@click.group(cls=Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="noren", message="%(version)s")
def noren() -> None:
    """Noren: the box in each store that joins what customers do online with what they do on the shop floor."""


@noren.command()
@settings
def migrate(path: Path) -> None:
    """Make the databases, or bring them up to this version."""
    config = read_config(path)
    schema.migrate(Path(config.store.data))


@noren.command()
@click.argument("process", type=click.Choice(sorted(PROCESSES)))
@settings
def run(process: str, path: Path) -> None:
    """Run one of the box's three processes."""
    config = _ready(path)
    sys.exit(_load(PROCESSES[process])(config))


def _ready(path: Path) -> Config:
    config = read_config(path)
    folder = Path(config.store.data)
    for name in ("store.db", "hq.db"):
        if not (folder / name).exists():
            raise BadConfig(f"{folder / name}: no such database. Run `noren migrate --config {path}` first.")
    schema.check(folder)
    return config


@noren.command("virtual-scanner")
@click.option("--link", type=click.Path(path_type=Path), required=True, help="Where the scanner's device shall appear.")
@click.option(
    "--control", type=click.Path(path_type=Path), required=True, help="The socket that tells it what to read."
)
def virtual_scanner(link: Path, control: Path) -> None:
    """A serial scanner without hardware: a pty that reads what it is told, and fails as real ones do."""
    sys.exit(_load("firmware_bridge.virtual")(link, control))


def main(argv: list[str] | None = None) -> Any:
    """The command line; a wrong setting is one plain sentence and exit code 78."""
    set_up_logging()
    try:
        return noren.main(argv, prog_name="noren")
    except (BadConfig, NewerDatabase) as error:
        click.echo(f"noren: {error}", err=True)
        sys.exit(EX_CONFIG)


if __name__ == "__main__":
    main()
