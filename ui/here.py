"""What a request stands on: the shop for its thread, the screens, and a voice in the reader's language."""

from contextlib import ExitStack
from dataclasses import dataclass
from typing import cast

from flask import Flask, current_app, g, render_template, request
from markupsafe import Markup

from edge import mirror
from edge.clock import Now, now
from edge.config import Config
from edge.journal import Box
from edge.service import Life
from edge.shop import Shop, open_shop
from ui.screens import Screens
from ui.text import HOME, LANGUAGES, Voice, Voices


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What the web process holds once, whatever the request."""

    ground: Config  # noren.toml; what is in force is the shop's
    past: int  # the config on trial when the process began
    box: Box
    screens: Screens
    voices: Voices
    life: Life
    stamp: str  # of the static files


def house() -> House:
    return cast(House, current_app.extensions["house"])


def shop() -> Shop:
    """The shop for this request's thread; opened at the first question, closed with the request.

    Opening both files costs about a third of a millisecond; holding them per thread would keep 128 connections alive.
    """
    if "shop" not in g:
        g.closing = ExitStack()
        g.shop = g.closing.enter_context(open_shop(house().ground, house().box, house().past))
    return cast(Shop, g.shop)


def moment() -> Now:
    """One moment for the whole request."""
    if "moment" not in g:
        g.moment = now()
    return cast(Now, g.moment)


def language() -> str:
    """The page's language: what it asks for (`?lang=`), else the shop's own."""
    asked = request.args.get("lang", HOME)
    return asked if asked in LANGUAGES else HOME


def voice() -> Voice:
    return house().voices[language()]


def show(template: str, **values: object) -> str:
    """A template with what every template may use: voice, policy, store, time."""
    return render_template(template, v=voice(), policy=shop().policy, house=house(), now=moment(), **_COMMON, **values)


def version(feed: str) -> str:
    """How a feed stands, for addresses that may be kept for ever; of `config` what is in force."""
    return shop().settings.stamp if feed == "config" else mirror.stamp(shop().hq, feed)


# Seconds left, and the time since when a screen is cut off: scripts write them in.
_COMMON = {
    "languages": LANGUAGES,
    "version": version,
    "left": Markup('<span class="num" data-left></span>'),
    "cut": Markup('<span class="num" data-cut></span>'),
}


def close(_error: BaseException | None) -> None:
    """Close the request's connections."""
    if closing := g.pop("closing", None):
        closing.close()


def settle(app: Flask, it: House) -> None:
    """Give an app its house."""
    app.extensions["house"] = it
    app.teardown_appcontext(close)
