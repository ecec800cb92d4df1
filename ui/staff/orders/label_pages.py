"""The label of an order: asked for by a clerk or when the order is ready, and what has become of it."""

import logging
from datetime import datetime

from babel.dates import format_skeleton
from flask import Blueprint, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from edge.config.printer_sections import Printer, printer_of_station
from edge.disk.disk_space import require_room
from edge.features.member import NAME_MASK
from edge.features.pickup import order as orders
from edge.features.pickup.order import PickupOrder
from edge.features.pickup.state_machine import State
from edge.features.printing import queue
from edge.features.printing.document import PickupLabel
from edge.features.printing.job import PrintJob
from edge.features.printing.queue import PrintRequest, QueueFull
from edge.features.staff.sessions import Session, writing_as
from edge.platform.database import NoRoom
from ui.i18n import DEFAULT_LANGUAGE
from ui.request_context import process_state, request_moment, shop
from ui.staff import shell
from ui.staff.orders import pickup_list
from ui.staff.shell import signed_in

log = logging.getLogger(__name__)

labels = Blueprint("labels", __name__, url_prefix="/staff/<station>/order/<order>/label")
shell.install(labels)
labels.before_request(shell.require_sign_in)
labels.before_request(shell.require_orders)

SHELVED_STATES = frozenset({State.READY, State.ARRIVED, State.NO_SHOW})  # goods lie on a shelf, and want a label


def printer_here(station: str) -> Printer | None:
    """The printer of a station, if it has one: without it pages have no word of printing."""
    return printer_of_station(shop().config.printers, station)


def has_label(found: PickupOrder, station: str) -> bool:
    """Whether an order can have a label printed at a station."""
    return found.state in SHELVED_STATES and found.row.store == shop().box.store and printer_here(station) is not None


def latest_job(order: str) -> PrintJob | None:
    """The last label that was asked for."""
    return next(iter(queue.jobs_about(shop().db, order)), None)


def ask_when_ready(found: PickupOrder, me: Session, key: str, shelf: str) -> None:
    """Ask for the label of an order that has just become ready, inside that step's transaction, if HQ's policy says so.

    A full queue does not hold the order up: its page has a button.
    """
    if shop().policy.printing.label_on_ready and has_label(found, me.station):
        try:
            _ask(found, me, f"ready:{key}", shelf)
        except QueueFull as full:
            log.warning("no label: %s", full)


@labels.post("")
def print_label(order: str) -> Answer:
    """Ask for the label; pressed twice on one page, it is printed once."""
    found, me = _found(order), signed_in()
    if not has_label(found, me.station):
        return _back(order)
    key = f"asked:{order}:{request.form.get('key', '')[:32]}"
    shelf = pickup_list.staff_shelves(shop()).get(order) or found.row.shelf or ""
    try:
        require_room(shop().db)
        with writing_as(shop().db, me):
            _ask(found, me, key, shelf)
    except QueueFull:
        return _back(order, "labels_wait")
    except NoRoom:
        return _back(order, "no_room")
    return _changed(order)


@labels.post("/<int:job>/again")
def print_again(order: str, job: int) -> Answer:
    """Print a label once more that is perhaps printed, or was not; pressed twice, it is done once."""
    me, known = signed_in(), queue.find_job(shop().db, job)
    if known is None or known.about != order:
        abort(404)
    if not known.may_be_repeated:
        return _back(order)
    try:
        require_room(shop().db)
        with writing_as(shop().db, me):
            queue.print_again(shop().db, known, me.staff.staff, me.station, request_moment())
    except QueueFull:
        return _back(order, "labels_wait")
    except NoRoom:
        return _back(order, "no_room")
    return _changed(order)


def _found(order: str) -> PickupOrder:
    return orders.find_order(shop().db, shop().hq, shop().box, order) or abort(404)


def _back(order: str, said: str | None = None) -> Answer:
    return redirect(url_for("handover.show_order", order=order, said=said), 303)


def _changed(order: str) -> Answer:
    process_state().screens.changed("printing")
    return _back(order)


def _ask(found: PickupOrder, me: Session, key: str, shelf: str) -> None:
    printer = printer_here(me.station)
    assert printer is not None
    request_ = PrintRequest(
        key=key,
        printer=printer.id,
        document=_label(found, shelf),
        station=me.station,
        staff=me.staff.staff,
        about=found.row.order,
    )
    queue.ask_to_print(shop().db, request_, request_moment())


def _label(found: PickupOrder, shelf: str) -> PickupLabel:
    """In the shop's own language: the whole shift reads it, whoever has asked for it."""
    voice, row = process_state().voices[DEFAULT_LANGUAGE], found.row
    name = _name_on_paper(row.name)
    return PickupLabel(
        number=row.number,
        code=f"noren:o:{row.order}",
        name=voice.plain("printing.label.name", name=name) if name else "",
        shelf=shelf,
        until=voice.plain("printing.label.until", when=_when(row.hold_until)) if row.hold_until else "",
        made=voice.plain("printing.label.made", when=_when(request_moment().time)),
    )


def _name_on_paper(name: str) -> str:
    """As much of a name as HQ's policy lets lie open on a shelf."""
    match shop().policy.printing.name:
        case "kana":
            return name
        case "initial" if name:
            return f"{name[:1]}{NAME_MASK}"
        case _:
            return ""


def _when(at: datetime) -> str:
    local = at.astimezone(process_state().ground.zone)
    return f"{format_skeleton('MEd', local, locale=DEFAULT_LANGUAGE)} {local:%H:%M}"
