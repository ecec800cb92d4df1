"""Which rows of a lane are under way to HQ, and what an answer or silence means: pure rules, as values."""

from dataclasses import dataclass, replace

WINDOW = 4  # batches of a lane under way at once: the line stays full while HQ commits
PATIENCE = 3.0  # s without an answer before a lane is sent again; a phone line's round trip is under one
PATIENCE_MOST = 60.0  # s; doubled until there, so that a sleeping HQ is not flooded
HOLD = 0.5  # s after going back in which the answers to what was sent before say nothing new
CAP = 500  # rows of a batch when all is well


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows `first` to `last` of a lane, sent at `at` (monotonic seconds)."""

    first: int
    last: int
    rows: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class UnderWay:
    """A lane as sync sees it: kept at HQ up to `kept`, sent up to `sent`, and how it goes on.

    `cap` is the most rows of the next batch, `opaque` the rows HQ could not parse and gets as bytes, `tries` how often
    the lane was sent again in vain, `patience` the seconds it waits now, `hold` until when a repeated ack is an echo.
    """

    kept: int = 0
    sent: int = 0
    batches: tuple[Batch, ...] = ()
    cap: int = CAP
    opaque: frozenset[int] = frozenset()
    tries: int = 0
    patience: float = PATIENCE
    hold: float = 0.0

    @property
    def has_room(self) -> bool:
        return len(self.batches) < WINDOW


def resting(kept: int) -> UnderWay:
    """A lane of which HQ has rows up to `kept` and nothing is under way: at the start, and on a new line."""
    return UnderWay(kept=kept, sent=kept)


def on_new_line(lane: UnderWay) -> UnderWay:
    """What was under way may be lost; what HQ could not read stays known."""
    return replace(resting(lane.kept), opaque=lane.opaque, cap=lane.cap)


def sent(lane: UnderWay, batch: Batch) -> UnderWay:
    """A batch was handed to the line."""
    return replace(lane, sent=batch.last, batches=(*lane.batches, batch))


def acked(lane: UnderWay, seq: int, now: float) -> UnderWay:
    """HQ has the lane up to `seq`: forward; again the same (a batch before the others was lost); or back (HQ restored)."""
    if seq > lane.kept:
        rest = tuple(batch for batch in lane.batches if batch.last > seq)
        opaque = frozenset(row for row in lane.opaque if row > seq)
        cap = min(lane.cap * 2, CAP)
        ahead = max(lane.sent, seq)
        return UnderWay(kept=seq, sent=ahead, batches=rest, cap=cap, opaque=opaque)
    if seq == lane.kept and (now < lane.hold or not lane.batches):
        return lane
    return replace(_back(lane, now), kept=seq, sent=seq)


def nacked(lane: UnderWay, first: int, last: int, now: float) -> UnderWay:
    """HQ could not parse a batch: halve it until the bad row stands alone, then send that row as opaque bytes."""
    batch = next((one for one in lane.batches if (one.first, one.last) == (first, last)), None)
    if batch is None:
        return lane
    if batch.rows > 1:
        return replace(_back(lane, now), cap=max(1, batch.rows // 2), patience=lane.patience)
    if first in lane.opaque:  # not even as bytes: HQ is broken, so wait as if it were silent
        return replace(lane, cap=1)
    return replace(_back(lane, now), cap=1, opaque=lane.opaque | {first}, patience=lane.patience)


def late(lane: UnderWay, now: float, jitter: float) -> UnderWay:
    """Go back when the oldest batch was not answered in time; `jitter` (0.8 to 1.2) spreads stores apart."""
    if not lane.batches or now - lane.batches[0].at < lane.patience:
        return lane
    tries = lane.tries + 1
    patience = min(PATIENCE * 2**tries, PATIENCE_MOST) * jitter
    return replace(_back(lane, now), tries=tries, patience=patience)


def _back(lane: UnderWay, now: float) -> UnderWay:
    return replace(lane, sent=lane.kept, batches=(), hold=now + HOLD)
