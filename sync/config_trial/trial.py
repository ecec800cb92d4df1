"""Takes a config of HQ through its stages, in store.db: each step is one commit, and a fact to HQ."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Raw
from sqlite_utils import Database

from edge.config import active_config
from edge.config.active_config import Settings
from edge.config.document import BadConfigDocument, unknown_keys
from edge.config.overrides import moved_devices
from edge.config.toml_schema import Config
from edge.facts.config_stages import (
    ConfigKept,
    ConfigReceived,
    ConfigRefused,
    ConfigRolledBack,
    ConfigStage,
    ConfigTrial,
    ConfigValidated,
)
from edge.platform.clock import Now
from edge.platform.database import first_row, rows, synchronous, writing
from sync.config_trial import states, validation
from sync.config_trial.states import TRANSITIONS, TRIAL_DEADLINE_S, Stage, Transition, TrialVerdict, TriedConfig
from sync.feeds.versions import FeedPosition
from sync.protocol.ed25519_keys import PublicKeys
from sync.sync_log import append_note
from sync.trust import trusted_keys

log = logging.getLogger(__name__)

CONFIGS_KEPT = 50  # configs that are kept at least; HQ asks for the latest ones only
MAX_KEYS_NAMED = 20  # unknown keys that are named to HQ
MIN_CONFIGS_KEPT = 3  # of the kept ones at least so many stay: an older Noren may need one that it can read


@dataclass(frozen=True, slots=True, kw_only=True)
class TrialInputs:
    """The inputs of a trial: settings before and after, devices lost before it, HQ's keys, and the time."""

    before: Settings
    after: Settings
    lost: frozenset[str]
    keys: PublicKeys
    moment: datetime  # the best time that is known


class TrialCheck(Protocol):
    """The self-check of a trial (sync/config_trial/probe.py); nothing here ever waits for it."""

    def begin(self, trial: TrialInputs) -> None: ...

    def verdict(self) -> TrialVerdict | None:
        """None until it is known."""

    def end(self) -> None: ...


@dataclass(slots=True)
class ConfigTrials:
    """The configs of a store; `enrolled` are HQ's keys in noren.toml."""

    db: Database
    mirror: Database
    ground: Config
    enrolled: PublicKeys
    check: TrialCheck
    _open: TriedConfig | None = None
    _asked: float | None = None  # monotonic seconds since which the bridge is asked for devices
    _seen: tuple[str, int] = field(default=("", 0))

    def end_unfinished(self, now: Now) -> None:
        """At the start: a trial without a verdict is over, and the last good config is in force.

        The first round repeats it, if it has not been tried too often (states.MAX_TRIALS).
        """
        self._open = states.open_entry(self._entries())
        self.abandon("sync was started anew during the trial", now)

    def abandon(self, why: str, now: Now) -> None:
        """At the end, too: the trial gets no verdict."""
        if self._open and self._open.stage is Stage.TRIAL:
            self._turn(Transition.INTERRUPT, now, why)

    def advance(self, stand: FeedPosition | None, moment: datetime, at: float, now: Now) -> bool:
        """Take the config of the replica (None until it is complete) and do the next step; returns whether a stage changed.

        `at`: monotonic seconds.
        """
        moved = False
        if stand and stand.epoch and (stand.epoch, stand.version) != self._seen:
            moved = self._hear(stand, now)
            self._seen = (stand.epoch, stand.version)
        match self._open:
            case TriedConfig(stage=Stage.RECEIVED) as entry:
                return self._validate(entry, at, now) or moved
            case TriedConfig(stage=Stage.VALIDATED) as entry:
                return self._try(entry, moment, now)
            case TriedConfig(stage=Stage.TRIAL):
                return self._judge(now) or moved
            case _:
                return moved

    def _hear(self, stand: FeedPosition, now: Now) -> bool:
        attempt = states.next_attempt(self._entries(), stand.epoch, stand.version)
        if not attempt:
            return False
        if self._open:
            self._turn(Transition.SUPERSEDE, now, f"superseded by version {stand.version}")
        with _on_the_card(self.db):
            values = (stand.epoch, stand.version, attempt, self._document(), Stage.RECEIVED, now.text)
            self.db.conn.execute(
                "insert into configs (epoch, version, attempt, body, stage, since) values (?, ?, ?, ?, ?, ?)", values
            )
            _forget(self.db)
            append_note(self.db, ConfigReceived(version=stand.version, epoch=stand.epoch), now)
        self._open, self._asked = states.open_entry(self._entries()), None
        return True

    def _document(self) -> str:
        """All rows at this version, also those set aside: the next step validates them."""
        good = self.mirror.conn.execute("select key, body from config where body is not null").fetchall()
        aside = self.mirror.conn.execute("select key, body from set_aside where feed = 'config'").fetchall()
        return msgspec.json.encode({key: Raw(body.encode()) for key, body in good + aside}).decode()

    def _validate(self, entry: TriedConfig, at: float, now: Now) -> bool:
        before = active_config.last_good_settings(self.db, self.ground)
        try:
            after = self._settings(entry)
            if moved_devices(before.config.devices, after.config.devices):
                gone = self._not_found(entry, at)
                if gone is None:
                    return False
                if bad := validation.missing_devices(before, after, gone):
                    raise bad
        except BadConfigDocument as bad:
            self._turn(Transition.UNFIT, now, bad.reason, bad.path)
        else:
            self._turn(Transition.FIT, now)
        return True

    def _settings(self, entry: TriedConfig) -> Settings:
        row = first_row(self.db, "select body from configs where number = ?", (entry.number,))
        assert row is not None
        try:
            return validation.validate_config(self.ground, entry.number, entry.epoch, entry.version, row[0])
        except BadConfigDocument:
            raise
        except Exception as error:  # a config that crashes sync would be read again at every start
            log.exception("the trial of config version %d failed by an error of its own", entry.version)
            raise BadConfigDocument("config", f"it trips a bug of this version of Noren: {error!r}") from error

    def _not_found(self, entry: TriedConfig, at: float) -> list[str] | None:
        """The devices that the bridge did not find where the config says; None until it has looked."""
        row = first_row(self.db, "select looked, missing from bridge")
        if row and row[0] >= entry.number:
            return msgspec.json.decode(row[1], type=list[str])
        self._asked = at if self._asked is None else self._asked
        if at - self._asked > TRIAL_DEADLINE_S:
            raise BadConfigDocument("box.devices", "the bridge did not say whether they are there: does it run?")
        return None

    def _try(self, entry: TriedConfig, moment: datetime, now: Now) -> bool:
        try:
            after = self._settings(entry)
        except BadConfigDocument as bad:
            self._turn(Transition.UNFIT, now, bad.reason, bad.path)
            return True
        trial = TrialInputs(
            before=active_config.last_good_settings(self.db, self.ground),
            after=after,
            lost=frozenset(row["device"] for row in rows(self.db, "select device from devices where state = 'lost'")),
            keys=trusted_keys.read_trusted_keys(self.enrolled, self.db),
            moment=moment,
        )
        self._turn(Transition.TRY, now)
        self.check.begin(trial)
        return True

    def _judge(self, now: Now) -> bool:
        match self.check.verdict():
            case None:
                return False
            case TrialVerdict(why=states.PASSED_REASON):
                self._turn(Transition.PASS, now)
            case TrialVerdict(why=why, again=True):
                self._turn(Transition.INTERRUPT, now, why)
                self._seen = ("", 0)  # the config in the replica is read again
            case TrialVerdict(why=why):
                self._turn(Transition.FAIL, now, why)
        return True

    def _turn(self, turn: Transition, now: Now, reason: str = "", path: str = "") -> None:
        """One commit: the config's new stage, and the fact about it for HQ."""
        entry = self._open
        assert entry is not None
        stage = TRANSITIONS[entry.stage, turn]
        if entry.stage is Stage.TRIAL:
            self.check.end()
        fact = self._fact(entry, stage, reason, path)
        with _on_the_card(self.db):
            self.db.conn.execute(
                "update configs set stage = ?, since = ?, reason = ?, path = ?, interrupted = ? where number = ?",
                (stage, now.text, reason, path, turn is Transition.INTERRUPT, entry.number),
            )
            append_note(self.db, fact, now)
        log.info("config version %d is %s%s", entry.version, stage, f": {path} {reason}".rstrip() if reason else "")
        self._open = replace(entry, stage=stage) if stage in states.OPEN_STAGES else None

    def _fact(self, entry: TriedConfig, stage: Stage, reason: str, path: str) -> ConfigStage:
        version, epoch = entry.version, entry.epoch
        match stage:
            case Stage.VALIDATED:
                return ConfigValidated(version=version, epoch=epoch)
            case Stage.REFUSED:
                return ConfigRefused(version=version, epoch=epoch, reason=reason, path=path)
            case Stage.TRIAL:
                return ConfigTrial(version=version, epoch=epoch)
            case Stage.KEPT:
                return ConfigKept(version=version, epoch=epoch, not_used=tuple(self._not_used(entry)))
            case Stage.ROLLED_BACK:
                return ConfigRolledBack(version=version, epoch=epoch, reason=reason)
            case Stage.RECEIVED:
                return ConfigReceived(version=version, epoch=epoch)

    def _not_used(self, entry: TriedConfig) -> list[str]:
        row = first_row(self.db, "select body from configs where number = ?", (entry.number,))
        return unknown_keys(row[0])[:MAX_KEYS_NAMED] if row else []

    def _entries(self) -> list[TriedConfig]:
        found = rows(self.db, "select number, epoch, version, stage, attempt, interrupted from configs")
        return msgspec.convert(found, list[TriedConfig], strict=False)  # SQLite's booleans are numbers


@contextmanager
def _on_the_card(db: Database) -> Iterator[None]:
    """A transaction that waits for the card, unlike sync's others: a trial must still be known after a power cut."""
    with synchronous(db, "full"), writing(db):
        yield


def _forget(db: Database) -> None:
    """Delete old configs; some good ones stay, however old."""
    db.conn.execute(
        """delete from configs where number <= (select max(number) from configs) - ?
           and number not in (select number from configs where stage = 'kept' order by number desc limit ?)""",
        (CONFIGS_KEPT, MIN_CONFIGS_KEPT),
    )
