"""An ESC/POS printer on a line: it is asked for its state before and between bands, and says itself when a job is done."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass

from PIL import Image

from edge.features.printing.printer_fault import PrinterFault, PrinterTrouble
from firmware_bridge.printing import escpos
from firmware_bridge.printing.line import Line

STALE_READS = 16  # of what was answered before and is not meant for us; a device that never stops talking is no printer


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """Seconds to wait: for an answer, between looks while it waits for paper, for a line that takes nothing, for the end."""

    answer: float = 2.0
    look: float = 0.5
    stuck: float = 30.0  # a slow serial line holds some kilobytes
    done: float = 30.0  # from the last byte on, while it answers that nothing is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class EscPosSource:
    """A printer by its settings. `answers`: whether its model tells its state; if not, what was sent counts as printed."""

    connect: Callable[[], AbstractContextManager[Line]]
    width: int
    answers: bool = True
    patience: Patience = Patience()

    @contextmanager
    def open(self) -> Iterator["EscPosPrinter"]:
        """Raises PrinterTrouble."""
        with self.connect() as line:
            yield EscPosPrinter(line, answers=self.answers, patience=self.patience)


class EscPosPrinter:
    """One open line."""

    def __init__(self, line: Line, *, answers: bool, patience: Patience) -> None:
        self._line, self._answers, self._patience = line, answers, patience
        self._asked_when_done = self._is_done = False

    def check(self) -> None:
        """Raises PrinterTrouble with what the printer says is wrong, or that it says nothing."""
        if not self._answers:
            return
        for _ in range(STALE_READS):
            if not self._line.hear(0):
                break
        if fault := self._fault():
            raise PrinterTrouble(fault)

    def print(self, picture: Image.Image, name: str, *, clear: bool) -> Iterator[PrinterFault | None]:
        """Send a picture band by band, and wait for the printer to say that it is done."""
        for piece in (*(escpos.ABORT_SEQUENCE if clear else ()), *escpos.encode_picture(picture)):
            yield from self._send(piece)
            yield from self._until_ready()
        if self._answers:
            yield from self._send(escpos.ASK_WHEN_DONE)
            self._asked_when_done = True
            yield from self._until_done()

    def _send(self, data: bytes) -> Iterator[PrinterFault | None]:
        stuck = time.monotonic() + self._patience.stuck
        while data:
            sent = self._line.send(data, self._patience.look)
            data = data[sent:]
            if sent:
                stuck = time.monotonic() + self._patience.stuck
            elif time.monotonic() > stuck:
                raise PrinterTrouble(PrinterFault.NO_ANSWER)
            yield None

    def _until_ready(self) -> Iterator[PrinterFault | None]:
        """Wait while something is wrong that somebody can mend: the printer keeps what it has, and goes on by itself."""
        while self._answers and (fault := self._fault()):
            yield fault
            self._rest()

    def _until_done(self) -> Iterator[PrinterFault | None]:
        end = time.monotonic() + self._patience.done
        while not self._is_done:
            self._rest()
            if self._is_done:
                return
            fault = self._fault()
            if fault:
                end = time.monotonic() + self._patience.done
            elif time.monotonic() > end:
                raise PrinterTrouble(PrinterFault.NO_ANSWER)
            yield fault

    def _rest(self) -> None:
        for answer in self._line.hear(self._patience.look):
            self._note_done(answer)

    def _fault(self) -> PrinterFault | None:
        """What is wrong, by the printer's own word; asked one question after the other."""
        for question in escpos.STATUS_QUERIES:
            if fault := escpos.fault_in(question, self._asked(question)):
                return fault
        return None

    def _asked(self, question: escpos.StatusQuery) -> int:
        end = time.monotonic() + self._patience.answer
        if self._line.send(question.ask, self._patience.answer) < len(question.ask):
            raise PrinterTrouble(PrinterFault.NO_ANSWER)
        while (left := end - time.monotonic()) > 0:
            for answer in self._line.hear(left):
                if escpos.is_state(answer):
                    return answer
                self._note_done(answer)
        raise PrinterTrouble(PrinterFault.NO_ANSWER)

    def _note_done(self, answer: int) -> None:
        if self._asked_when_done and escpos.is_done(answer):
            self._is_done = True
        elif not escpos.is_state(answer) and answer not in escpos.FLOW_CONTROL:
            raise PrinterTrouble(PrinterFault.WRONG_MODEL)
