"""The rows of a lane that are sent and not acknowledged, and what an answer or silence changes: pure rules on values."""

from dataclasses import dataclass, replace

WINDOW_BATCHES = 4  # batches of a lane under way at once: the connection stays full while HQ commits
ANSWER_TIMEOUT_S = 3.0  # s without an answer before a lane is sent again; a mobile connection's round trip is under one
MAX_ANSWER_TIMEOUT_S = 60.0  # s; the wait doubles up to this, so that an HQ that does not answer is not flooded
RESEND_HOLD_S = 0.5  # s after going back; in them, acknowledgements of earlier batches are ignored
MAX_BATCH_ROWS = 500  # rows of a batch when all is well


@dataclass(frozen=True, slots=True)
class SentBatch:
    """Rows `first` to `last` of a lane, sent at `at` (monotonic seconds)."""

    first: int
    last: int
    rows: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SendWindow:
    """A lane as sync sees it: HQ has it up to `kept`, it is sent up to `sent`, and how sending continues.

    `cap` is the most rows of the next batch, `opaque` the rows HQ could not parse and gets as bytes, `tries` how often
    the lane was sent again in vain, `patience` the seconds it waits now, `hold` until when a repeated ack is an echo.
    """

    kept: int = 0
    sent: int = 0
    batches: tuple[SentBatch, ...] = ()
    cap: int = MAX_BATCH_ROWS
    opaque: frozenset[int] = frozenset()
    tries: int = 0
    patience: float = ANSWER_TIMEOUT_S
    hold: float = 0.0

    @property
    def has_room(self) -> bool:
        return len(self.batches) < WINDOW_BATCHES


def idle_window(kept: int) -> SendWindow:
    """A lane of which HQ has rows up to `kept` and nothing is under way: at the start, and on a new connection."""
    return SendWindow(kept=kept, sent=kept)


def on_new_line(lane: SendWindow) -> SendWindow:
    """The batches under way may be lost; the rows that HQ could not parse stay known."""
    return replace(idle_window(lane.kept), opaque=lane.opaque, cap=lane.cap)


def batch_sent(lane: SendWindow, batch: SentBatch) -> SendWindow:
    """A batch was handed to the MQTT client."""
    return replace(lane, sent=batch.last, batches=(*lane.batches, batch))


def batch_acked(lane: SendWindow, seq: int, now: float) -> SendWindow:
    """HQ has the lane up to `seq`: forward; again the same (a batch before the others was lost); or back (HQ restored)."""
    if seq > lane.kept:
        rest = tuple(batch for batch in lane.batches if batch.last > seq)
        opaque = frozenset(row for row in lane.opaque if row > seq)
        cap = min(lane.cap * 2, MAX_BATCH_ROWS)
        ahead = max(lane.sent, seq)
        return SendWindow(kept=seq, sent=ahead, batches=rest, cap=cap, opaque=opaque)
    if seq == lane.kept and (now < lane.hold or not lane.batches):
        return lane
    return replace(_back(lane, now), kept=seq, sent=seq)


def batch_nacked(lane: SendWindow, first: int, last: int, now: float) -> SendWindow:
    """HQ could not parse a batch: halve it until the bad row is alone, then send that row as opaque bytes."""
    batch = next((one for one in lane.batches if (one.first, one.last) == (first, last)), None)
    if batch is None:
        return lane
    if batch.rows > 1:
        return replace(_back(lane, now), cap=max(1, batch.rows // 2), patience=lane.patience)
    if first in lane.opaque:  # HQ refuses it even as bytes: HQ is broken, so wait as if it were silent
        return replace(lane, cap=1)
    return replace(_back(lane, now), cap=1, opaque=lane.opaque | {first}, patience=lane.patience)


def resend_if_late(lane: SendWindow, now: float, jitter: float) -> SendWindow:
    """Go back if the oldest batch was not answered in time; `jitter` (0.8 to 1.2) spreads stores apart."""
    if not lane.batches or now - lane.batches[0].at < lane.patience:
        return lane
    tries = lane.tries + 1
    patience = min(ANSWER_TIMEOUT_S * 2**tries, MAX_ANSWER_TIMEOUT_S) * jitter
    return replace(_back(lane, now), tries=tries, patience=patience)


def _back(lane: SendWindow, now: float) -> SendWindow:
    return replace(lane, sent=lane.kept, batches=(), hold=now + RESEND_HOLD_S)
