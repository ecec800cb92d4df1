"""Printers in the health of a box: each by name, with what is wrong and what to do."""

import msgspec
import pytest

from edge.config.printer_sections import FolderPrinter
from edge.features.printing import results
from edge.features.printing.printer_fault import PrinterFault
from edge.platform import heartbeat
from edge.platform.clock import now
from edge.store_context import StoreContext
from tests.ui.health.conftest import Look
from tests.ui.shop_floor import Floor
from ui.health.checks.printers import CLERK_CAN_MEND
from ui.health.finding import Finding, HealthLevel


def seen(look: Look, floor: Floor) -> Finding:
    """The finding of a box with one printer."""
    config = msgspec.structs.replace(floor.config, printers=[FolderPrinter(id="labels", folder="/nowhere")])
    (found,) = look("printers.state", config=config, shop=StoreContext(config, floor.box, floor.db, floor.hq))
    return found


def test_a_box_without_printers_is_well(look: Look) -> None:
    assert [(one.state, one.level) for one in look("printers.state")] == [("none", HealthLevel.OK)]


def test_a_printer_that_nobody_has_looked_at_yet_is_told(look: Look, floor: Floor) -> None:
    assert seen(look, floor).state == "stopped"
    results.note_printers(floor.db, {"labels": "file"}, now())
    assert (seen(look, floor).state, seen(look, floor).level) == ("starting", HealthLevel.UNKNOWN)


@pytest.mark.parametrize("fault", list(PrinterFault))
def test_what_is_wrong_is_told_with_what_to_do(look: Look, floor: Floor, fault: PrinterFault) -> None:
    results.note_printers(floor.db, {"labels": "file"}, now())
    results.note_printer(floor.db, "labels", fault, now())
    found = seen(look, floor)
    assert (found.state, found.level, found.subject) == ("lost", HealthLevel.WARNING, "labels")
    assert found.do == f"health.do.{CLERK_CAN_MEND.get(fault, 'support')}"
    results.note_printer(floor.db, "labels", None, now())
    assert (seen(look, floor).state, seen(look, floor).level) == ("works", HealthLevel.OK)


def test_a_process_that_stands_still_is_told(look: Look, floor: Floor) -> None:
    results.note_printers(floor.db, {"labels": "file"}, now())
    results.note_printer(floor.db, "labels", None, now())
    moment = now()
    heartbeat.note_rounds(floor.db, "print", {"heartbeat": 0.0}, heartbeat.SILENT_AFTER_S + 1, moment)
    assert (seen(look, floor).state, seen(look, floor).level) == ("stopped", HealthLevel.WARNING)
