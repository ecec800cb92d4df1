"""HQ's time as a hint: a box whose clock nobody has set judges by it what has expired."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from edge.clock import Now, parse_utc
from sync.notes import Say

CLOCK_OFF = timedelta(seconds=60)  # a doubtful clock that differs so much from HQ's is told, once in a run
SENSE = datetime(2024, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)  # a time out of these is nobody's


@dataclass(slots=True)
class HqClock:
    """How far HQ's clock is ahead of ours; None before HQ has told its time on this line."""

    say: Say
    ahead: timedelta | None = None

    def hear(self, told: str, now: Now) -> bool:
        """HQ tells its time (UTC, ISO 8601); False where that is no time."""
        try:
            time = parse_utc(told)
            if not SENSE[0] <= time < SENSE[1]:
                return False
        except (ValueError, TypeError):  # not a time, or one without its zone
            return False
        ahead = time - now.time
        if self.ahead is None and now.clock != "synced" and abs(ahead) > CLOCK_OFF:
            self.say("clock.differs", {"hq": told, "here": now.text, "clock": now.clock})
        self.ahead = ahead
        return True

    def moment(self, now: Now) -> datetime:
        """The time as far as it is known: ours where it is synced, else by HQ's last word."""
        return now.time if now.clock == "synced" or self.ahead is None else now.time + self.ahead
