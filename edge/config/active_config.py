"""The settings in force: noren.toml, and over it HQ's last config that is kept, or the one on trial."""

from dataclasses import dataclass

from sqlite_utils import Database

from edge.codes.code_rules import CodeRules
from edge.config.document import BadConfigDocument, apply_document, read_document
from edge.config.policy import Policy
from edge.config.toml_schema import Config
from edge.platform.database import first_row

MAX_CONFIGS_READ = 4  # configs that are read at most: one on trial, and good ones before it
NO_CONFIG = 0  # the number of noren.toml alone, with a policy's defaults

# A config that is kept, or on trial; but a process that started during a trial never uses that config.
IN_FORCE_SQL = "stage in ('kept', 'trial') and (stage = 'kept' or number <> ?)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings that are in force; `number` is that of a row of `configs`."""

    number: int
    epoch: str
    version: int
    config: Config
    policy: Policy

    @property
    def stamp(self) -> str:
        """A text that differs whenever the settings may: a page that was built with other settings loads itself anew."""
        return f"{self.epoch}-{self.version}" if self.number else "0"


def number_on_trial(db: Database) -> int:
    """The number of the config on trial; 0 if there is none.

    A process asks when it starts and never uses that config: if the trial made it restart, the trial would do so again.
    """
    row = first_row(db, "select number from configs where stage = 'trial'")
    return int(row[0]) if row else 0


def number_in_force(db: Database, past: int) -> int:
    """The number of the newest config in force for a process that started during the trial of `past` (NO_CONFIG: no trial).

    It costs some microseconds.
    """
    row = first_row(db, f"select max(number) from configs where {IN_FORCE_SQL}", (past,))
    return int(row[0] or NO_CONFIG) if row else NO_CONFIG


def settings_in_force(db: Database, ground: Config, past: int) -> Settings:
    """The settings to use, for a process that started during the trial of `past` (0: no trial).

    This version may be unable to read a config that another version kept, or the config may no longer fit an edited
    noren.toml: then the config before it is used, and at last noren.toml alone.
    """
    found = db.conn.execute(
        f"select number, epoch, version, body from configs where {IN_FORCE_SQL} order by number desc limit ?",
        (past, MAX_CONFIGS_READ),
    ).fetchall()
    for row in found:
        try:
            return read_settings(ground, *row)
        except BadConfigDocument:
            continue
    return Settings(number=NO_CONFIG, epoch="", version=0, config=ground, policy=Policy())


def code_rules(db: Database) -> CodeRules:
    """How codes are read here now; the rules of a chain without any rules if HQ has sent none that can be read."""
    row = first_row(db, "select body from configs where number = ?", (number_in_force(db, NO_CONFIG),))
    try:
        return read_document(row[0]).policy.codes if row else CodeRules()
    except BadConfigDocument:
        return CodeRules()


def last_good_settings(db: Database, ground: Config) -> Settings:
    """The last good settings: those that a process would use if it started now."""
    return settings_in_force(db, ground, number_on_trial(db))


def read_settings(ground: Config, number: int, epoch: str, version: int, body: str) -> Settings:
    """The settings that a row of `configs` gives. Raises BadConfigDocument."""
    document = read_document(body)
    config = apply_document(ground, document)
    return Settings(number=number, epoch=epoch, version=version, config=config, policy=document.policy)
