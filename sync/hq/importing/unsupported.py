"""What HQ may send and no store of this version shows or obeys: `push` says so, and nothing is lost.

It is kept and sent, because a later version will need it. A test checks every field and key: each has a visible effect, or
is listed here.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from edge.codes.camera_limits import too_short_for_camera
from edge.codes.code_rules import CodeRules

WHOLE_FEED = ""  # the feed as a whole
PAGE_LANGUAGES = frozenset({"ja", "en"})  # what the pages speak

Told = tuple[str, Callable[[Any], bool], str]  # field, whether a value is concerned, the message


def _always(_value: Any) -> bool:
    return True


_FIELDS: dict[str, tuple[Told, ...]] = {
    "offers": (
        ("on", lambda on: on != "check_in", "offers.on: stores give coupons at check-in only, and keep the others"),
    ),
    "entitlements": ((WHOLE_FEED, _always, "entitlements: stores keep them, and nobody can claim one"),),
    "prices": ((WHOLE_FEED, _always, "prices in time: stores keep them and show the catalogue's price"),),
    "orders": (
        ("kind", lambda kind: kind != "pickup", "orders.kind: every order is handed over at the counter as a pickup"),
    ),
    "staff": (("role", lambda role: role == "lead", "staff.role lead: may do what a clerk may, and no more"),),
    "content": (("latest", bool, "reviews.latest: the texts are shown, not their stars, by whom and when"),),
    "config": (
        (
            "kiosk.languages",
            lambda languages: bool(set(languages) - PAGE_LANGUAGES),
            f"kiosk.languages: the pages speak {' and '.join(sorted(PAGE_LANGUAGES))}",
        ),
    ),
}


def unsupported_fields() -> dict[str, frozenset[str]]:
    """By feed the fields of which something is said here; ALL for the whole of a feed."""
    return {feed: frozenset(field for field, _, _ in told) for feed, told in _FIELDS.items()}


def unsupported_in_row(feed: str, body: str) -> set[str]:
    """What is to be said of a row."""
    told = _FIELDS.get(feed, ())
    row = msgspec.json.decode(body) if told else {}
    said = {words for field, meant, words in told if _at(row, field) is not None and meant(_at(row, field))}
    if feed == "config" and (codes := row.get("codes")):
        said |= set(too_short_for_camera(msgspec.convert(codes, CodeRules)))
    return said


def _at(row: Any, field: str) -> Any:
    for name in field.split(".") if field else ():
        row = row.get(name) if isinstance(row, dict) else None
    return row
