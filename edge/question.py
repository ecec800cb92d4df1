"""Questions to HQ while somebody waits: asked by web, carried by sync, worth nothing after their deadline."""

import logging
from collections.abc import Mapping
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from edge.clock import Now, now
from edge.service import Life
from edge.store import Changes, NoRoom, append, one, rows, synchronous, values, writing

log = logging.getLogger(__name__)

WITHIN_MS = 800  # protocol.md, Presence: whoever stands before a screen has looked away after that
LOOK = 0.02  # seconds between looks for the answer
KEEP = (
    100  # questions, and answers, that stay: a question is dead after 800 ms, so that no page asks about an older one
)

Word = Literal["told", "no_line"]  # HQ has answered; there is nobody to ask
T = TypeVar("T")


class Question(Struct, frozen=True, kw_only=True):
    """A row of `questions`; `until_ms` is a moment of the boot's own clock, which no clock setting moves."""

    seq: int
    question: str  # `stock`, `member`: see sync/hq/answers.py
    args: str  # JSON object of texts
    boot: str
    until_ms: int

    def left(self, now: Now) -> int:
        """Milliseconds in which an answer is still worth something; 0 when too late, or asked before the box fell."""
        return max(0, self.until_ms - now.uptime_ms) if now.boot == self.boot else 0


def ask(db: Database, question: str, args: Mapping[str, str], now: Now) -> Question | None:
    """Put a question to HQ; None at once where the line is down."""
    if one(db, "select 1 from line where state = 'up'") is None:
        return None
    about, until = msgspec.json.encode(args).decode(), now.uptime_ms + WITHIN_MS
    row = {"question": question, "args": about, "boot": now.boot, "until_ms": until}
    # a question is no promise, and must not cost a scan the time the card takes
    with synchronous(db, "normal"), writing(db):
        seq = append(db, "questions", row)
        db.conn.execute("delete from questions where seq <= ?", (seq - KEEP,))
    return Question(seq=seq, question=question, args=about, boot=now.boot, until_ms=until)


def hear(db: Database, question: Question, life: Life) -> str | None:
    """HQ's answer as a JSON array; None where it does not come in time, or sync knows at once that it cannot come."""
    changes = Changes(db)
    while question.left(now()) and not life.is_over():
        if changes.seen() and (found := rows(db, "select * from answers where question = ?", (question.seq,))):
            return str(found[0]["body"]) if found[0]["word"] == "told" else None
        life.rest(LOOK)
    return None


def ask_hq(db: Database, kind: type[T], question: str, args: Mapping[str, str], life: Life) -> list[T] | None:
    """Ask, and wait for the answer no longer than it is worth anything; None where there is none."""
    try:
        asked = ask(db, question, args, now())
    except NoRoom:
        return None  # a full disk has its own words elsewhere; what is shown stays as of its own time
    body = hear(db, asked, life) if asked else None
    return understood(kind, body) if body is not None else None


def understood(kind: type[T], body: str) -> list[T] | None:
    """The rows of an answer; None where HQ says it in a way this version does not know."""
    try:
        return msgspec.json.decode(body, type=list[kind])  # type: ignore[valid-type]
    except msgspec.DecodeError as error:
        log.warning("HQ's answer cannot be read: %s", error)
        return None


def waiting(db: Database, seq: int) -> list[Question]:
    """The questions behind `seq`, for sync, which carries them."""
    return values(db, Question, "select * from questions where seq > ? order by seq", (seq,))


def last_asked(db: Database) -> int:
    """The newest question's seq: whoever begins to carry them now leaves the older ones."""
    row = one(db, "select coalesce(max(seq), 0) from questions")
    return int(row[0]) if row else 0


def answer(db: Database, question: Question, word: Word, body: str = "[]") -> None:
    """Write an answer down, and throw old ones away; only sync does."""
    with writing(db):
        db.conn.execute(
            "insert or ignore into answers (question, word, body) values (?, ?, ?)", (question.seq, word, body)
        )
        db.conn.execute("delete from answers where question <= ?", (question.seq - KEEP,))
