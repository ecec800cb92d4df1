"""The status page: whether the shop can go on, at most two things to do, and a card for each thing."""

from dataclasses import dataclass
from typing import Any

import msgspec
from flask import Blueprint, Response
from markupsafe import Markup

from edge.platform.clock import Now
from edge.store_context import StoreContext
from ui.access import caller
from ui.health.box_health import PagesState
from ui.health.check import run_checks
from ui.health.context import CheckContext
from ui.health.finding import Finding, HealthLevel
from ui.health.registry import ON_PAGE
from ui.health.report import FindingWords as FindingWords
from ui.health.report import HealthReport, finding_in_words, to_json
from ui.i18n import Locale
from ui.request_context import ProcessState, page_locale, process_state, render_page, request_moment, shop
from ui.status import troubleshooting
from ui.status.cards import HqFigure, ReportWords, ScannerPassage, StatusCard, cards, figures, hq, passages
from ui.status.troubleshooting import Problem

status = Blueprint("status", __name__)


LOOK_OF_LEVEL = {
    HealthLevel.OK: "ok",
    HealthLevel.UNKNOWN: "none",
    HealthLevel.WARNING: "low",
    HealthLevel.ERROR: "alert",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFinding:
    """A finding as the page lists it."""

    look: str
    word: Markup
    words: FindingWords
    wrong: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusView:
    """All that `status/cards.html` shows. No names of people in it."""

    look: str
    icon: str
    first: Markup  # whether the shop can go on
    more: Markup
    to_do: list[Markup]
    support: str
    box: str
    hq: StatusCard
    figures: list[HqFigure]
    cards: list[StatusCard]
    passages: list[ScannerPassage]
    findings: list[ShownFinding]
    station: str  # where the user is signed in, and so may see camera pictures; else empty
    fresh: str  # address of the same, as it is then


def _first(w: ReportWords, found: list[Problem]) -> tuple[str, str, Markup, Markup]:
    """Look, icon, first line and second line of the verdict."""
    if not found:
        return "ok", "circle-check", w.say("status.well"), w.say("status.well.more")
    worst = found[0]
    icon = {"line": "wifi-off", "clock": "clock", "disk": "database", "disk_full": "database", "saved": "database"}.get(
        worst.what
    )
    more = w.say(f"status.wrong.{worst.what}.more", **_about(w, worst))
    return worst.grave, icon or "triangle-alert", w.say(f"status.wrong.{worst.what}"), more


def _about(w: ReportWords, one: Problem) -> dict[str, Any]:
    thing = w.thing(one.reader) if one.reader else ""
    boxes = w.plain("status.and").join(
        w.plain("status.box_at", box=box, address=address or "?")
        for box, _, address in (one.partition("@") for one in w.it.clones.split(",") if one)
    )
    return {
        "boxes": boxes,
        "place": w.place(one.station),
        "thing": thing,
        **{k: w.voice.number(n) for k, n in one.about.items()},
    }


def _to_do(w: ReportWords, found: list[Problem]) -> list[Markup]:
    """At most two things; with only one wrong, the second is whom to call if it does not help."""
    first = troubleshooting.first_steps(found)
    told = [w.say(f"status.do.{one.do}", **_about(w, one)) for one in first]
    if len(told) == 1 and first[0].do not in troubleshooting.CALL_SUPPORT:
        told.append(w.say("status.do.call"))
    return told


def health_context(shop: StoreContext, house: ProcessState, moment: Now) -> CheckContext:
    """What the checks look at in the web process."""
    cut = house.ground.web.lan is not None and house.through.is_silent()
    pages = PagesState(screens=house.screens.by_station(), failing=house.failures.count_lately(), cut=cut)
    return CheckContext(moment=moment, config=house.ground, shop=shop, pages=pages)


def _shown(findings: list[Finding], voice: Locale, moment: Now) -> list[ShownFinding]:
    """Gravest first; reasons and remedies only of what is not as it should be."""
    ordered = sorted(findings, key=lambda one: -one.level.rank)
    return [
        ShownFinding(
            look=LOOK_OF_LEVEL[one.level],
            word=voice.say(f"health.level.{one.level}"),
            words=finding_in_words(one, voice, moment),
            wrong=one.level in (HealthLevel.WARNING, HealthLevel.ERROR),
        )
        for one in ordered
    ]


def view(shop: StoreContext, house: ProcessState, voice: Locale, moment: Now, station: str = "") -> StatusView:
    """The present state of the shop, as `status/cards.html` shows it (its variable is `health`).

    `station` is given if the user is signed in there: only then camera pictures are shown.
    """
    context = health_context(shop, house, moment)
    findings = run_checks(ON_PAGE, context)
    w, found = ReportWords(context, voice), troubleshooting.find_problems(findings, context.health)
    look, icon, first, more = _first(w, found)
    return StatusView(
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
        passages=passages(w),
        findings=_shown(findings, voice, moment),
        station=station,
        fresh=f"{f'/staff/{station}' if station else ''}/status/cards?lang={voice.language}",
    )


def staff_frame_notice(shop: StoreContext, house: ProcessState, voice: Locale, moment: Now) -> Markup | None:
    """What every clerk must know at any time: one line for the staff's frame, or None if all is well."""
    context = health_context(shop, house, moment)
    found = troubleshooting.find_problems(run_checks(troubleshooting.CHECKS_FOR_EVERYBODY, context), context.health)
    return (
        voice.say(f"status.wrong.{found[0].what}")
        if found and found[0].what in troubleshooting.CONCERNS_EVERYBODY
        else None
    )


def _show(template: str) -> str:
    return render_page(
        template, health=view(shop(), process_state(), page_locale(), request_moment()), pairs=caller.may_pair()
    )


@status.get("/status")
def page() -> str:
    """The page alone, for a person at the box: no names, no pictures."""
    return _show("status/status.html")


@status.get("/status/cards")
def only_cards() -> str:
    """The content alone, for pages that show it to keep it fresh."""
    return _show("status/cards.html")


@status.get("/status.json")
def as_json() -> Response:
    """The same findings for a program, as `noren doctor --json` prints them (docs/health.md)."""
    findings = run_checks(ON_PAGE, health_context(shop(), process_state(), request_moment()))
    box = shop().box
    report = HealthReport(moment=request_moment(), store=box.store, box=box.id, findings=findings)
    return Response(msgspec.json.encode(to_json(report, page_locale())), mimetype="application/json")


@status.after_request
def is_a_page(response: Response) -> Response:
    """Mark our own answers, as the board does."""
    response.headers["Noren-Page"] = process_state().stamp
    return response
