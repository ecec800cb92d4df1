"""Plays sync and HQ to the pages' questions: answers each as the test says, from a thread with a connection of its own."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from edge import question
from edge.clock import now
from edge.question import Question
from edge.store import open_store
from sync.line import Line
from tests.ui.shop_floor import Floor

Says = Callable[[Question], str | None]
"""The answer's rows as a JSON array; None: HQ does not answer."""
Then = Callable[[], None]
"""What comes down behind an answer."""


def _carry(folder: Path, says: Says, then: Then, begun: threading.Event, over: threading.Event) -> None:
    db = open_store(folder)
    seen = question.last_asked(db)
    begun.set()
    while not over.wait(0.005):
        for asked in question.waiting(db, seen):
            seen = asked.seq
            body = says(asked)
            if body is not None:
                question.answer(db, asked, "told", body)
                then()
    db.close()


@contextmanager
def hq_says(floor: Floor, says: Says, then: Then = lambda: None) -> Iterator[None]:
    """The line is up, and whatever is asked is answered by `says`."""
    Line(floor.db).hear(now(), 0.0, complete=True)
    begun, over = threading.Event(), threading.Event()
    carrier = threading.Thread(target=_carry, args=(Path(floor.config.store.data), says, then, begun, over))
    carrier.start()
    begun.wait()
    try:
        yield
    finally:
        over.set()
        carrier.join()
