"""Carries the pages' questions to HQ and its answers back; late ones are dropped, and without HQ it says so at once."""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec import Raw
from sqlite_utils import Database

from edge import question
from edge.clock import Now
from edge.question import Question
from sync import topics
from sync.headers import Answer, Ask
from sync.outlet import Outlet
from sync.signing import SigningKey
from sync.wire import seal

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Questions:
    """The questions that are on their way. They live in memory alone: one that a restart forgets is dead by then."""

    db: Database
    chain: str
    store: str
    key: SigningKey
    out: Outlet
    late: int = 0  # answers dropped since the start, because they came late or to nothing that was asked
    _seen: int = field(init=False)
    _run: str = field(default_factory=lambda: secrets.token_hex(8))  # an answer of another life has another name
    _open: dict[str, Question] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._seen = question.last_asked(self.db)

    def look(self, now: Now, *, hq_is_there: bool) -> None:
        """Somebody has written to store.db: carry what was asked, or say at once that nobody is there to ask."""
        self._open = {name: asked for name, asked in self._open.items() if asked.left(now)}
        for asked in question.waiting(self.db, self._seen):
            self._seen = asked.seq
            if asked.left(now) and not (hq_is_there and self._carry(asked, now)):
                question.answer(self.db, asked, "no_line")

    def _carry(self, asked: Question, now: Now) -> bool:
        name = f"{self._run}-{asked.seq}"
        args = msgspec.json.decode(asked.args, type=dict[str, str])
        header = Ask(id=name, question=asked.question, args=args, within_ms=asked.left(now))
        topic = topics.up(self.chain, self.store, "ask")
        if not self.out.publish(topic, seal(topic, header, (), self.key)):
            return False
        self._open[name] = asked
        return True

    def on_answer(self, told: Answer, found: Sequence[Raw], now: Now) -> None:
        """HQ's answer, if somebody still waits for it; the second to one question is one to nothing."""
        asked = self._open.pop(told.id, None)
        if asked is None or not asked.left(now):
            self.late += 1
            log.info("an answer came too late (%d so far)", self.late)
            return
        question.answer(self.db, asked, "told", msgspec.json.encode(list(found)).decode())
