"""The tabs of the staff's navigation. Features declare them; one of a feature that is off leaves none."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from flask import Flask, current_app

from edge.features.staff.sessions import Session
from edge.store_context import StoreContext

SERVING = frozenset({"clerk", "lead"})  # an installer looks after devices, and has no need to know who ordered what
ALL_ROLES = SERVING | {"installer"}


def _none_wait(_shop: StoreContext, _now: datetime) -> int:
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffTab:
    """A tab: its words are `staff.nav.<name>`, and its pages say `{% set part = '<name>' %}`.

    `order`: its place among the others, the lowest first. `roles`: who sees it. `count`: how many wait behind it, shown
    beside its icon; 0 shows none.
    """

    name: str
    icon: str
    endpoint: str
    order: int
    roles: frozenset[str] = ALL_ROLES
    count: Callable[[StoreContext, datetime], int] = _none_wait


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownTab:
    """A tab on a page, with how many wait behind it now."""

    name: str
    icon: str
    endpoint: str
    count: int


TabsOf = Callable[[StoreContext], Iterable[StaffTab]]


def install(app: Flask, tabs_of: TabsOf) -> None:
    """Give the staff's pages the features' tabs. The pages know no feature."""
    app.extensions["staff tabs"] = tabs_of


def tabs_for(shop: StoreContext, session: Session, now: datetime) -> list[ShownTab]:
    """The tabs of the features that are on, as far as the signed-in person may see them."""
    declared = cast(TabsOf, current_app.extensions["staff tabs"])(shop)
    return [
        ShownTab(name=tab.name, icon=tab.icon, endpoint=tab.endpoint, count=tab.count(shop, now))
        for tab in sorted(declared, key=lambda tab: tab.order)
        if session.staff.role in tab.roles
    ]
