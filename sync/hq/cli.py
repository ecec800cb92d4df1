"""`noren hq`: headquarters' own commands, errors in plain words."""

import sys
from pathlib import Path
from typing import Any

import click

from sync.broker import Broker, places, read_secret
from sync.hq import founding
from sync.hq import serve as serving
from sync.hq.cli_keys import keys
from sync.hq.cli_look import events, show_fleet, show_report
from sync.hq.cli_options import broker_option, folder_option, plainly
from sync.hq.cli_push import push, template
from sync.hq.cli_rollout import rollout
from sync.hq.cli_stores import stores
from sync.hq.cli_tasks import aside, conflicts, restored, tell
from sync.hq.filling import CHAIN, PLAY, PLAYED, fill


@click.group()
def hq() -> None:
    """Headquarters: keep what the stores tell, send them what they need to know."""


@hq.command()
@folder_option
@broker_option
@click.option("--chain", default="noren", show_default=True, help="The chain's id, as in [store] of each noren.toml.")
def init(folder: Path, broker: str, chain: str) -> None:
    """Make a headquarters: its database and its signing key."""
    with plainly():
        places(broker)
        founding.found(folder, chain, broker)
    click.echo(f"headquarters of chain `{chain}` in {folder}")


@hq.command()
@folder_option
@broker_option
def sample(folder: Path, broker: str) -> None:
    """Make the headquarters of the sample chain: three stores, and all that they hear."""
    places(broker)
    with plainly():
        put = fill(folder, broker)
    if put:
        click.echo(f"chain `{CHAIN}`: {put} rows in {folder}; what to scan at {PLAYED} is in {folder / PLAY}")
    else:
        click.echo(f"{folder} is filled already; nothing was changed")


@hq.command()
@folder_option
@click.option("--broker", help="mqtt://host:port or mqtts://host:port; the one given to `init` if not given.")
@click.option("--username", help="The name HQ has at the broker.")
@click.option("--password-file", help="File with HQ's password at the broker, one line.")
@click.option("--ca-file", help="Certificate authorities to trust, PEM; the system's own if not given.")
@click.option("--cert-file", help="HQ's client certificate, PEM.")
@click.option("--key-file", help="The key of HQ's client certificate, PEM.")
@click.option("--shared", is_flag=True, help="Share the work with other workers over the same database ($share).")
@click.option("--protocol", type=click.Choice(["5", "3.1.1"]), default="5", show_default=True, help="MQTT's version.")
def serve(folder: Path, broker: str | None, password_file: str | None, shared: bool, **about: Any) -> None:
    """Keep what the stores tell, and publish what changes, until stopped."""
    with plainly(), founding.opened(folder) as db:
        here = founding.founded(db)
    if here is None:
        raise click.ClickException(f"{folder}: not founded. Run `noren hq init --dir {folder}` first.")
    where, tls = places(broker or here.broker)
    line = Broker(places=where, tls=tls, password=read_secret("password_file", password_file), **about)
    sys.exit(serving.serve(folder, line, shared=shared))


LOOK = (events, show_fleet, show_report)
for command in (*LOOK, aside, conflicts, keys, push, restored, rollout, stores, tell, template):
    hq.add_command(command)
