"""HQ's commands: done once per id, never after they expire, and reported either way; `revoke` is repeated until it is done."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlite_utils import Database

from edge.facts.hq_link import CommandRefusalReason, CommandRefused, CommandTaken
from edge.platform.clock import Now, parse_utc
from edge.platform.database import writing
from sync.protocol.command_types import REVOKE_COMMAND, command_fault
from sync.protocol.messages import Do
from sync.sync_log import append_note, remembered_names

log = logging.getLogger(__name__)

Action = Callable[[Mapping[str, str], float, Now], None]
"""Does a command with its arguments, at a moment: in monotonic seconds, and by the clock.

Raises ValueError if what the arguments name does not exist.
"""


@dataclass(slots=True)
class HqCommands:
    """The commands a store knows, and the ids it has done."""

    db: Database
    actions: Mapping[str, Action]
    _done: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self._done = set(remembered_names(self.db, CommandTaken, CommandRefused))

    def on_do(self, do: Do, moment: datetime, at: float, now: Now) -> str | None:
        """Do it, or return why not; the id is noted before the work begins. `moment` is the best time that is known.

        `revoke` is noted after it is done, and not at all if it has expired by this clock: HQ retains it, and it is the last
        message this box gets. Doing it twice does no harm; never doing it, after a power cut or by a wrong clock, does.
        """
        if do.id in self._done:
            return "repeated"
        why = self._why_not(do, moment)
        if do.command == REVOKE_COMMAND and why == "expired":
            return why
        said = command_fault(do.command, do.args) if why is None else None
        if said:
            why = "bad_arguments"
            log.warning("command %s of HQ is refused: %s", do.command, said)
        if why:
            self._note(CommandRefused(id=do.id, command=do.command, why=why, said=said or ""), now)
            return why
        log.info("command of HQ: %s", do.command)
        if do.command == REVOKE_COMMAND:
            why = self._act(do, at, now)
            taken = CommandTaken(id=do.id, command=do.command)
            self._note(CommandRefused(id=do.id, command=do.command, why=why) if why else taken, now)
            return why
        self._note(CommandTaken(id=do.id, command=do.command), now)
        return self._act(do, at, now)

    def _act(self, do: Do, at: float, now: Now) -> CommandRefusalReason | None:
        try:
            self.actions[do.command](do.args, at, now)
        except ValueError as error:
            log.warning("command %s of HQ failed with %s: %s", do.command, do.args, error)
            return "bad_arguments"
        return None

    def _why_not(self, do: Do, moment: datetime) -> CommandRefusalReason | None:
        try:
            expired = parse_utc(do.expires) <= moment
        except (ValueError, TypeError):  # not a time, or one without its zone
            return "bad_expiry"
        if expired:
            return "expired"
        return None if do.command in self.actions else "unknown_command"

    def _note(self, fact: CommandTaken, now: Now) -> None:
        with writing(self.db):
            append_note(self.db, fact, now)
        self._done.add(fact.id)
