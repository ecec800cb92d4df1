"""A card for each thing of the shop and how it is, in a clerk's words."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from markupsafe import Markup

from edge.config.station_role import SHOPPER_ROLES, STAFF_ROLES
from edge.disk.watermarks import DiskLevel
from edge.platform.clock import business_day
from ui.health.context import CheckContext
from ui.health.readers import Reader, ReaderCounts, reader_noun
from ui.i18n import Locale

BOARD_PAGE = "board"
GIGABYTE = 1e9  # as card makers count
DEVICE_ICONS = {"serial": "scan-barcode", "hid": "scan-barcode", "camera": "camera"}


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusCard:
    """One thing and its state; `look` is the colour of its word: ok, low, alert, none."""

    icon: str
    title: str
    text: Markup | str
    look: str
    word: Markup | str
    camera: str = ""  # the device whose picture may be shown here


@dataclass(frozen=True, slots=True, kw_only=True)
class HqFigure:
    """A number about the connection to HQ."""

    name: Markup
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannerPassage:
    """What a scanner sent and what became of it, for a person who looks for a lost scan."""

    name: str
    heard: str
    readings: str
    refused: str
    answered: str
    setup: str  # address of the page that checks it; empty for one that types into no page
    note: str  # what ends a code there, and why the last refusal was one


class ReportWords:
    """The texts of a health report in one language, at one time."""

    def __init__(self, context: CheckContext, voice: Locale) -> None:
        self.shop, self.it, self.screens = context.shop, context.health, context.pages.screens
        self.say, self.plain, self.voice = voice.say, voice.plain, voice

    def when(self, at: datetime) -> str:
        """The time of day, with its date if that was not today."""
        config, clock = self.shop.config, self.voice.clock(at)
        days = [business_day(one, config.zone, config.store.day_starts) for one in (at, self.it.moment.time)]
        if days[0] == days[1]:
            return clock
        return self.plain("status.when", day=self.voice.day(at.astimezone(config.zone).date()), time=clock)

    def place(self, station: str | None) -> str:
        """What the installer called a station; the board is called what it is."""
        found = self.shop.config.station(station) if station else None
        return self.voice.plain_words(found.name) if found else self.plain("status.board")

    def thing(self, one: Reader) -> str:
        """What a clerk calls a reader, with its number if there are several."""
        name = self.plain(f"status.thing.{reader_noun(one)}")
        return f"{name} {one.number}" if one.number else name


def _reader(w: ReportWords, one: Reader) -> StatusCard:
    number = f" {one.number}" if one.number else ""
    if one.garbled:
        text = w.say("status.reader.garbled", count=w.voice.number(one.counts.refused_in_a_row))
        return replace(
            _reader(w, replace(one, counts=ReaderCounts())), text=text, look="low", word=w.say("status.is.garbled")
        )
    if one.state == "works" and w.it.disk.level is DiskLevel.FULL:
        text = w.say("status.reader.full", one.counts.no_room, count=w.voice.number(one.counts.no_room))
        return replace(_reader(w, replace(one, state="starting")), text=text, look="low", word=w.say("status.is.tags"))
    look, word = {"works": ("ok", "well"), "starting": ("none", "starting")}.get(one.state, ("alert", "blind"))
    if one.state == "lost" and not one.blind:
        look, word = "none", "ended"
    return StatusCard(
        icon=DEVICE_ICONS[one.kind],
        title=w.plain(f"status.card.{reader_noun(one)}", place=w.place(one.station), number=number),
        text=_readings(w, one) if one.state == "works" else _why(w, one),
        look=look,
        word=w.say(f"status.is.{word}"),
        camera=one.device if one.kind == "camera" and one.state != "stopped" else "",
    )


def _readings(w: ReportWords, one: Reader) -> Markup:
    if one.today and one.last:
        return w.say("status.reader.today", one.today, count=w.voice.number(one.today), time=w.when(one.last))
    return w.say("status.reader.none")


def _why(w: ReportWords, one: Reader) -> Markup:
    """What is wrong with a reader, and since when; for `stopped` the time is unknown, because its process cannot report it."""
    match one.state:
        case "lost":
            assert one.since is not None
            return w.say("status.lost", why=w.say(f"status.lost.{one.detail}"), time=w.when(one.since))
        case state:
            return w.say(f"status.reader.{state}")


def _screen(w: ReportWords, title: str, icon: str, count: int | None) -> StatusCard:
    """A screen for shoppers; `count` is None if none has been opened since the start."""
    match count:
        case None:
            look, word, text = "none", "unopened", "unopened"
        case 0:
            look, word, text = "low", "gone", "gone"
        case _:
            look, word, text = "ok", "well", "open"
    return StatusCard(
        icon=icon, title=title, text=w.say(f"status.screen.{text}"), look=look, word=w.say(f"status.is.{word}")
    )


def _screens(w: ReportWords) -> list[StatusCard]:
    stations, open_ = w.shop.config.stations, w.screens
    cards = [
        _screen(w, w.plain("status.screen", place=w.place(place.id)), "monitor", open_.get(place.id))
        for place in stations
        if place.role in SHOPPER_ROLES
    ]
    cards.append(_screen(w, w.plain("status.board"), "layout-list", open_.get(BOARD_PAGE)))
    staff = sum(open_.get(one, 0) for one in ("staff", *(place.id for place in stations if place.role in STAFF_ROLES)))
    text = w.say("status.staff.open", staff) if staff else w.say("status.staff.none")
    word = w.say("status.is.well" if staff else "status.is.unopened")
    title = w.plain("status.staff")
    return [*cards, StatusCard(icon="smartphone", title=title, text=text, look="ok" if staff else "none", word=word)]


def hq(w: ReportWords) -> StatusCard:
    line = w.it.line
    look, word = ("ok", "well") if line.reach == "there" else ("low", "cut")
    at = line.heard if line.reach in ("there", "late") else line.since
    known = w.say(f"status.hq.{line.reach}", time=w.when(at)) if at else w.say("status.hq.never")
    icon = "wifi" if line.reach == "there" else "wifi-off"
    return StatusCard(icon=icon, title=w.plain("status.hq"), text=known, look=look, word=w.say(f"status.is.{word}"))


def figures(w: ReportWords) -> list[HqFigure]:
    facts = w.it.line.facts
    told = {"made": facts.made, "kept": facts.kept, "waiting": max(0, facts.waiting)}
    return [HqFigure(name=w.say(f"status.hq.{name}"), value=w.voice.number(n)) for name, n in told.items()]


def passages(w: ReportWords) -> list[ScannerPassage]:
    """A row for each serial scanner, then for each scanner that types into a page."""
    number, found = w.voice.number, []
    for one in w.it.readers:
        if one.kind != "camera":
            it = one.counts
            notes = [w.plain(f"status.ending.{it.ending}")] if it.ending else []
            notes += [w.plain(f"status.refused.{it.why}")] if it.why else []
            figures = (number(n) for n in (it.heard, it.readings, it.refused, it.answered))
            found.append(_passage(f"{w.place(one.station)} {w.thing(one)}", figures, notes, ""))
    for page in w.it.wedges:
        notes = [w.plain(f"status.refused.{page.why}")] if page.why else []
        figures = (number(n) for n in (page.heard, page.readings, page.refused, page.answered))
        found.append(
            _passage(w.plain("status.screen", place=w.place(page.station)), figures, notes, f"/setup/{page.station}")
        )
    return found


def _passage(name: str, figures: Iterable[str], notes: list[str], setup: str) -> ScannerPassage:
    heard, readings, refused, answered = figures
    return ScannerPassage(
        name=name,
        heard=heard,
        readings=readings,
        refused=refused,
        answered=answered,
        setup=setup,
        note=" · ".join(notes),
    )


def _clock(w: ReportWords) -> StatusCard:
    look, word = {"synced": ("ok", "well"), "holdover": ("none", "alone")}.get(w.it.moment.clock, ("low", "wrong"))
    return StatusCard(
        icon="clock",
        title=w.plain("status.clock"),
        text=w.say(f"status.clock.{w.it.moment.clock}"),
        look=look,
        word=w.say(f"status.is.{word}"),
    )


def _disk(w: ReportWords) -> StatusCard:
    disk = w.it.disk
    look, word = {DiskLevel.FULL: ("alert", "full"), DiskLevel.SHORT: ("low", "nearly_full")}.get(
        disk.level, ("ok", "well")
    )
    text = w.say(
        "status.disk.free",
        free=w.voice.number(round(disk.free / GIGABYTE, 1)),
        total=w.voice.number(round(disk.total / GIGABYTE, 1)),
    )
    return StatusCard(
        icon="database", title=w.plain("status.disk"), text=text, look=look, word=w.say(f"status.is.{word}")
    )


def _key(w: ReportWords) -> list[StatusCard]:
    """Shown as long as a stolen card would include the keys: an installer can seal them."""
    found = {"key": w.it.key_beside, "own_keys": w.it.keys_in_the_clear}
    word = w.say("status.is.unsealed")
    return [
        StatusCard(
            icon="lock", title=w.plain(f"status.{what}"), text=w.say(f"status.{what}.beside"), look="none", word=word
        )
        for what, is_so in found.items()
        if is_so
    ]


def _versions(w: ReportWords) -> StatusCard:
    it = w.it.versions
    text = w.say("status.versions.text", config=it.config, catalog=it.catalog, products=w.voice.number(it.products))
    word = w.say("status.versions.number", version=it.software) if it.software else w.say("status.versions.source")
    return StatusCard(icon="info", title=w.plain("status.versions"), text=text, look="none", word=word)


def _unusable(w: ReportWords) -> list[StatusCard]:
    """Rows of HQ's that cannot be used: only the row itself is missing, and HQ must correct it."""
    count = w.it.versions.unusable
    if not count:
        return []
    text, word = w.say("status.unusable.text", count), w.say("status.is.told")
    return [StatusCard(icon="info", title=w.plain("status.unusable"), text=text, look="low", word=word)]


def cards(w: ReportWords) -> list[StatusCard]:
    """Readers and screens in noren.toml's order, then the box itself: each thing always at the same place."""
    readers = [_reader(w, one) for one in w.it.readers]
    return [*readers, *_screens(w), _clock(w), _disk(w), *_key(w), _versions(w), *_unusable(w)]
