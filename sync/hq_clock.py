"""HQ's time as a hint: a box whose clock is not set uses it to decide what has expired."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from edge.facts.hq_link import ClockDiffers
from edge.platform.clock import Now, parse_utc
from sync.sync_log import NoteFact

REPORTED_CLOCK_ERROR = timedelta(
    seconds=60
)  # a doubtful clock that differs so much from HQ's is reported, once in a run
CREDIBLE_TIMES = (
    datetime(2024, 1, 1, tzinfo=UTC),
    datetime(2200, 1, 1, tzinfo=UTC),
)  # a time outside these is not believed


@dataclass(slots=True)
class HqClock:
    """How far HQ's clock is ahead of ours; None before HQ has sent its time on this connection."""

    say: NoteFact
    ahead: timedelta | None = None

    def take_time_of_hq(self, told: str, now: Now) -> bool:
        """Take HQ's time (UTC, ISO 8601); False if it is not a time, or not a believable one."""
        try:
            time = parse_utc(told)
            if not CREDIBLE_TIMES[0] <= time < CREDIBLE_TIMES[1]:
                return False
        except (ValueError, TypeError):  # not a time, or one without its zone
            return False
        ahead = time - now.time
        if self.ahead is None and now.clock != "synced" and abs(ahead) > REPORTED_CLOCK_ERROR:
            self.say(ClockDiffers(hq=told, here=now.text, clock=now.clock))
        self.ahead = ahead
        return True

    def moment(self, now: Now) -> datetime:
        """The best time that is known: ours if the clock is synced, else by HQ's last time."""
        return now.time if now.clock == "synced" or self.ahead is None else now.time + self.ahead
