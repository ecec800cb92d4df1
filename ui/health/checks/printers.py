"""Printers: whether each would print, as the process that prints sees it."""

from collections.abc import Iterator

from edge.features.printing.printer_fault import PrinterFault
from edge.features.printing.results import printer_states
from edge.platform.clock import parse_utc
from ui.health.check import CheckResult
from ui.health.context import CheckContext
from ui.health.finding import MessageArgument, MessageKey

PRINT_LOOP = ("print", "heartbeat")
# What a clerk can do about a printer; with any other fault the support line must help.
CLERK_CAN_MEND = {
    PrinterFault.PAPER_OUT: "paper",
    PrinterFault.COVER_OPEN: "cover",
    PrinterFault.JAM: "jam",
    PrinterFault.NOT_FOUND: "plug",
    PrinterFault.GONE: "plug",
    PrinterFault.NO_ANSWER: "plug",
}


def printers(context: CheckContext) -> Iterator[CheckResult]:
    """Each printer of noren.toml."""
    known = {one.printer: one for one in printer_states(context.shop.db)}
    if not context.shop.config.printers:
        yield CheckResult("none")
    for printer in context.shop.config.printers:
        about: dict[str, MessageArgument] = {"name": printer.id}
        found = known.get(printer.id)
        if PRINT_LOOP in context.health.silent or found is None:
            yield CheckResult("stopped", printer.id, about)
        elif found.state == "lost":
            why: dict[str, MessageArgument] = {
                "reason": MessageKey(f"printing.reason.{found.reason}"),
                "since": parse_utc(found.since),
            }
            yield CheckResult(
                "lost", printer.id, about | why, do=CLERK_CAN_MEND.get(PrinterFault(found.reason), "support")
            )
        else:
            yield CheckResult(found.state, printer.id, about)
