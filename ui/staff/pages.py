"""The clerks' lists: pickup orders, calls, a product's stock; each refreshes itself when something changes."""

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from edge import catalog
from edge.clock import parse_utc
from edge.store import rows, writing
from ui import product
from ui.here import house, moment, shop, show
from ui.staff import desk, queue
from ui.staff.desk import page, signed_in
from ui.staff.queue import TABS, Tab

staff = Blueprint("staff", __name__, url_prefix="/staff/<station>")
desk.fit(staff)
staff.before_request(desk.only_signed_in)

ANSWERED_MOST = 8  # calls of the past that are still shown
GTIN = 14  # digits of the catalogue's key; a tag has 8, 12 or 13 of them


def _list(tab: Tab) -> Response:
    return page("staff/list.html", pile=queue.pile(shop(), tab, moment().time), said=request.args.get("said"))


@staff.get("")
def waiting() -> Response:
    """The pickup list, with those to be handed over first."""
    return _list("waiting")


@staff.get("/list/<tab>")
def tab(tab: str) -> Response:
    """Another tab of the list."""
    chosen = next((one for one in TABS if one == tab), None)
    return _list(chosen) if chosen else abort(404)


@staff.post("/touch")
def touch() -> tuple[str, int]:
    """Somebody is using the page without asking for anything: the session lives on (desk.fit sees to it)."""
    return "", 204


@staff.get("/calls")
def calls() -> Response:
    """Who calls for staff, the longest first, and who answered the last ones."""
    sql = "select seq, station, time, answered, staff from staff_calls"
    listed = rows(shop().db, f"{sql} where answered is null order by seq")
    past = rows(shop().db, f"{sql} where answered is not null order by answered desc limit ?", (ANSWERED_MOST,))
    return page("staff/calls.html", calls=[_call(row) for row in listed], past=[_call(row) for row in past])


def _call(row: dict[str, object]) -> dict[str, object]:
    """A call with its station's name and the minutes it has waited."""
    from_there = shop().config.station(str(row["station"]))
    at = parse_utc(str(row["time"]))
    answered = parse_utc(str(row["answered"])) if row["answered"] else None
    minutes = max(0, int((moment().time - at).total_seconds() // 60))
    return {**row, "name": from_there.name if from_there else None, "at": at, "answered": answered, "minutes": minutes}


@staff.post("/calls/<int:seq>/answer")
def answer_call(seq: int) -> Answer:
    """I am going: one tap, and the others see it."""
    with writing(shop().db):
        shop().db.conn.execute(
            "update staff_calls set answered = ?, staff = ? where seq = ? and answered is null",
            (moment().text, signed_in().staff.staff, seq),
        )
    house().screens.changed("calls")
    return redirect(url_for("staff.calls"), 303)


@staff.get("/goods")
def goods() -> Response | Answer:
    """Scan a tag, or type its number: `?number=` of a tag or of a style."""
    asked = request.args.get("number", "").strip()
    if not asked:
        return page("staff/goods.html", card=None, asked="")
    hit = catalog.product(shop().hq, asked.zfill(GTIN)) or next(iter(catalog.of_style(shop().hq, asked)), None)
    if hit is None:
        return page("staff/goods.html", card=None, asked=asked)
    return redirect(url_for("staff.one_of_goods", gtin=hit.gtin), 303)


@staff.get("/goods/<gtin>")
def one_of_goods(gtin: str) -> Response:
    """A product with its exact numbers, its shelf, and the stores around."""
    found = product.card(shop(), gtin, moment().time)
    if found is None:
        abort(404)
    return page("staff/goods.html", card=found, asked="")


@staff.get("/goods/<gtin>/near")
def near_goods(gtin: str) -> str | tuple[str, int]:
    """The stores around as HQ knows them now; 204 where HQ does not say in time."""
    it = catalog.product(shop().hq, gtin)
    if it is None:
        abort(404)
    found = product.near_now(shop(), gtin, house().life)
    return ("", 204) if found is None else show("staff/near.html", it=it, near=found, told=True)
