"""The clerks' lists: pickup orders, calls, a product's stock; each refreshes itself when something changes."""

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from edge.codes import parsed_code as codes
from edge.codes.parse import parse_code
from edge.features import catalog
from edge.features.outcome import OutcomeRow
from edge.features.product import ProductPast, ProductShown
from edge.features.search import find as product_search
from edge.features.staff import calls as staff_calls
from edge.features.staff.sessions import writing_as
from edge.platform.clock import parse_utc
from edge.platform.database import rows, values
from edge.registry import decode_outcome
from ui import number_arguments
from ui.kiosk import product_view
from ui.kiosk.pack_lines import PackLabel
from ui.request_context import process_state, render_page, request_moment, shop
from ui.staff import shell
from ui.staff.orders import pickup_list
from ui.staff.orders.pickup_list import TAB_NAMES, Tab
from ui.staff.shell import page, request_station, signed_in

staff = Blueprint("staff", __name__, url_prefix="/staff/<station>")
shell.install(staff)
staff.before_request(shell.require_sign_in)

MAX_QUESTION_LENGTH = 60  # characters of a question
MAX_STYLES = 20  # products that a question finds; with more it was too short
MAX_ANSWERED_CALLS = 8  # calls of the past that are still shown


def _list(tab: Tab) -> Response:
    pile, said = pickup_list.tab_contents(shop(), tab, request_moment().time), request.args.get("said")
    return page("staff/list.html", pile=pile, said=said, asked="")


@staff.get("")
def waiting() -> Response | Answer:
    """The pickup list, with those to be handed over first."""
    return shell.require_orders() or _list("waiting")


@staff.get("/list/<tab>")
def tab(tab: str) -> Response | Answer:
    """Another tab of the list."""
    chosen = next((one for one in TAB_NAMES if one == tab), None)
    return (shell.require_orders() or _list(chosen)) if chosen else abort(404)


@staff.get("/find")
def find() -> Response | Answer:
    """Orders by number, name, member or what was ordered: `?asked=`. Names stay masked."""
    if elsewhere := shell.require_orders():
        return elsewhere
    asked = request.args.get("asked", "").strip()[:MAX_QUESTION_LENGTH]
    return page(
        "staff/list.html", pile=pickup_list.found_orders(shop(), asked, request_moment().time), said=None, asked=asked
    )


@staff.post("/touch")
def touch() -> tuple[str, int]:
    """A person uses the page without a request: the session is kept open."""
    return "", 204


@staff.get("/calls")
def calls() -> Response:
    """Who calls for staff, the longest first, and who answered the last ones."""
    sql = "select seq, station, gtin, time, answered, staff from staff_calls"
    listed = rows(shop().db, f"{sql} where answered is null order by seq")
    past = rows(shop().db, f"{sql} where answered is not null order by answered desc limit ?", (MAX_ANSWERED_CALLS,))
    return page("staff/calls.html", calls=[_call(row) for row in listed], past=[_call(row) for row in past])


def _call(row: dict[str, object]) -> dict[str, object]:
    """A call with its station's name and the minutes it has waited."""
    from_there = shop().config.station(str(row["station"]))
    at = parse_utc(str(row["time"]))
    answered = parse_utc(str(row["answered"])) if row["answered"] else None
    minutes = max(0, int((request_moment().time - at).total_seconds() // 60))
    gtin = row["gtin"]
    product = catalog.product(shop().hq, str(gtin)) if gtin else None
    return {
        **row,
        "product": product,
        "name": from_there.name if from_there else None,
        "at": at,
        "answered": answered,
        "minutes": minutes,
    }


@staff.post("/calls/<int:seq>/answer")
def answer_call(seq: int) -> Answer:
    """I am going: one tap, and the others see it."""
    with writing_as(shop().db, signed_in()):
        staff_calls.answer_call(shop().db, shop().box, seq, signed_in().staff.staff, request_moment())
    process_state().screens.changed("calls")
    return redirect(url_for("work.listed" if request.args.get("to") == "work" else "staff.calls"), 303)


@staff.get("/goods")
def goods() -> Response | Answer:
    """Scan a tag, or type `?number=`: a tag's number, a style's, or words of the product's name."""
    asked = request.args.get("number", "").strip()[:MAX_QUESTION_LENGTH]
    hit = (_typed(asked) or next(iter(catalog.products_of_style(shop().hq, asked)), None)) if asked else None
    if hit is not None:
        return redirect(url_for("staff.one_of_goods", gtin=hit.gtin), 303)
    found = product_search.find_styles(shop().hq, asked, most=MAX_STYLES)
    first = [next(iter(catalog.products_of_style(shop().hq, style)), None) for style in found.styles]
    match [one for one in first if one]:
        case [only]:
            return redirect(url_for("staff.one_of_goods", gtin=only.gtin), 303)
        case several:
            return page("staff/goods.html", card=None, asked=asked, pack=None, found=several)


@staff.get("/goods/<gtin>")
def one_of_goods(gtin: str) -> Response:
    """A product with its exact numbers, its shelf, and the stores around."""
    key = product_view.catalogue_key_of(shop(), gtin)
    found = product_view.product_card(shop(), key, request_moment().time)
    if found is None:
        abort(404)
    return page("staff/goods.html", card=found, asked="", pack=_pack(key), found=[])


def _typed(asked: str) -> catalog.Product | None:
    """The product whose number was typed as it is printed, by the same rules as a scan, or as HQ writes it."""
    found = parse_code(asked.encode(), rules=shop().policy.codes)
    keys = [found.gtin] if isinstance(found, codes.Product) else []
    rows_here = (catalog.product(shop().hq, key) for key in [*keys, product_view.catalogue_key_of(shop(), asked)])
    hit = next((one for one in rows_here if one), None)
    return catalog.product_on_shelf(shop().hq, hit) if hit else None


def _pack(gtin: str) -> PackLabel | None:
    """The data in the pack's code, if the page was opened by a scan (`?scan=`) of this product at this station."""
    seq = number_arguments.query_number("scan")
    sql = "select * from outcomes where seq = ? and station = ?"
    for row in values(shop().db, OutcomeRow, sql, (seq, request_station().id)) if seq else []:
        match decode_outcome(row):
            case ProductShown(label=label, case_of=pieces) as shown if shown.gtin == gtin:
                return PackLabel(label=label, case_of=pieces)
            case ProductPast(label=label, past=past) as over if over.gtin == gtin:
                return PackLabel(label=label, past=past)
    return None


@staff.get("/goods/<gtin>/near")
def near_goods(gtin: str) -> str | tuple[str, int]:
    """The neighbour stores as HQ knows them now; 204 if HQ does not answer in time."""
    key = product_view.catalogue_key_of(shop(), gtin)
    it = catalog.product(shop().hq, key)
    if it is None:
        abort(404)
    found = product_view.ask_nearby(shop(), key, request_moment().time, process_state().life)
    if found is None:
        return "", 204
    return render_page("staff/near.html", it=it, near=found[0], near_at=found[1], told=True)
