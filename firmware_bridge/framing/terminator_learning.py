"""Bytes from a serial line to codes, if the settings do not say how one ends: the first scans show it (CR, LF, tab, ETX, silence).

A scan is a run of bytes with silence around it, and what a scanner is set to is at the end of every run. So a run
that ends with the known end is one scan, whatever line ends and tabs are inside it (a QR code with a business card).
"""

from edge.codes.completeness import is_end_of_code, is_probably_complete
from firmware_bridge.framing.framing import (
    AIM_BYTES,
    ETX,
    HALF_CODE_TIMEOUT_S,
    LINE_ENDS,
    MAX_CODE_BYTES,
    STX,
    FramedCode,
    RefusalReason,
    ScannerAdditions,
)
from firmware_bridge.framing.idle_gaps import CODE_START_HOLD_S, LearnedPauses, may_continue, split_into_codes
from firmware_bridge.framing.learned_end import LearnedEnd
from firmware_bridge.framing.terminators import (
    TERMINATOR_BYTES,
    TERMINATOR_PATTERNS,
    Terminator,
    is_single_scan,
    split_scans,
    terminator_of,
)
from firmware_bridge.framing.waiting_runs import WaitingRuns

RUN_SETTLE_S = 0.02  # seconds after an end until it is the last: USB bridges hand bytes over every 16 ms
RUN_GAP_S = 0.25  # seconds of silence that part two runs while the end is not known; hands are slower, scanners quicker
# Seconds until a run without any known end is taken for a code. This costs the first scan of a scanner that sends no end, and
# spares every scanner that pauses inside a code.
UNKNOWN_END_TIMEOUT_S = 2.0
MAX_RUN_BYTES = (
    MAX_CODE_BYTES + AIM_BYTES + 3
)  # bytes of a run that may be one code: its STX and two of its end included


class LearningFramer:
    """One line's bytes, in any pieces, to codes; finds the line's end by itself and follows when it changes.

    After `patience` seconds of silence the caller says so, again and again while `unfinished`. `idle` is the silence
    that ends a code of a scanner known to send no end. A `doubtful` line (keys that somebody may have pressed) gives a
    first run without an end only if it looks complete.
    """

    def __init__(
        self,
        *,
        aim: bool = True,
        gs: str | None = None,
        idle: float = 0.06,
        settle: float = RUN_SETTLE_S,
        doubtful: bool = False,
        end: Terminator | None = None,
        pauses: LearnedPauses | None = None,
    ):
        self._cover = ScannerAdditions(aim=aim, gs=gs)
        self._aim = aim
        self._settle, self._doubtful = settle, doubtful
        self.pauses = pauses or LearnedPauses(idle=idle)
        self._waiting = WaitingRuns()
        self._learned = LearnedEnd(end)
        self._skipping = False
        self._last: bytes | None = None  # given out a moment ago; its rest may still come
        self.refused = 0
        self.why = RefusalReason.UNFINISHED

    @property
    def end(self) -> Terminator | None:
        """What codes end with, as far as it is known."""
        return self._learned.end

    @property
    def ending(self) -> str:
        """The end that was found, as noren.toml has it, with what was learned of silence; empty if none was found yet."""
        if self.end is Terminator.SILENCE and self.pauses.slug:
            return f"{self.end.value}_{self.pauses.slug}"
        return self.end.value if self.end else ""

    @property
    def unfinished(self) -> bool:
        """Whether something has begun, so that `patience` seconds of silence would mean something."""
        return bool(self._waiting.run) or self._skipping or self._last is not None

    @property
    def patience(self) -> float:
        """Seconds of silence since the last byte that would mean something now."""
        if self._skipping:
            return self.pauses.idle
        if not self._waiting.run:
            return CODE_START_HOLD_S
        if self.end is Terminator.SILENCE:
            return min(2 * self._waiting.gaps[-1], CODE_START_HOLD_S) if self._waiting.is_parted else self.pauses.idle
        found = terminator_of(bytes(self._waiting.run))
        if found is not None and self.end in (None, found):
            return self._settle
        if not self._waiting.is_parted:
            return RUN_GAP_S
        return HALF_CODE_TIMEOUT_S if self._learned.is_trusted and found is None else UNKNOWN_END_TIMEOUT_S

    def feed(self, data: bytes) -> list[FramedCode]:
        """The codes that these bytes complete; if more bytes might belong to a code, silence completes it."""
        codes = [code for byte in data for code in self._take(byte)]
        return codes + self._at_once() if data else codes

    def silence(self) -> list[FramedCode]:
        """The line has been silent for `patience` seconds."""
        if self._skipping:
            self._skipping = False
            return []
        if not self._waiting.run:
            self._last = None
            return []
        found = terminator_of(bytes(self._waiting.run))
        if found is not None and self.end in (None, Terminator.SILENCE, found):
            self._learned.confirm(found)
            return self._scans(found)
        if self.end is Terminator.SILENCE:
            return self._unended()
        if not self._waiting.is_parted:
            self._waiting.part(RUN_GAP_S)
            return self._several()
        return self._given_up(found)

    def lost(self) -> None:
        """Bytes were lost on the way: what is coming in is no code any more, up to its end."""
        self._refuse(RefusalReason.LOST)
        self._clear()
        self._skipping = True

    def _take(self, byte: int) -> list[FramedCode]:
        if self._skipping:
            self._skipping = byte not in self._ends
            return []
        if not self._waiting.run and byte in LINE_ENDS:
            return []  # the LF behind a CR that has already ended a code
        self._waiting.run.append(byte)
        if self.end is Terminator.ETX and byte == ETX:
            self._learned.confirm(Terminator.ETX)
            return self._scans(Terminator.ETX)
        return self._too_much() if len(self._waiting.run) > MAX_RUN_BYTES else []

    def _at_once(self) -> list[FramedCode]:
        """A code that is alone, ends with this scanner's known end and has nothing behind it, waits for no silence.

        A QR code with lines whose first one is such would be cut there, if the line hands its bytes over just up to it.
        Keys come one by one: if a person may have pressed them, that would be true for each key.
        """
        run = bytes(self._waiting.run)
        end = terminator_of(run)
        if end is None or end is not self.end or not self._learned.is_trusted or self._doubtful or self._skipping:
            return []
        code, *others = TERMINATOR_PATTERNS[end].split(run)
        if others != [b""] or not is_single_scan(code):
            return []
        self._learned.confirm(end)
        return self._scans(end)

    @property
    def _ends(self) -> bytes:
        """Bytes that may end what is skipped."""
        return (
            b""
            if self.end is Terminator.SILENCE
            else TERMINATOR_BYTES[self.end]
            if self.end
            else b"".join(TERMINATOR_BYTES.values())
        )

    def _too_much(self) -> list[FramedCode]:
        """More than one code can have: several were sent without a pause, or it is noise."""
        run = bytes(self._waiting.run)
        end = (
            self.end
            if self.end in TERMINATOR_BYTES
            else next((it for it, cut in TERMINATOR_PATTERNS.items() if cut.search(run)), None)
        )
        if end is None or not (cuts := list(TERMINATOR_PATTERNS[end].finditer(run))):
            self._clear()
            self._skipping = True
            return [self._code(run)]
        done, rest = run[: cuts[-1].end()], run[cuts[-1].end() :]
        self._clear()
        self._waiting.run += rest
        return [self._code(piece) for piece in TERMINATOR_PATTERNS[end].split(done) if piece]

    def _several(self) -> list[FramedCode]:
        """Another run has ended without the known end: are those two scans, or one with a pause inside?

        Runs that are no whole codes wait for the end of the last one, which tells.
        """
        runs = self._waiting.runs()
        if len(runs) < 2:
            return []
        ends = {terminator_of(run) for run in runs}
        (other, *others) = ends
        if other is not None and not others:
            end = other
        elif not all(is_probably_complete(run) for run in runs):
            if ends != {None} or not self.pauses.is_over(runs, self._waiting.gaps[:-1]):
                return []
            self._learned.replace(Terminator.SILENCE)  # together they are a whole number, and nothing ends it
            return self._without_end(waited=False)
        else:
            end = Terminator.SILENCE
        self._learned.replace(end)
        self._clear()
        if end is Terminator.SILENCE and not self.pauses.is_over(runs[-1:], []):
            self._waiting.run += runs.pop()  # the rest of it may be still to come
            self._waiting.part(RUN_GAP_S)
        return [self._code(_bare(run, end)) for run in runs]

    def _given_up(self, found: Terminator | None) -> list[FramedCode]:
        """Long silence after a run without the known end."""
        if found is not None:
            self._learned.replace(found)
            return self._scans(found)
        whole = is_probably_complete(bytes(self._waiting.run))
        if whole or not (self._learned.is_trusted or (self._doubtful and not self._learned.has_refused)):
            if self._learned.is_trusted:
                self._learned.doubt()
                return self._whole()
            self._learned.replace(Terminator.SILENCE)
            return self._without_end(waited=True)
        self._refuse(RefusalReason.UNFINISHED)
        self._learned.refuse_unended()
        self._clear()
        return []

    def _unended(self) -> list[FramedCode]:
        """Silence behind a run of a scanner that sends no end: a code is over, or waits for what may be its rest."""
        if self._waiting.is_parted:
            self._waiting.gaps[-1] = self.patience
        else:
            self._waiting.part(self.pauses.idle)
        waited = self._waiting.gaps[-1] >= CODE_START_HOLD_S
        over = waited or (
            self._waiting.gaps[-1] == self.pauses.idle
            and self.pauses.is_over(self._waiting.runs(), self._waiting.gaps[:-1])
        )
        return self._without_end(waited=waited) if over else []

    def _without_end(self, *, waited: bool) -> list[FramedCode]:
        """The codes of the runs that wait; `waited`: nothing has come behind them for long."""
        runs, gaps, before = self._waiting.runs(), self._waiting.gaps[:-1], self._last
        self._clear()
        groups = split_into_codes(runs, gaps, self.pauses.numbers)
        self.pauses.learn(groups, gaps)
        if waited and len(runs) == 1:
            self.pauses.learn_alone(runs[0])
        codes = [bare for group in groups if (bare := b"".join(group).rstrip(LINE_ENDS))]
        if any(map(is_probably_complete, codes)):  # else it may be a piece of a code whose scanner pauses inside
            self._learned.confirm(Terminator.SILENCE)
        if before and codes and is_end_of_code(before, codes[0]) and not self.pauses.is_known_alone(before):
            self.pauses.learn_cut(before)
            self._refuse(RefusalReason.UNFINISHED)
            codes = codes[1:]
        elif codes and not waited and may_continue(codes[-1]):
            self._last = codes[-1]
        return [self._code(code) for code in codes]

    def _scans(self, end: Terminator) -> list[FramedCode]:
        run = bytes(self._waiting.run)
        self._clear()
        return [self._code(scan) for scan in split_scans(run, end, aim=self._aim)]

    def _whole(self) -> list[FramedCode]:
        run = bytes(self._waiting.run).rstrip(LINE_ENDS)
        self._clear()
        return [self._code(run)] if run else []

    def _code(self, scan: bytes) -> FramedCode:
        return self._cover.off(scan.removeprefix(bytes([STX])))

    def _refuse(self, why: RefusalReason) -> None:
        self.refused += 1
        self.why = why

    def _clear(self) -> None:
        self._waiting.clear()
        self._last = None


def _bare(run: bytes, end: Terminator) -> bytes:
    return run.rstrip(TERMINATOR_BYTES[end]) if end in TERMINATOR_BYTES else run
