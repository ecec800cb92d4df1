"""Queries to HQ while somebody waits: web writes them, sync sends them, and after their deadline they have no value."""

import logging
from collections.abc import Mapping
from typing import Literal, TypeVar

import msgspec
from msgspec import Struct
from sqlite_utils import Database

from edge.platform.clock import Now, now
from edge.platform.database import CommitDetector, NoRoom, append_to_log, first_row, rows, synchronous, values, writing
from edge.platform.process import ProcessLife

log = logging.getLogger(__name__)

ANSWER_TIMEOUT_MS = 800  # protocol.md, Presence: after that, a person before a screen has looked away
POLL_INTERVAL = 0.02  # seconds between looks for the answer
MAX_ANSWERS_KEPT = (
    100  # queries, and answers, that are kept: a query is dead after 800 ms, so no page reads an older one
)

AnswerStatus = Literal["told", "no_line"]  # HQ has answered; there is no connection
T = TypeVar("T")


class Question(Struct, frozen=True, kw_only=True):
    """A row of `questions`. `until_ms` is a time of the boot's uptime, which setting the clock does not change."""

    seq: int
    question: str  # `stock`, `member`: see sync/hq/queries/answers.py
    args: str  # JSON object of texts; emptied once it is dead: it may name a person, and hold what they presented
    boot: str
    until_ms: int

    def ms_left(self, now: Now) -> int:
        """Milliseconds in which an answer is still useful; 0 if it is too late, or if the box has rebooted since."""
        return max(0, self.until_ms - now.uptime_ms) if now.boot == self.boot else 0


def put_question(db: Database, question: str, args: Mapping[str, str], now: Now) -> Question | None:
    """Put a query to HQ inside the caller's transaction; None if the link is down."""
    if not _line_is_up(db):
        return None
    about, until = msgspec.json.encode(args).decode(), now.uptime_ms + ANSWER_TIMEOUT_MS
    row = {"question": question, "args": about, "boot": now.boot, "until_ms": until}
    db.conn.execute("update questions set args = '{}' where boot <> ? or until_ms < ?", (now.boot, now.uptime_ms))
    seq = append_to_log(db, "questions", row)
    db.conn.execute("delete from questions where seq <= ?", (seq - MAX_ANSWERS_KEPT,))
    return Question(seq=seq, question=question, args=about, boot=now.boot, until_ms=until)


def _line_is_up(db: Database) -> bool:
    return first_row(db, "select 1 from line where state = 'up'") is not None


def submit_question(db: Database, question: str, args: Mapping[str, str], now: Now) -> Question | None:
    """Put a query to HQ; None at once if the link is down."""
    if not _line_is_up(db):
        return None
    # a query is no confirmed work: a scan must not wait until it is on the card
    with synchronous(db, "normal"), writing(db):
        return put_question(db, question, args, now)


def find_question(db: Database, seq: int) -> Question | None:
    """A query that was put before; None if it is deleted."""
    return next(iter(values(db, Question, "select * from questions where seq = ?", (seq,))), None)


def wait_for_answer(db: Database, question: Question, life: ProcessLife) -> str | None:
    """HQ's answer as a JSON array; None if it does not come in time, or if sync reports at once that it cannot come."""
    changes = CommitDetector(db)
    while question.ms_left(now()) and not life.is_over():
        if changes.seen() and (found := rows(db, "select * from answers where question = ?", (question.seq,))):
            return str(found[0]["body"]) if found[0]["word"] == "told" else None
        life.rest(POLL_INTERVAL)
    return None


def ask_hq(db: Database, kind: type[T], question: str, args: Mapping[str, str], life: ProcessLife) -> list[T] | None:
    """Ask, and wait for the answer as long as it is useful; None if there is none."""
    try:
        open_ = submit_question(db, question, args, now())
    except NoRoom:
        return None  # a full disk is reported elsewhere; what is shown stays as of its own time
    body = wait_for_answer(db, open_, life) if open_ else None
    return decode_answer(kind, body) if body is not None else None


def decode_answer(kind: type[T], body: str) -> list[T] | None:
    """The rows of an answer; None if they have a form that this version does not know."""
    try:
        return msgspec.json.decode(body, type=list[kind])  # type: ignore[valid-type]
    except msgspec.DecodeError as error:
        log.warning("HQ's answer cannot be read: %s", error)
        return None


def pending_questions(db: Database, seq: int) -> list[Question]:
    """The queries after `seq`, for sync, which sends them."""
    return values(db, Question, "select * from questions where seq > ? order by seq", (seq,))


def last_question_seq(db: Database) -> int:
    """The newest query's seq: when sync begins to send queries, it skips the older ones."""
    row = first_row(db, "select coalesce(max(seq), 0) from questions")
    return int(row[0]) if row else 0


def delete_questions(db: Database, seq: int) -> None:
    """Delete queries up to `seq`, which are long dead: they name cards. Only web does."""
    if first_row(db, "select 1 from questions where seq <= ?", (seq,)) is not None:
        with writing(db):
            db.conn.execute("delete from questions where seq <= ?", (seq,))


def delete_answers(db: Database, seq: int) -> None:
    """Delete the answers up to a query's; only sync does."""
    if first_row(db, "select 1 from answers where question <= ?", (seq,)) is not None:
        with writing(db):
            db.conn.execute("delete from answers where question <= ?", (seq,))


def write_answer(db: Database, question: Question, word: AnswerStatus, body: str = "[]") -> None:
    """Write an answer down, and delete old ones; only sync does."""
    with writing(db):
        db.conn.execute(
            "insert or ignore into answers (question, word, body) values (?, ?, ?)", (question.seq, word, body)
        )
        db.conn.execute("delete from answers where question <= ?", (question.seq - MAX_ANSWERS_KEPT,))
