"""What a page posts of the scanner that types into it: a code, or that one broke."""

import logging
import time
from functools import partial
from typing import TypeVar

import msgspec
from flask import abort, request
from msgspec import Struct

from edge.codes.charset import MAX_CODE_BYTES
from edge.codes.parse import parse_code
from edge.codes.parsed_code import Product
from edge.config.toml_schema import Station
from ui.request_context import process_state, request_moment, shop
from ui.wedge import keyboard_wedge

log = logging.getLogger(__name__)


class BrokenBurst(Struct, frozen=True, forbid_unknown_fields=True):
    """What a page posts if it received a scanner's keys and could not make a code of them."""

    why: keyboard_wedge.BrokenTyping


ScanBody = TypeVar("ScanBody")


def _body(kind: type[ScanBody]) -> ScanBody:
    try:
        return msgspec.json.decode(request.get_data(), type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError):
        abort(400)


def scan(place: Station) -> tuple[str, int]:
    """A keyboard wedge's reading; the answer comes as for any scan, by the stream. 202: it is kept. 422: it is a piece.

    Not kept are 413, a code longer than any; 429, more codes than a scanner reads; and 422 also for more codes than that
    which nobody understands: a flood leaves one line a minute, however wide it is.
    """
    at = time.monotonic()
    if not process_state().pace.may_send(place.id, at):
        return _too_much(place, at, 429)
    it = _body(keyboard_wedge.TypedCode)
    found = keyboard_wedge.reading_of_keys(it.code, place.wedge.gs)
    if len(found.data) > MAX_CODE_BYTES:
        return _too_much(place, at, 413)
    junk = partial(process_state().pace.may_keep_junk, place.id, at)
    try:
        keyboard_wedge.store_typed(
            shop().db,
            place.id,
            it.code,
            request_moment(),
            process_state().last_typed,
            gs=place.wedge.gs,
            layout=it.layout,
            caps=it.caps,
            may_keep_junk=junk,
        )
    except keyboard_wedge.FloodOfCodes:
        return _too_much(place, at, 422)
    except keyboard_wedge.IncompleteCode as broken:
        keyboard_wedge.count_broken(shop().db, place.id, broken.why, request_moment())
        return "", 422
    return "", 202


def _too_much(place: Station, at: float, status: int) -> tuple[str, int]:
    if count := process_state().pace.refused(place.id, at):
        keyboard_wedge.note_flood(shop().db, place.id, count, request_moment())
        log.warning("codes refused at %s since the last line about it: %d", place.id, count)
    return "", status


def product(place: Station) -> str | None:
    """The product that a posted code names; None if it is another kind of code."""
    it = keyboard_wedge.reading_of_keys(_body(keyboard_wedge.TypedCode).code, place.wedge.gs)
    meaning = parse_code(it.data, aim=it.aim, symbology=it.symbology, rules=shop().policy.codes)
    return meaning.gtin if isinstance(meaning, Product) else None


def broken(place: Station) -> tuple[str, int]:
    """A code that the page received in part or wrong; the page has shown that to the user."""
    at = time.monotonic()
    if not process_state().pace.may_send(place.id, at):
        return _too_much(place, at, 429)
    keyboard_wedge.count_broken(shop().db, place.id, _body(BrokenBurst).why, request_moment())
    return "", 204
