"""The self-check of a config on trial, in a thread of its own: do pages answer, do scanners open, is HQ at the new broker."""

import logging
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlite_utils import Database

from edge.store import open_store
from sync.device_check import devices
from sync.page_check import Pages
from sync.second_line import Elsewhere, Here, second_line
from sync.trial import OnTrial
from sync.trial_rules import Doubt, Verdict, judge

log = logging.getLogger(__name__)

LOOK_EVERY = 0.25  # s between looks


@dataclass(slots=True)
class SelfCheck:
    """One trial's at a time; `verdict` never waits."""

    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _verdict: list[Verdict] = field(default_factory=list)

    def begin(self, trial: OnTrial) -> None:
        """Begin to look."""
        self._over, self._verdict = threading.Event(), []
        looking = (trial, self._over, self._verdict)
        self._thread = threading.Thread(target=_run, args=looking, name="self-check", daemon=True)
        self._thread.start()

    def verdict(self) -> Verdict | None:
        """None while the trial goes on."""
        return self._verdict[0] if self._verdict else None

    def end(self) -> None:
        """Look no more. Not waited for: a page that hangs would hold the line to HQ up."""
        self._over.set()


def _run(trial: OnTrial, over: threading.Event, verdict: list[Verdict]) -> None:
    try:
        found = _look(trial, over)
    except Exception as error:  # whatever breaks here, the trial has an end
        log.exception("the self-check broke")
        found = Verdict(why=f"the self-check broke: {error}")
    if found is not None:
        verdict.append(found)


def _look(trial: OnTrial, over: threading.Event) -> Verdict | None:
    """Until there is a verdict, or nobody wants one any more."""
    begun = time.monotonic()
    wrong = well = None
    with ExitStack() as held:
        db = open_store(Path(trial.after.config.store.data))
        held.callback(db.close)
        line, pages = held.enter_context(second_line(trial)), Pages(trial)
        while not over.is_set():
            doubts = _doubts(trial, db, pages, line)
            now = time.monotonic()
            wrong = (wrong or now) if any(doubt.sort == "wrong" for doubt in doubts) else None
            well = (well or now) if not doubts else None
            found = judge(doubts, trial_s=now - begun, wrong_s=now - (wrong or now), well_s=now - (well or now))
            if found is not None:
                return found
            over.wait(LOOK_EVERY)
    return None


def _doubts(trial: OnTrial, db: Database, pages: Pages, line: Here | Elsewhere) -> list[Doubt]:
    return [*line.doubts(), *pages.doubts(), *devices(db, trial)]
