"""The context of a request: the shop for its thread, the screens, and a voice in the reader's language."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g, render_template, request
from markupsafe import Markup

from edge.config.toml_schema import Config
from edge.facts.journal import BoxIdentity
from edge.features.staff.pin_check import PinCheckPool
from edge.platform.clock import Now, now
from edge.platform.process import ProcessLife
from edge.replica import hq_replica
from edge.store_context import StoreContext, open_store_context
from ui.i18n import DEFAULT_LANGUAGE, LANGUAGES, Locale, Locales
from ui.process_state.code_attempts import CodeAttempts
from ui.process_state.front_traffic import FrontTraffic
from ui.process_state.last_typed import LastTyped
from ui.process_state.open_codes import OpenCodes
from ui.process_state.page_failures import PageFailures
from ui.process_state.scan_rate import ScanRateLimiter
from ui.process_state.screens import Screens


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessState:
    """The parts of the web process that all requests share."""

    ground: Config  # noren.toml; what is in force is the shop's
    past: int  # the config on trial when the process began
    box: BoxIdentity
    screens: Screens
    failures: PageFailures
    through: FrontTraffic
    tries: CodeAttempts
    slips: OpenCodes
    pins: PinCheckPool
    voices: Locales
    life: ProcessLife
    stamp: str  # of the static files
    names: frozenset[str]  # the hosts by name that requests may be for (ui/front/hosts.py)
    pace: ScanRateLimiter
    last_typed: LastTyped
    pepper: bytes  # of the marks that distinguish one shopper from the next on a screen


def process_state() -> ProcessState:
    return cast(ProcessState, current_app.extensions["house"])


def shop() -> StoreContext:
    """The shop for this request's thread; opened at the first question, closed with the request.

    Opening both files costs about a third of a millisecond; holding them per thread would keep 128 connections alive.
    """
    if "shop" not in g:
        g.closing = ExitStack()
        g.shop = g.closing.enter_context(
            open_store_context(process_state().ground, process_state().box, process_state().past)
        )
    return cast(StoreContext, g.shop)


def request_moment() -> Now:
    """One moment for the whole request."""
    if "moment" not in g:
        g.moment = now()
    return cast(Now, g.moment)


def language() -> str:
    """The page's language: what it asks for (`?lang=`), else the shop's own."""
    asked = request.args.get("lang", DEFAULT_LANGUAGE)
    return asked if asked in LANGUAGES else DEFAULT_LANGUAGE


def page_locale() -> Locale:
    return process_state().voices[language()]


def caller_locale() -> Locale:
    """The voice for an unknown browser: the language the page asks for, else the browser's, if there is a catalogue for it."""
    asked = request.args.get("lang") or request.accept_languages.best_match(list(LANGUAGES)) or DEFAULT_LANGUAGE
    return process_state().voices[asked]


def render_page(template: str, **values: object) -> str:
    """A template with what every template may use: voice, policy, store, time."""
    return render_template(
        template,
        v=page_locale(),
        policy=shop().policy,
        house=process_state(),
        now=request_moment(),
        **_COMMON,
        **values,
    )


def feed_version(feed: str) -> str:
    """The version of a feed, for URLs that may be cached for ever; of `config` the one in force."""
    return shop().settings.stamp if feed == "config" else hq_replica.feed_stamp(shop().hq, feed)


def has_drawing(picture: str) -> bool:
    """Whether HQ has sent the drawing a product or category names, under a name that an address can carry."""
    name = picture.removeprefix("picture/")
    return bool(name) and "/" not in name and hq_replica.has_row(shop().hq, "content", f"picture/{name}")


# Seconds left, and the time since when a screen is cut off: scripts write them in.
_COMMON = {
    "languages": LANGUAGES,
    "version": feed_version,
    "is_drawn": has_drawing,
    "left": Markup('<span class="num" data-left></span>'),
    "cut": Markup('<span class="num" data-cut></span>'),
}


def close_connections(_error: BaseException | None) -> None:
    """Close the request's connections."""
    g.pop("shop", None)
    if closing := g.pop("closing", None):
        closing.close()


def attach_process_state(app: Flask, it: ProcessState) -> None:
    """Attach the process state to an app."""
    app.extensions["house"] = it
    app.teardown_appcontext(close_connections)
