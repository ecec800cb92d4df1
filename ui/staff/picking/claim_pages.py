"""An order that another clerk collects: it is taken over by a press, and by nothing else."""

from flask import Blueprint, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from edge.facts.fact import FactAttributes
from edge.features.pickup import claims
from edge.features.pickup.claims import Claim, PickTakenOver
from edge.features.pickup.order import PickupOrder, find_order
from edge.features.pickup.state_machine import State
from edge.features.staff.sessions import writing_as
from ui.request_context import process_state, request_moment, shop
from ui.staff import shell
from ui.staff.shell import signed_in

claiming = Blueprint("claiming", __name__, url_prefix="/staff/<station>/order/<order>")
shell.install(claiming)
claiming.before_request(shell.require_sign_in)
claiming.before_request(shell.require_orders)


def claim_of_another(found: PickupOrder) -> Claim | None:
    """The claim of another clerk on an order that is being picked."""
    if found.state is not State.PICKING:
        return None
    claim = claims.claim_of(shop().db, found.row.order, request_moment().time)
    return claim if claim is not None and claim.staff != signed_in().staff.staff else None


@claiming.post("/take-over")
def take_over(order: str) -> Answer:
    """Go on with what another clerk (`from`) has begun. If somebody else has been quicker, the page says who has it now."""
    here, me = shop(), signed_in()
    with writing_as(here.db, me):
        found = find_order(here.db, here.hq, here.box, order)
        if found is not None and found.state is State.PICKING:
            taken = PickTakenOver(order=order, number=found.row.number, taken_from=request.form.get("from", ""))
            about = FactAttributes(member=found.row.member, staff=me.staff.staff, station=me.station)
            claims.take_over(here.db, here.box, taken, about, request_moment())
    process_state().screens.changed("orders")
    return redirect(url_for("handover.show_order", order=order), 303)
