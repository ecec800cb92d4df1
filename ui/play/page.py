"""The play page: click a code, and see the result at the screens; the click takes the way of a real scan."""

from typing import Any

from flask import Blueprint, Response, abort, jsonify, request, url_for

from edge.config.toml_schema import Station
from edge.facts.journal import journal_progress
from ui.number_arguments import row_number
from ui.play import scanner_control
from ui.play.cards import CODE_LIFETIME_S, Card, PlayFile, read_play_file, rotating_code
from ui.play.code_pictures import MAX_CODE_BYTES, draw_code
from ui.play.scanner_control import ScannerAway
from ui.request_context import page_locale, process_state, render_page, shop

play = Blueprint("play", __name__, url_prefix="/play")

CARD_GROUPS = ("member", "product", "pickup", "odd")
# The faults of the virtual scanner; a plug is out for five seconds, a stall takes three.
SCANNER_FAULTS: dict[str, dict[str, Any]] = {
    "none": {"fault": "none"},
    "drop": {"fault": "drop", "every": 7},
    "stall": {"fault": "stall", "seconds": 3},
    "vanish": {"fault": "vanish", "seconds": 5},
}


def _play() -> PlayFile:
    file = process_state().ground.web.play
    return read_play_file(file) if file else abort(404)


def _stations(it: PlayFile) -> list[Station]:
    """The stations that have a virtual scanner, as noren.toml has them."""
    return [place for place in shop().config.stations if place.id in it.scanners]


def _picture(n: int, card: Card) -> str | None:
    """The address of a card's picture, or None if no picture can hold it."""
    return url_for("play.picture", n=n) if len(card.raw) <= MAX_CODE_BYTES else None


@play.get("")
def page() -> str:
    """Codes on one side, the chosen station's screen on the other."""
    it = _play()
    stations = _stations(it)
    chosen = next((place for place in stations if place.id == request.args.get("station")), None)
    cards = [(n, card, _picture(n, card)) for n, card in enumerate(it.cards)]
    return render_page(
        "play/play.html",
        groups=[(group, [one for one in cards if one[1].group == group]) for group in CARD_GROUPS],
        stations=stations,
        chosen=chosen or next(iter(stations), None),
        staff=it.staff,
        faults=tuple(SCANNER_FAULTS),
        lives=CODE_LIFETIME_S,
    )


@play.get("/code/<int:n>.svg")
def picture(n: int) -> Response:
    """A card's code."""
    cards = _play().cards
    if n >= len(cards):
        abort(404)
    return _drawn(cards[n].symbology, cards[n].raw)


@play.get("/token.svg")
def token_picture() -> Response:
    """A minted code (`?code=`) as a QR code."""
    return _drawn("qr", request.args.get("code", "").encode())


def _drawn(symbology: str, data: bytes) -> Response:
    try:
        return Response(draw_code(symbology, data), mimetype="image/svg+xml")
    except ValueError:
        abort(404)


@play.post("/token")
def token() -> Response:
    """Mint a rotating member code."""
    code = rotating_code(_play().issuer)
    return jsonify(code=code, picture=url_for("play.token_picture", code=code), lives=CODE_LIFETIME_S)


def _control(it: PlayFile) -> str:
    return it.scanners.get(request.form.get("station", "")) or abort(404)


def _done(why: ScannerAway | None = None) -> tuple[Response, int]:
    if why is None:
        return jsonify(ok=True), 200
    return jsonify(ok=False, text=page_locale().plain("play.away")), 503


@play.post("/send")
def send() -> tuple[Response, int]:
    """Let the station's scanner read a card (`card=`) or a text (`text=`)."""
    it, n = _play(), row_number(request.form.get("card"))
    data = it.cards[n].raw if n is not None and n < len(it.cards) else request.form.get("text", "").encode()
    if not data:
        abort(400)
    try:
        scanner_control.send(_control(it), data)
    except ScannerAway as why:
        return _done(why)
    return _done()


@play.post("/fault")
def fault() -> tuple[Response, int]:
    """Let the station's scanner fail from now on, or work again."""
    words = SCANNER_FAULTS.get(request.form.get("fault", "")) or abort(400)
    try:
        scanner_control.send_command(_control(_play()), **words)
    except ScannerAway as why:
        return _done(why)
    return _done()


@play.get("/standing")
def how_it_stands() -> Response:
    """Facts made and facts HQ has kept, for the foot of the page."""
    facts = journal_progress(shop().db, shop().box.epoch)
    return jsonify(made=facts.made, kept=facts.kept, waiting=facts.waiting)
