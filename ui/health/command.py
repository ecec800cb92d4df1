"""`noren doctor`: every health check, run beside the processes or without them."""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import click
import msgspec
from sqlite_utils import Database

from edge.box_identity import read_box
from edge.check import CREDENTIALS_DIRECTORY_VARIABLE
from edge.config.command_option import config_option
from edge.config.loader import read_config
from edge.config.toml_schema import BadConfig, Config
from edge.db_files.inspection import header_fault
from edge.key_files.data_key_file import WrongKey
from edge.key_files.unlocking import unlock_databases
from edge.platform.clock import now
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import Damaged, KeyMissing, connect
from edge.store_context import StoreContext
from ui.health.bundle import write_bundle
from ui.health.check import run_checks
from ui.health.context import CheckContext
from ui.health.registry import CHECKS
from ui.health.report import HealthReport, to_json, to_text
from ui.i18n import LANGUAGES, Locale, Locales


class _NoBox(Exception):
    """The databases are there and know no box yet."""


@click.command()
@config_option
@click.option("--json", "as_json", is_flag=True, help="Print JSON (docs/health.md).")
@click.option("--lang", type=click.Choice(list(LANGUAGES)), help="Language; without it, that of LANG.")
@click.option(
    "--bundle",
    type=click.Path(path_type=Path),
    help="Write what support needs to FILE.tar.gz instead: no names, codes, PINs or secrets are in it.",
)
def doctor(path: Path, lang: str | None, bundle: Path | None, *, as_json: bool) -> None:
    """Look at everything of this box, and say what is wrong, why it matters, and what to do.

    The exit code is 0 if nothing is wrong, 1 if something is to be looked at, 2 if something is to be done now.
    """
    with open_context(path) as context:
        report = run_all_checks(context)
        voice = Locales(context.zone)[lang or _language()]
        if bundle:
            told = _bundled(bundle, context, report, voice)
        else:
            told = as_text(to_json(report, voice)) if as_json else to_text(report, voice)
    click.echo(told)
    sys.exit(report.exit_code)


def _bundled(bundle: Path, context: CheckContext, report: HealthReport, voice: Locale) -> str:
    try:
        names = write_bundle(bundle, context, report, voice)
    except FileExistsError:
        raise click.ClickException(f"{bundle} is there already: name another file") from None
    return voice.plain("health.bundle", file=bundle, names=", ".join(names))


def as_text(value: object) -> str:
    """JSON, indented."""
    return msgspec.json.format(msgspec.json.encode(value)).decode()


def run_all_checks(context: CheckContext) -> HealthReport:
    """Run all checks."""
    return HealthReport(
        moment=context.moment, store=context.store, box=context.box, findings=run_checks(CHECKS, context)
    )


@contextmanager
def open_context(path: Path) -> Iterator[CheckContext]:
    """The box behind a noren.toml, as far as it can be opened. Nothing is made or repaired."""
    with ExitStack() as closing:
        config, shop, unopened, locked = _config(path), None, "", False
        if config:
            try:
                shop = _open(config, closing)
            except (BadConfig, WrongKey, KeyMissing, OSError, sqlite3.Error, _NoBox) as error:
                unopened, locked = str(error), isinstance(error, WrongKey | KeyMissing)
        yield CheckContext(moment=now(), config=config, shop=shop, unopened=unopened, locked=locked, path=path)


def _config(path: Path) -> Config | None:
    try:
        return read_config(path)
    except BadConfig:  # the check `files.settings` says so
        return None


def _open(config: Config, closing: ExitStack) -> StoreContext:
    folder = Path(config.store.data)
    unlock_databases(config, os.environ.get(CREDENTIALS_DIRECTORY_VARIABLE), make=False)
    db, hq = (_open_file(folder / name, closing) for name in ("store.db", "hq.db"))
    box = read_box(db, config.store.id)
    if box is None:
        raise _NoBox("the box has not been started yet")
    return StoreContext(config, box, db, hq)


def _open_file(file: Path, closing: ExitStack) -> Database:
    """Read only, and not at all if it is no database: SQLite would delete the log beside an empty file."""
    if why := header_fault(file):
        raise Damaged(file, None, why)
    db = Database(connect(file, mode="ro"))
    closing.callback(db.close)
    return db


def _language() -> str:
    asked = os.environ.get("LC_ALL") or os.environ.get("LANG", "")
    return next((one for one in LANGUAGES if asked.startswith(one)), "en")
