"""HQ's commands: done once per id, never after they have expired, and told either way."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from edge.clock import Now, parse_utc
from edge.store import writing
from sync.headers import Do
from sync.notes import append_note, noted

log = logging.getLogger(__name__)

Action = Callable[[Mapping[str, str]], None]
"""Does a command with its arguments. Raises KeyError, ValueError or OverflowError where they are not what it needs."""


@dataclass(slots=True)
class Commands:
    """The commands a store knows, and the ids it has done."""

    db: Database
    actions: Mapping[str, Action]
    _done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._done = {told["id"] for told in noted(self.db, "do.taken", "do.refused")}

    def on_do(self, do: Do, moment: datetime, now: Now) -> str | None:
        """Do it, or say why not; `moment` is the time as far as it is known. The id is noted before the work begins."""
        if do.id in self._done:
            return "repeated"
        why = self._why_not(do, moment)
        self._note("do.refused" if why else "do.taken", do, why, now)
        if why:
            return why
        log.info("HQ says: %s", do.command)
        try:
            self.actions[do.command](do.args)
        except (KeyError, ValueError, OverflowError) as error:  # the last: a number past what SQLite counts to
            log.warning("%s cannot be done with %s: %s", do.command, do.args, error)
            return "bad_arguments"
        return None

    def _why_not(self, do: Do, moment: datetime) -> str | None:
        try:
            expired = parse_utc(do.expires) <= moment
        except (ValueError, TypeError):  # not a time, or one without its zone
            return "bad_expiry"
        if expired:
            return "expired"
        return None if do.command in self.actions else "unknown_command"

    def _note(self, kind: str, do: Do, why: str | None, now: Now) -> None:
        self._done.add(do.id)
        data = {"id": do.id, "command": do.command, **({"why": why} if why else {})}
        with writing(self.db):
            append_note(self.db, kind, data, now)
