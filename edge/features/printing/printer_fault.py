"""Why a printer does not print, as a slug: pages have words for each."""

from enum import StrEnum


class PrinterFault(StrEnum):
    """What is wrong with a printer. The first four a clerk can mend."""

    PAPER_OUT = "paper_out"
    COVER_OPEN = "cover_open"
    NOT_FOUND = "not_found"  # no such device, or nobody answers at the address
    GONE = "gone"  # it was there a moment ago
    JAM = "jam"  # of the cutter or the paper
    BUSY = "busy"  # another program uses it
    NO_ANSWER = "no_answer"  # it takes what is sent and does not tell its state
    WRONG_MODEL = "wrong_model"  # what it answers is no ESC/POS
    NO_PERMISSION = "no_permission"
    BROKEN = "broken"  # it tells an error of its own
    DISK_FULL = "disk_full"  # of a file printer


class PrinterTrouble(Exception):
    """A printer cannot be used now."""

    def __init__(self, fault: PrinterFault) -> None:
        super().__init__(fault.value)
        self.fault = fault
