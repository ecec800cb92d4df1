"""`noren hq`: headquarters' own commands, errors in plain words."""

import sys
from pathlib import Path
from typing import Any

import click

from edge.config.toml_schema import BadConfig, HqSection
from edge.validation.fault import Fault
from sync.hq import main as serving
from sync.hq.cli.admin import clones_group, conflicts, quarantine_group, restored, tell
from sync.hq.cli.data_key import data_key
from sync.hq.cli.fleet_and_facts import events, show_fleet, show_report
from sync.hq.cli.keys import keys
from sync.hq.cli.options import broker_option, folder_option, plain_errors
from sync.hq.cli.orders import order, returns
from sync.hq.cli.push import push, template
from sync.hq.cli.refused import show_refused
from sync.hq.cli.rollout import rollout
from sync.hq.cli.sample_files import sample_files
from sync.hq.cli.sign import sign
from sync.hq.cli.stores import stores
from sync.hq.enrolment import founding
from sync.hq.enrolment.keys import read_hq_key
from sync.hq.seed import PLAY_FILE, PLAY_STORE, chain_id, create_sample_hq, restamp_stock
from sync.transport.broker import parse_broker_url, read_broker


@click.group()
def hq() -> None:
    """Headquarters: keep the facts of the stores, send them the feeds."""


@hq.command()
@folder_option
@broker_option
@click.option("--chain", default="noren", show_default=True, help="The chain's id, as in [store] of each noren.toml.")
def init(folder: Path, broker: str, chain: str) -> None:
    """Make a headquarters: its database and its signing key."""
    with plain_errors():
        parse_broker_url(broker)
        founding.found_headquarters(folder, chain, broker)
    click.echo(f"headquarters of chain `{chain}` in {folder}")


@hq.command()
@folder_option
@broker_option
@click.option("--count", is_flag=True, help="Tell its stock again, as a stock system does every some minutes.")
def sample(folder: Path, broker: str, *, count: bool) -> None:
    """Make the headquarters of the sample chain: three stores, and all their feeds."""
    if count:
        with plain_errors():
            click.echo(f"{restamp_stock(folder)} stock counts sent again")
        return
    with plain_errors():
        parse_broker_url(broker)
        put = create_sample_hq(folder, broker)
    if put:
        click.echo(
            f"chain `{chain_id()}`: {put} rows in {folder}; what to scan at {PLAY_STORE} is in {folder / PLAY_FILE}"
        )
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
    """Keep the facts of the stores, and publish changes, until stopped."""
    with plain_errors(), founding.open_headquarters(folder) as db:
        here = founding.read_founded(db)
        read_hq_key(folder)
    if here is None:
        raise click.ClickException(f"{folder}: not founded. Run `noren hq init --dir {folder}` first.")
    section = HqSection(broker=broker or here.broker, keys={}, password_file=password_file, **about)
    try:
        line = read_broker(section)
    except BadConfig as bad:  # the same checks as a store's; here its keys are options
        raise BadConfig(*(Fault(_option(fault.path), fault.what) for fault in bad.faults)) from None
    sys.exit(serving.serve(folder, line, shared=shared))


def _option(key: str) -> str:
    """`hq.ca_file` as it is given here: `--ca-file`."""
    return f"--{key.removeprefix('hq.').replace('_', '-')}"


READING_COMMANDS = (events, show_fleet, show_refused, show_report)
for command in (
    *READING_COMMANDS,
    quarantine_group,
    clones_group,
    conflicts,
    data_key,
    keys,
    order,
    push,
    restored,
    returns,
    rollout,
    sample_files,
    sign,
    stores,
    tell,
    template,
):
    hq.add_command(command)
