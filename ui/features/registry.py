"""What features bring to the screens, and what is derived from it. A new feature that brings something has one line here."""

from flask import Flask, abort, request

from edge.features.outcome import Outcome
from edge.platform.clock import Now
from edge.store_context import StoreContext
from ui import request_context
from ui.features.offer import OFFER
from ui.features.paired_devices import PAIRED_DEVICES
from ui.features.pickup import PICKUP
from ui.features.printing import PRINTING
from ui.features.product import PRODUCT
from ui.features.returns import RETURNS
from ui.features.search import SEARCH
from ui.features.staff import STAFF
from ui.features.ui_feature import UiFeature
from ui.kiosk import screen_part
from ui.kiosk.screen_part import ShownPart
from ui.staff import staff_tab, task
from ui.staff.staff_tab import StaffTab
from ui.staff.task import TaskKind

UI_FEATURES: tuple[UiFeature, ...] = (
    OFFER,
    PAIRED_DEVICES,
    PICKUP,
    PRINTING,
    PRODUCT,
    RETURNS,
    SEARCH,
    STAFF,
)

_FEATURE_OF = {blueprint.name: one.feature for one in UI_FEATURES for blueprint in one.blueprints}


def parts_of(shop: StoreContext, outcome: Outcome, now: Now) -> list[ShownPart]:
    """What features that are on have to add to the screen of an outcome."""
    found = [
        ShownPart(template=part.template, values=part.values(shop, outcome, now))
        for one in UI_FEATURES
        if one.feature.is_on(shop.policy)
        for part in one.parts
        if isinstance(outcome, part.outcome)
    ]
    return [part for part in found if part.values]


def tabs_of(shop: StoreContext) -> list[StaffTab]:
    """The tabs of the staff's navigation that features which are on declare."""
    return [tab for one in UI_FEATURES if one.feature.is_on(shop.policy) for tab in one.tabs]


def task_kinds_of(shop: StoreContext) -> list[TaskKind]:
    """The kinds of tasks of the work list that features which are on declare."""
    return [kind for one in UI_FEATURES if one.feature.is_on(shop.policy) for kind in one.tasks]


def install(app: Flask) -> None:
    """Register the features' blueprints, parts, tabs and tasks; a route of a feature that is off is not found."""
    for one in UI_FEATURES:
        for blueprint in one.blueprints:
            app.register_blueprint(blueprint)
    app.before_request(_not_found_if_off)
    screen_part.install(app, parts_of)
    staff_tab.install(app, tabs_of)
    task.install(app, task_kinds_of)


def _not_found_if_off() -> None:
    feature = _FEATURE_OF.get(request.blueprint or "")
    if feature is not None and not feature.is_on(request_context.shop().policy):
        abort(404)
