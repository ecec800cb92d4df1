"""The self-check of a config on trial, in its own thread: whether pages answer, scanners open, and HQ is at the new broker."""

import logging
import threading
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from sqlite_utils import Database

from edge.platform.database import open_store
from sync.config_trial.broker_probe import OtherBroker, SameBroker, probe_broker
from sync.config_trial.device_probe import bridge_doubts
from sync.config_trial.http_probe import PagesProbe
from sync.config_trial.states import TrialDoubt, TrialVerdict, judge_trial
from sync.config_trial.trial import TrialInputs

log = logging.getLogger(__name__)

POLL_INTERVAL_S = 0.25  # s between looks


@dataclass(slots=True)
class ConfigProbe:
    """The self-check of one trial at a time; `verdict` never waits."""

    _over: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread | None = None
    _verdict: list[TrialVerdict] = field(default_factory=list)

    def begin(self, trial: TrialInputs) -> None:
        """Begin the self-check."""
        self._over, self._verdict = threading.Event(), []
        looking = (trial, self._over, self._verdict)
        self._thread = threading.Thread(target=_run, args=looking, name="self-check", daemon=True)
        self._thread.start()

    def verdict(self) -> TrialVerdict | None:
        """None while the trial goes on."""
        return self._verdict[0] if self._verdict else None

    def end(self) -> None:
        """End the self-check without waiting for it: a page that hangs would block the connection to HQ."""
        self._over.set()


def _run(trial: TrialInputs, over: threading.Event, verdict: list[TrialVerdict]) -> None:
    try:
        found = _look(trial, over)
    except Exception as error:  # the trial must end, whatever fails here
        log.exception("the probe of a config failed by an error of its own")
        found = TrialVerdict(why=f"the probe of a config failed by an error of its own: {error}")
    if found is not None:
        verdict.append(found)


def _look(trial: TrialInputs, over: threading.Event) -> TrialVerdict | None:
    """Check until there is a verdict, or until nobody needs one."""
    begun = time.monotonic()
    wrong = well = None
    with ExitStack() as held:
        db = open_store(Path(trial.after.config.store.data))
        held.callback(db.close)
        line, pages = held.enter_context(probe_broker(trial)), PagesProbe(trial)
        while not over.is_set():
            doubts = _doubts(trial, db, pages, line)
            now = time.monotonic()
            wrong = (wrong or now) if any(doubt.sort == "wrong" for doubt in doubts) else None
            well = (well or now) if not doubts else None
            found = judge_trial(doubts, trial_s=now - begun, wrong_s=now - (wrong or now), well_s=now - (well or now))
            if found is not None:
                return found
            over.wait(POLL_INTERVAL_S)
    return None


def _doubts(trial: TrialInputs, db: Database, pages: PagesProbe, line: SameBroker | OtherBroker) -> list[TrialDoubt]:
    return [*line.doubts(), *pages.doubts(), *bridge_doubts(db, trial)]
