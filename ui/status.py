"""The status page: whether the shop can go on, what to do, and how each thing is, in a clerk's words."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response
from markupsafe import Markup

from edge.clock import Now, business_day
from edge.shop import Shop
from ui import advice, health
from ui.advice import Wrong
from ui.health import Health, Reader
from ui.here import house, moment, shop, show, voice
from ui.screens import Screens
from ui.text import Voice

status = Blueprint("status", __name__)

BOARD = "board"
SHOPPERS = ("kiosk", "entrance")  # roles of stations whose screens shoppers stand before
CLERKS = ("counter", "handheld")
GIGABYTE = 1e9  # as card makers count
ICONS = {"serial": "scan-barcode", "hid": "scan-barcode", "camera": "camera"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One thing and how it is; `look` is the colour of its word: ok, low, alert, none."""

    icon: str
    title: str
    text: Markup | str
    look: str
    word: Markup | str
    camera: str = ""  # the device whose picture may be shown here


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number about the line to HQ."""

    name: Markup
    value: str


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


class Words:
    """A health told in one language, at one moment."""

    def __init__(self, shop: Shop, voice: Voice, it: Health) -> None:
        self.shop, self.say, self.plain, self.voice, self.it = shop, voice.say, voice.plain, voice, it

    def when(self, at: datetime) -> str:
        """The time of day, with its date where that was not today."""
        config, clock = self.shop.config, self.voice.clock(at)
        days = [business_day(one, config.zone, config.store.day_starts) for one in (at, self.it.moment.time)]
        if days[0] == days[1]:
            return clock
        return self.plain("status.when", day=self.voice.day(at.astimezone(config.zone).date()), time=clock)

    def place(self, station: str | None) -> str:
        """What the installer called a station; the board is called what it is."""
        found = self.shop.config.station(station) if station else None
        return self.voice.plain_words(found.name) if found else self.plain("status.board")

    def thing(self, kind: str) -> str:
        return self.plain(f"status.thing.{'camera' if kind == 'camera' else 'scanner'}")


def _first(w: Words, found: list[Wrong]) -> tuple[str, str, Markup, Markup]:
    """Look, icon, first line and second line of the verdict."""
    if not found:
        return "ok", "circle-check", w.say("status.well"), w.say("status.well.more")
    worst = found[0]
    icon = {"line": "wifi-off", "clock": "clock", "disk": "database", "disk_full": "database"}.get(worst.what)
    more = w.say(f"status.wrong.{worst.what}.more", **_about(w, worst))
    return worst.grave, icon or "triangle-alert", w.say(f"status.wrong.{worst.what}"), more


def _about(w: Words, one: Wrong) -> dict[str, Any]:
    thing = w.thing(one.kind) if one.kind else ""
    return {"place": w.place(one.station), "thing": thing, **{k: w.voice.number(n) for k, n in one.about.items()}}


def _to_do(w: Words, found: list[Wrong]) -> list[Markup]:
    """At most two things; with only one wrong, the second is whom to call if it does not help."""
    first = advice.to_do(found)
    told = [w.say(f"status.do.{one.do}", **_about(w, one)) for one in first]
    if len(told) == 1 and first[0].do not in ("support", "disk", "disk_full", "wedge"):
        told.append(w.say("status.do.call"))
    return told


def _reader(w: Words, one: Reader, number: int) -> Card:
    thing = "camera" if one.kind == "camera" else "scanner"
    title = w.plain(f"status.card.{thing}", place=w.place(one.station)) + (f" {number}" if number else "")
    look, word = {"works": ("ok", "well"), "starting": ("none", "starting")}.get(one.state, ("alert", "blind"))
    if one.state == "lost" and not one.blind:
        look, word = "none", "ended"
    return Card(
        icon=ICONS[one.kind],
        title=title,
        text=_readings(w, one) if one.state == "works" else _why(w, one),
        look=look,
        word=w.say(f"status.is.{word}"),
        camera=one.device if one.kind == "camera" and one.state != "stopped" else "",
    )


def _readings(w: Words, one: Reader) -> Markup:
    if one.today and one.last:
        return w.say("status.reader.today", one.today, count=w.voice.number(one.today), time=w.when(one.last))
    return w.say("status.reader.none")


def _why(w: Words, one: Reader) -> Markup:
    """What is wrong with a reader, and since when; `stopped` is told by its process, which cannot say since when."""
    match one.state:
        case "lost":
            assert one.since is not None
            return w.say("status.lost", why=w.say(f"status.lost.{one.detail}"), time=w.when(one.since))
        case state:
            return w.say(f"status.reader.{state}")


def _readers(w: Words) -> list[Card]:
    """A card for each reader; those of one kind at one station are numbered."""
    many = Counter((one.station, one.kind) for one in w.it.readers)
    so_far: Counter[tuple[str, str]] = Counter()
    cards = []
    for one in w.it.readers:
        what = (one.station, one.kind)
        so_far[what] += 1
        cards.append(_reader(w, one, so_far[what] if many[what] > 1 else 0))
    return cards


def _screen(w: Words, title: str, icon: str, count: int | None) -> Card:
    """A screen for shoppers; `count` is None where none has been opened since the start."""
    match count:
        case None:
            look, word, text = "none", "unopened", "unopened"
        case 0:
            look, word, text = "low", "gone", "gone"
        case _:
            look, word, text = "ok", "well", "open"
    return Card(icon=icon, title=title, text=w.say(f"status.screen.{text}"), look=look, word=w.say(f"status.is.{word}"))


def _screens(w: Words) -> list[Card]:
    stations, open_ = w.shop.config.stations, w.it.screens
    cards = [
        _screen(w, w.plain("status.screen", place=w.place(place.id)), "monitor", open_.get(place.id))
        for place in stations
        if place.role in SHOPPERS
    ]
    cards.append(_screen(w, w.plain("status.board"), "layout-list", open_.get(BOARD)))
    staff = sum(open_.get(one, 0) for one in ("staff", *(place.id for place in stations if place.role in CLERKS)))
    text = w.say("status.staff.open", staff) if staff else w.say("status.staff.none")
    word = w.say("status.is.well" if staff else "status.is.unopened")
    title = w.plain("status.staff")
    return [*cards, Card(icon="smartphone", title=title, text=text, look="ok" if staff else "none", word=word)]


def _hq(w: Words) -> Card:
    line = w.it.line
    look, word = ("ok", "well") if line.reach == "there" else ("low", "cut")
    at = line.heard if line.reach in ("there", "late") else line.since
    known = w.say(f"status.hq.{line.reach}", time=w.when(at)) if at else w.say("status.hq.never")
    icon = "wifi" if line.reach == "there" else "wifi-off"
    return Card(icon=icon, title=w.plain("status.hq"), text=known, look=look, word=w.say(f"status.is.{word}"))


def _figures(w: Words) -> list[Figure]:
    facts = w.it.line.facts
    told = {"made": facts.made, "kept": facts.kept, "waiting": max(0, facts.waiting)}
    return [Figure(name=w.say(f"status.hq.{name}"), value=w.voice.number(n)) for name, n in told.items()]


def _clock(w: Words) -> Card:
    look, word = {"synced": ("ok", "well"), "holdover": ("none", "alone")}.get(w.it.clock, ("low", "wrong"))
    return Card(
        icon="clock",
        title=w.plain("status.clock"),
        text=w.say(f"status.clock.{w.it.clock}"),
        look=look,
        word=w.say(f"status.is.{word}"),
    )


def _disk(w: Words) -> Card:
    disk = w.it.disk
    look, word = ("ok", "well")
    if disk.used >= advice.NEARLY:
        look, word = ("alert", "full") if disk.used >= advice.FULL else ("low", "nearly_full")
    text = w.say(
        "status.disk.free",
        free=w.voice.number(round(disk.free / GIGABYTE, 1)),
        total=w.voice.number(round(disk.total / GIGABYTE, 1)),
    )
    return Card(icon="database", title=w.plain("status.disk"), text=text, look=look, word=w.say(f"status.is.{word}"))


def _versions(w: Words) -> Card:
    it = w.it.versions
    text = w.say("status.versions.text", config=it.config, catalog=it.catalog, products=w.voice.number(it.products))
    word = w.say("status.versions.number", version=it.software) if it.software else w.say("status.versions.source")
    return Card(icon="info", title=w.plain("status.versions"), text=text, look="none", word=word)


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
        hq=_hq(w),
        figures=_figures(w),
        cards=[*_readers(w), *_screens(w), _clock(w), _disk(w), _versions(w)],
        station=station,
        fresh=f"{f'/staff/{station}' if station else ''}/status/cards?lang={voice.language}",
    )


def _show(template: str) -> str:
    return show(template, health=view(shop(), house().screens, voice(), moment()))


@status.get("/status")
def page() -> str:
    """The page by itself, for whoever stands before the box: no names, no pictures."""
    return _show("status/status.html")


@status.get("/status/cards")
def cards() -> str:
    """The content alone, for pages that show it to keep it fresh."""
    return _show("status/cards.html")


@status.after_request
def is_a_page(response: Response) -> Response:
    """Mark our own answers, as the board does."""
    response.headers["Noren-Page"] = house().stamp
    return response
