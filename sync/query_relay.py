"""Sends the pages' questions to HQ and stores its answers; late ones are dropped, and without HQ the page knows it at once."""

import secrets
from collections.abc import Sequence

import msgspec
from msgspec import Raw
from sqlite_utils import Database

from edge.platform.clock import Now
from edge.replica import hq_query
from edge.replica.hq_query import Question
from sync.protocol import topics
from sync.protocol.ed25519_keys import SigningKey
from sync.protocol.envelope import seal_message
from sync.protocol.messages import Answer, Ask
from sync.transport.message_sender import MessageSender

DELETE_AFTER_MS = 2_000  # after the deadline; by then the page that asked has read the answer


class QueryRelay:
    """The open questions. They are in memory only: if a restart loses one, its deadline has passed by then."""

    def __init__(self, db: Database, chain: str, store: str, key: SigningKey, out: MessageSender) -> None:
        self._db, self._chain, self._store, self._key, self._out = db, chain, store, key, out
        self._run = secrets.token_hex(8)  # an answer to an earlier run's question has another name
        self._open: dict[str, Question] = {}
        self._told: list[Question] = []  # whose answers are in store.db
        self._seen = hq_query.last_question_seq(db)
        hq_query.delete_answers(db, self._seen)

    def relay_new_questions(self, now: Now, *, hq_is_there: bool) -> None:
        """store.db was written: send new questions, or answer at once that HQ cannot be reached."""
        self._open = {name: asked for name, asked in self._open.items() if asked.ms_left(now)}
        for asked in hq_query.pending_questions(self._db, self._seen):
            self._seen = asked.seq
            if asked.ms_left(now) and not (hq_is_there and self._carry(asked, now)):
                hq_query.write_answer(self._db, asked, "no_line")

    def forget(self, now: Now) -> None:
        """An answer may name a person: delete it once no page can wait for it."""
        done = [
            asked for asked in self._told if asked.until_ms + DELETE_AFTER_MS < now.uptime_ms or asked.boot != now.boot
        ]
        if done:
            hq_query.delete_answers(self._db, max(asked.seq for asked in done))
            self._told = [asked for asked in self._told if asked not in done]

    def _carry(self, asked: Question, now: Now) -> bool:
        name = f"{self._run}-{asked.seq}"
        args = msgspec.json.decode(asked.args, type=dict[str, str])
        header = Ask(id=name, question=asked.question, args=args, within_ms=asked.ms_left(now))
        topic = topics.store_topic(self._chain, self._store, "ask")
        if not self._out.publish(topic, seal_message(topic, header, (), self._key)):
            return False
        self._open[name] = asked
        return True

    def on_answer(self, told: Answer, found: Sequence[Raw], now: Now) -> str | None:
        """Store HQ's answer, if a page still waits for it; else return why it was dropped. A second answer is late too."""
        asked = self._open.pop(told.id, None)
        if asked is None or not asked.ms_left(now):
            return "late_answer"
        hq_query.write_answer(self._db, asked, "told", msgspec.json.encode(list(found)).decode())
        self._told.append(asked)
        return None
