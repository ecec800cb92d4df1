"""The status page: whether the shop can go on, at most two things to do, and a card for each thing."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response
from markupsafe import Markup

from edge.clock import Now
from edge.shop import Shop
from ui import advice, health
from ui.advice import Wrong
from ui.cards import BOARD, SHOPPERS, Card, Figure, Words, cards, figures, hq
from ui.here import house, moment, shop, show, voice
from ui.screens import Screens
from ui.text import Voice

status = Blueprint("status", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """All that `status/cards.html` shows. No names of people in it."""

    look: str
    icon: str
    first: Markup  # whether the shop can go on
    more: Markup
    to_do: list[Markup]
    support: str
    box: str
    hq: Card
    figures: list[Figure]
    cards: list[Card]
    station: str  # where the reader is signed in, and so may see what cameras see; else empty
    fresh: str  # address of the same, as it is then


def _first(w: Words, found: list[Wrong]) -> tuple[str, str, Markup, Markup]:
    """Look, icon, first line and second line of the verdict."""
    if not found:
        return "ok", "circle-check", w.say("status.well"), w.say("status.well.more")
    worst = found[0]
    icon = {"line": "wifi-off", "clock": "clock", "disk": "database", "disk_full": "database"}.get(worst.what)
    more = w.say(f"status.wrong.{worst.what}.more", **_about(w, worst))
    return worst.grave, icon or "triangle-alert", w.say(f"status.wrong.{worst.what}"), more


def _about(w: Words, one: Wrong) -> dict[str, Any]:
    thing = w.thing(one.reader) if one.reader else ""
    return {"place": w.place(one.station), "thing": thing, **{k: w.voice.number(n) for k, n in one.about.items()}}


def _to_do(w: Words, found: list[Wrong]) -> list[Markup]:
    """At most two things; with only one wrong, the second is whom to call if it does not help."""
    first = advice.to_do(found)
    told = [w.say(f"status.do.{one.do}", **_about(w, one)) for one in first]
    if len(told) == 1 and first[0].do not in advice.CALLS:
        told.append(w.say("status.do.call"))
    return told


def _for_shoppers(shop: Shop) -> frozenset[str]:
    return frozenset({BOARD, *(place.id for place in shop.config.stations if place.role in SHOPPERS)})


def view(shop: Shop, screens: Screens, voice: Voice, moment: Now, station: str = "") -> View:
    """How the shop is now, as `status/cards.html` shows it (its variable is `health`).

    `station` is given where the reader is signed in there: only they see what the cameras see.
    """
    it = health.look(shop, screens, moment)
    w, found = Words(shop, voice, it), advice.wrongs(it, _for_shoppers(shop))
    look, icon, first, more = _first(w, found)
    return View(
        look=look,
        icon=icon,
        first=first,
        more=more,
        to_do=_to_do(w, found),
        support=shop.policy.brand.support,
        box=shop.box.id[-4:],
        hq=hq(w),
        figures=figures(w),
        cards=cards(w),
        station=station,
        fresh=f"{f'/staff/{station}' if station else ''}/status/cards?lang={voice.language}",
    )


def notice(shop: Shop, screens: Screens, voice: Voice, moment: Now) -> Markup | None:
    """What every clerk must know whatever they are doing: one line for the staff's frame, or None where all is well."""
    found = advice.wrongs(health.look(shop, screens, moment), frozenset())
    return voice.say(f"status.wrong.{found[0].what}") if found and found[0].what in advice.FOR_ALL else None


def _show(template: str) -> str:
    return show(template, health=view(shop(), house().screens, voice(), moment()))


@status.get("/status")
def page() -> str:
    """The page by itself, for whoever stands before the box: no names, no pictures."""
    return _show("status/status.html")


@status.get("/status/cards")
def only_cards() -> str:
    """The content alone, for pages that show it to keep it fresh."""
    return _show("status/cards.html")


@status.after_request
def is_a_page(response: Response) -> Response:
    """Mark our own answers, as the board does."""
    response.headers["Noren-Page"] = house().stamp
    return response
