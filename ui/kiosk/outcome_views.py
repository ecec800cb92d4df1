"""What a scan came to, as a screen for shoppers: every kind of outcome in their words."""

from dataclasses import dataclass, field, replace
from typing import Literal

from edge.codes.reject_reason import RejectReason
from edge.features import member
from edge.features.check_in import CheckedIn, CodeRefused, Identified
from edge.features.outcome import Fault, NotUnderstood, Outcome
from edge.features.pickup import order as orders
from edge.features.pickup.arrival import PickupArrived, PickupRefusalReason, PickupRefused
from edge.features.pickup.order import PickupOrder
from edge.features.pickup.state_machine import State
from edge.features.product import ProductPast, ProductShown, ProductUnknown, SecondRow
from edge.platform.clock import Now, parse_utc
from edge.store_context import StoreContext
from edge.validation.localized_text import LocalizedText
from ui.kiosk import product_view
from ui.kiosk.pack_lines import PackLabel
from ui.kiosk.screen_part import parts_of

Sound = Literal["ok", "no", ""]

READY_STATES = frozenset({State.READY, State.ARRIVED, State.NO_SHOW})  # a late shopper's goods are still on the shelf


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomeScreen:
    """A screen: its template, its sound, its audience, and the variables of the template.

    `person` (a member, a card, an order) begins a shopper's session; "" if the shopper is unknown.
    """

    template: str
    sound: Sound
    person: str = ""
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentifiedMember:
    """The member of a scan, as known now: HQ may have sent a member since who was unknown then."""

    member: str | None
    orders: list[str]
    stranger: bool  # nobody has said yet whose card it is, and HQ could


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingOrder:
    """An order of the member at the screen: its number and its state, and nothing else of it."""

    order: str
    number: str
    ready: bool
    told: bool  # the staff know that the shopper is coming


# Three things a shopper can do about a code that was not understood: scan again, show something else, reopen the app.
_UNREADABLE = frozenset(
    {
        RejectReason.EMPTY,
        RejectReason.NOT_TEXT,
        RejectReason.WRONG_LENGTH,
        RejectReason.CHECK_DIGIT,
        RejectReason.AMBIGUOUS,
        RejectReason.BAD_TOKEN,
    }
)
_UNPROVEN = frozenset(
    {RejectReason.BAD_SIGNATURE, RejectReason.UNKNOWN_KEY, RejectReason.WRONG_ISSUER, RejectReason.UNKNOWN_ISSUER}
)
_UNPRICED = frozenset({RejectReason.NO_IN_STORE_RULE, RejectReason.PRICE_CHECK_DIGIT})

# A wrong secret reads like an unknown order: a person who guesses learns nothing.
_ORDER_WORDS: dict[PickupRefusalReason, str] = {"unknown": "order", "wrong_secret": "order"}


def why_not_understood(reason: RejectReason) -> str:
    """The key of the words for a reason; the code itself is never shown."""
    if reason in _UNREADABLE:
        return "unreadable"
    if reason in _UNPROVEN:
        return "unproven"
    return "product" if reason in _UNPRICED else "foreign"


def _message(why: str, **about: object) -> OutcomeScreen:
    return OutcomeScreen(template="kiosk/message.html", sound="no", values={"why": why, "about": about})


def no_room_screen() -> OutcomeScreen:
    """The shopper whose scan the full disk cannot keep: another person than the shopper before."""
    return replace(_message("no_room"), person="refused")


def _nickname(shop: StoreContext, ref: str | None) -> str:
    known = member.member_by_reference(shop.hq, ref) if ref else None
    return member.masked_name(known.nickname) if known else ""


def _coupons(shop: StoreContext, ref: str | None) -> int:
    known = member.member_by_reference(shop.hq, ref) if ref else None
    return known.coupons if known else 0


def _waiting(order: PickupOrder) -> WaitingOrder:
    return WaitingOrder(
        order=order.row.order,
        number=order.row.number,
        ready=order.state in READY_STATES,
        told=order.arrived_at is not None,
    )


def _orders(shop: StoreContext, ids: list[str]) -> list[WaitingOrder]:
    found = [orders.find_order(shop.db, shop.hq, shop.box, order) for order in ids] if shop.policy.pickup.on else []
    waiting = [_waiting(order) for order in found if order is not None and order.can_be_fetched]
    return sorted(waiting, key=lambda one: not one.ready)  # what can be handed over now comes first


def identify_member(shop: StoreContext, seen: CheckedIn | Identified) -> IdentifiedMember:
    """Who was before the screen. A check-in counted under the card's number counts as theirs (edge/features/visit.py)."""
    if seen.member or not (seen.card or seen.ref):
        return IdentifiedMember(member=seen.member, orders=seen.orders, stranger=False)
    known = _by_now(shop, seen)
    asks = known if shop.policy.pickup.on else None
    waiting = [order.row.order for order in orders.orders_of_member(shop.db, shop.hq, shop.box, asks)] if asks else []
    return IdentifiedMember(member=known, orders=waiting, stranger=known is None)


def _by_now(shop: StoreContext, seen: CheckedIn | Identified) -> str | None:
    """Whether HQ has meanwhile sent the member who was unknown at the scan."""
    if seen.card:
        issuer, _, number = seen.card.partition(":")
        return member.member_by_card(shop.hq, issuer, number)
    return seen.ref if seen.ref and member.member_by_reference(shop.hq, seen.ref) else None


def _person(seen: CheckedIn | Identified) -> str:
    """By the code alone: the same person before and after HQ has said whose card it is."""
    return seen.member or seen.card or seen.ref or "somebody"


def _checked_in(shop: StoreContext, seen: CheckedIn, moment: Now) -> OutcomeScreen:
    who = identify_member(shop, seen)
    values: dict[str, object] = {
        "name": _nickname(shop, who.member),
        "stranger": who.stranger,
        "seen": seen,
        "time": parse_utc(seen.time),
        "asked": shop.policy.check_in.miles,
        "orders": _orders(shop, who.orders),
        "coupons": _coupons(shop, who.member),
        "parts": parts_of(shop, seen, moment),
    }
    return OutcomeScreen(template="kiosk/member.html", sound="ok", person=_person(seen), values=values)


def _identified(shop: StoreContext, seen: Identified, moment: Now) -> OutcomeScreen:
    """A chain that has check-in switched off: the same screen, without miles."""
    who = identify_member(shop, seen)
    values: dict[str, object] = {
        "name": _nickname(shop, who.member),
        "stranger": who.stranger,
        "seen": None,
        "orders": _orders(shop, who.orders),
        "coupons": _coupons(shop, who.member),
        "parts": parts_of(shop, seen, moment),
    }
    return OutcomeScreen(template="kiosk/member.html", sound="ok", person=_person(seen), values=values)


def product_page(
    shop: StoreContext, gtin: str, moment: Now, *, sound: Sound = "", pack: PackLabel | None = None
) -> OutcomeScreen:
    """A product's page, after a scan (with the data of the pack's code) or a tap."""
    found = product_view.product_card(shop, gtin, moment.time)
    if found is None:
        return _message("product")
    return OutcomeScreen(template="kiosk/product.html", sound=sound, values={"card": found, "pack": pack})


def _arrived(shop: StoreContext, seen: PickupArrived) -> OutcomeScreen:
    """The order in its present state: it may have become ready, or been handed over, since the scan."""
    order = orders.find_order(shop.db, shop.hq, shop.box, seen.order)
    if order is None:
        return _message("order")
    values: dict[str, object] = {
        "number": seen.number,
        "order": _waiting(order),
        "done": order.state is State.HANDED_OVER,
    }
    person = order.row.member or f"order {order.row.order}"
    return OutcomeScreen(template="kiosk/pickup.html", sound="ok", person=person, values=values)


def _refused(shop: StoreContext, no: PickupRefused) -> OutcomeScreen:
    names: dict[str, LocalizedText] = {place.store: place.name for place in shop.policy.place.neighbours}
    store = names.get(no.store) if no.store else None
    return _message(_ORDER_WORDS.get(no.why, no.why), store=store)


def screen_for_outcome(shop: StoreContext, outcome: Outcome, moment: Now) -> OutcomeScreen:
    """The screen for an outcome."""
    match outcome:
        case ProductShown(gtin=gtin, label=label, case_of=pieces):
            return product_page(shop, gtin, moment, sound="ok", pack=PackLabel(label=label, case_of=pieces))
        case ProductPast():
            return _message("past")
        case SecondRow():
            return replace(_message("second_row"), sound="ok")
        case CheckedIn():
            return _checked_in(shop, outcome, moment)
        case PickupArrived():
            return _arrived(shop, outcome)
        case PickupRefused():
            return _refused(shop, outcome)
        case Identified():
            return _identified(shop, outcome, moment)
        case ProductUnknown():
            return _message("product")
        case CodeRefused(why=why):
            return _message(why)
        case NotUnderstood(reason=reason):
            return _message(why_not_understood(reason))
        case Fault():
            return _message("fault")
        case _:  # a badge, a coupon, a place: sound, but nothing a kiosk does
            return _message("foreign")
