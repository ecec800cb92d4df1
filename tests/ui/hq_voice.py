"""Plays sync and HQ to the pages' questions: answers each as the test says, from a thread with a connection of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from edge.platform.clock import now
from edge.platform.database import open_store
from edge.replica import hq_query
from edge.replica.hq_query import Question
from sync.transport.link_status import LinkStatus
from tests.ui.shop_floor import Floor

Says = Callable[[Question], str | None]
"""The answer's rows as a JSON array; None: HQ does not answer."""
Then = Callable[[], None]
"""What comes down behind an answer."""


def _carry(folder: Path, says: Says, then: Then, begun: threading.Event, over: threading.Event) -> None:
    db = open_store(folder)
    seen = hq_query.last_question_seq(db)
    begun.set()
    while not over.wait(0.005):
        for asked in hq_query.pending_questions(db, seen):
            seen = asked.seq
            body = says(asked)
            if body is not None:
                hq_query.write_answer(db, asked, "told", body)
                then()
    db.close()


@contextmanager
def hq_says(floor: Floor, says: Says, then: Then = lambda: None) -> Iterator[None]:
    """The line is up, and whatever is asked is answered by `says`."""
    LinkStatus(floor.db).note_message(now(), 0.0, complete=True)
    begun, over = threading.Event(), threading.Event()
    carrier = threading.Thread(target=_carry, args=(Path(floor.config.store.data), says, then, begun, over))
    carrier.start()
    begun.wait()
    try:
        yield
    finally:
        over.set()
        carrier.join()
