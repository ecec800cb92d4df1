"""A config of HQ's on its way through its stages, in store.db: each turn is one commit, and a fact to HQ."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec import Raw
from sqlite_utils import Database

from edge import settings
from edge.box_settings import elsewhere
from edge.clock import Now
from edge.config import Config
from edge.document import BadDocument
from edge.settings import Settings
from edge.store import one, rows, synchronous, writing
from sync import trial_rules, trust, validation
from sync.feed_rules import Stand
from sync.notes import append_note
from sync.signing import PublicKeys
from sync.trial_rules import DEADLINE, LIFE, STAGE_FACTS, Entry, Stage, Turn, Verdict

log = logging.getLogger(__name__)

REMEMBERED = 50  # configs that are remembered at least; HQ asks the latest ones only
GOOD_ONES = 3  # of the kept ones at least so many: an older Noren may have to go back to one it can read


@dataclass(frozen=True, slots=True, kw_only=True)
class OnTrial:
    """What a trial is about: the settings before and after, the devices lost before it, and by whom and when HQ is known."""

    before: Settings
    after: Settings
    lost: frozenset[str]
    keys: PublicKeys
    moment: datetime  # as far as it is known


class Check(Protocol):
    """The self-check of a trial (sync/self_check.py); nothing here ever waits for it."""

    def begin(self, trial: OnTrial) -> None: ...

    def verdict(self) -> Verdict | None:
        """None while it is not known."""

    def end(self) -> None: ...


@dataclass(slots=True)
class Trials:
    """The configs of a store; `enrolled` are HQ's keys in noren.toml."""

    db: Database
    mirror: Database
    ground: Config
    enrolled: PublicKeys
    check: Check
    _open: Entry | None = None
    _asked: float | None = None  # monotonic seconds since which the bridge is asked for devices
    _seen: tuple[str, int] = field(default=("", 0))

    def begin(self, now: Now) -> None:
        """At the start: a trial that nobody judged to its end is over, and the last good config is in force.

        The first round does it again, if it has not been tried too often (trial_rules.TRIES).
        """
        self._open = trial_rules.under_way(self._entries())
        self.stop("sync was started anew during the trial", now)

    def stop(self, why: str, now: Now) -> None:
        """At the end, too: nobody will judge the trial."""
        if self._open and self._open.stage is Stage.TRIAL:
            self._turn(Turn.INTERRUPT, now, why)

    def round(self, stand: Stand | None, moment: datetime, at: float, now: Now) -> bool:
        """Take what the mirror has (None while not all of it is there), go on with what is under way; whether it moved.

        `at`: monotonic seconds.
        """
        moved = False
        if stand and stand.epoch and (stand.epoch, stand.version) != self._seen:
            moved = self._hear(stand, now)
            self._seen = (stand.epoch, stand.version)
        match self._open:
            case Entry(stage=Stage.RECEIVED) as entry:
                return self._validate(entry, at, now) or moved
            case Entry(stage=Stage.VALIDATED) as entry:
                return self._try(entry, moment, now)
            case Entry(stage=Stage.TRIAL):
                return self._judge(now) or moved
            case _:
                return moved

    def _hear(self, stand: Stand, now: Now) -> bool:
        attempt = trial_rules.next_attempt(self._entries(), stand.epoch, stand.version)
        if not attempt:
            return False
        if self._open:
            self._turn(Turn.SUPERSEDE, now, f"superseded by version {stand.version}")
        with _on_the_card(self.db):
            values = (stand.epoch, stand.version, attempt, self._document(), Stage.RECEIVED, now.text)
            self.db.conn.execute(
                "insert into configs (epoch, version, attempt, body, stage, since) values (?, ?, ?, ?, ?, ?)", values
            )
            _forget(self.db)
            data = {"version": stand.version, "epoch": stand.epoch}
            append_note(self.db, "config.received", data, now)
        self._open, self._asked = trial_rules.under_way(self._entries()), None
        return True

    def _document(self) -> str:
        """All rows at this version, also those set aside: whether they can be used is the next question."""
        good = self.mirror.conn.execute("select key, body from config where body is not null").fetchall()
        aside = self.mirror.conn.execute("select key, body from set_aside where feed = 'config'").fetchall()
        return msgspec.json.encode({key: Raw(body.encode()) for key, body in good + aside}).decode()

    def _validate(self, entry: Entry, at: float, now: Now) -> bool:
        before = settings.kept(self.db, self.ground)
        try:
            after = self._settings(entry)
            if elsewhere(before.config.devices, after.config.devices):
                gone = self._not_found(entry, at)
                if gone is None:
                    return False
                if bad := validation.missing(before, after, gone):
                    raise bad
        except BadDocument as bad:
            self._turn(Turn.UNFIT, now, bad.reason, bad.path)
        else:
            self._turn(Turn.FIT, now)
        return True

    def _settings(self, entry: Entry) -> Settings:
        row = one(self.db, "select body from configs where number = ?", (entry.number,))
        assert row is not None
        try:
            return validation.validate(self.ground, entry.number, entry.epoch, entry.version, row[0])
        except BadDocument:
            raise
        except Exception as error:  # a config over which sync fell would be looked at again at every start
            log.exception("config %d trips a bug", entry.version)
            raise BadDocument("config", f"it trips a bug of this version of Noren: {error!r}") from error

    def _not_found(self, entry: Entry, at: float) -> list[str] | None:
        """The devices that are not where the config says, by the bridge's word; None until it has looked."""
        row = one(self.db, "select looked, missing from bridge")
        if row and row[0] >= entry.number:
            return msgspec.json.decode(row[1], type=list[str])
        self._asked = at if self._asked is None else self._asked
        if at - self._asked > DEADLINE:
            raise BadDocument("box.devices", "the bridge did not say whether they are there: does it run?")
        return None

    def _try(self, entry: Entry, moment: datetime, now: Now) -> bool:
        try:
            after = self._settings(entry)
        except BadDocument as bad:
            self._turn(Turn.UNFIT, now, bad.reason, bad.path)
            return True
        trial = OnTrial(
            before=settings.kept(self.db, self.ground),
            after=after,
            lost=frozenset(row["device"] for row in rows(self.db, "select device from devices where state = 'lost'")),
            keys=trust.trusted(self.enrolled, self.mirror),
            moment=moment,
        )
        self._turn(Turn.TRY, now)
        self.check.begin(trial)
        return True

    def _judge(self, now: Now) -> bool:
        match self.check.verdict():
            case None:
                return False
            case Verdict(why=trial_rules.PASSED):
                self._turn(Turn.PASS, now)
            case Verdict(why=why, again=True):
                self._turn(Turn.INTERRUPT, now, why)
                self._seen = ("", 0)  # what the mirror has is looked at anew
            case Verdict(why=why):
                self._turn(Turn.FAIL, now, why)
        return True

    def _turn(self, turn: Turn, now: Now, reason: str = "", path: str = "") -> None:
        """One commit: the config's new stage, and the fact that tells HQ."""
        entry = self._open
        assert entry is not None
        stage = LIFE[entry.stage, turn]
        if entry.stage is Stage.TRIAL:
            self.check.end()
        data: dict[str, object] = {"version": entry.version, "epoch": entry.epoch}
        match stage:
            case Stage.REFUSED:
                data |= {"reason": reason, "path": path}
            case Stage.ROLLED_BACK:
                data |= {"reason": reason}
        with _on_the_card(self.db):
            self.db.conn.execute(
                "update configs set stage = ?, since = ?, reason = ?, path = ?, interrupted = ? where number = ?",
                (stage, now.text, reason, path, turn is Turn.INTERRUPT, entry.number),
            )
            append_note(self.db, STAGE_FACTS[stage], data, now)
        log.info("config %d is %s%s", entry.version, stage, f": {path} {reason}".rstrip() if reason else "")
        self._open = replace(entry, stage=stage) if stage in trial_rules.OPEN else None

    def _entries(self) -> list[Entry]:
        found = rows(self.db, "select number, epoch, version, stage, attempt, interrupted from configs")
        return msgspec.convert(found, list[Entry], strict=False)  # SQLite's booleans are numbers


@contextmanager
def _on_the_card(db: Database) -> Iterator[None]:
    """A transaction that waits for the card, unlike sync's others: after a power cut a trial must be known as one."""
    with synchronous(db, "full"), writing(db):
        yield


def _forget(db: Database) -> None:
    """Old configs go; of the good ones some stay however old."""
    db.conn.execute(
        """delete from configs where number <= (select max(number) from configs) - ?
           and number not in (select number from configs where stage = 'kept' order by number desc limit ?)""",
        (REMEMBERED, GOOD_ONES),
    )
