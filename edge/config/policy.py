"""HQ's decisions for a store: brand, check-in, codes, pickup, screens. Row `policy` of the `config` feed, never noren.toml."""

from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta, Struct

from edge.codes.code_rules import CodeRules
from edge.validation.fields import Id, ShortText, Yen
from edge.validation.localized_text import LocalizedText

KioskSeconds = Annotated[int, Meta(ge=5, le=600)]
Colour = Annotated[str, Meta(pattern="^#[0-9a-f]{6}$", extra={"words": "a colour such as `#7b1e2d`, in small letters"})]


class PolicyPart(Struct, frozen=True, kw_only=True):
    """A part of the policy. Unknown fields are ignored, so that an older box works with a newer HQ."""


class Brand(PolicyPart, frozen=True, kw_only=True):
    mark: str = "暖簾"
    name: str = "NOREN"
    colour: Colour = "#7b1e2d"
    tint: Colour = "#f6ecec"
    miles: LocalizedText = LocalizedText(ja="マイル", en="miles")
    support: str = ""  # the number a clerk gives to the support line


class CheckIn(PolicyPart, frozen=True, kw_only=True):
    """Once per member per calendar day, or once per window of hours."""

    on: bool = True
    window_hours: Annotated[int, Meta(ge=1, le=720)] | None = None
    miles: Annotated[int, Meta(ge=0, le=100_000)] = 0


class Pickup(PolicyPart, frozen=True, kw_only=True):
    on: bool = True
    counter: LocalizedText = LocalizedText(ja="受け取りカウンター", en="the pickup counter")
    promise_hours: Annotated[int, Meta(ge=1, le=240)] = 2
    no_show_hour: Annotated[int, Meta(ge=0, le=23)] = 4  # in the store's time: then holds that are over end as no-shows
    red_minutes: Annotated[int, Meta(ge=0, le=240)] = 15  # before a promise is due, the staff's list shows it in red
    remind_hours: Annotated[int, Meta(ge=1, le=240)] = 24  # before a hold ends, HQ is told that nobody has come


class Offer(PolicyPart, frozen=True, kw_only=True):
    on: bool = True  # coupons of HQ's offers are given at check-in


class Search(PolicyPart, frozen=True, kw_only=True):
    on: bool = True  # shoppers search by words


class ReturnReason(PolicyPart, frozen=True, kw_only=True):
    """Why a shopper brings something back: what HQ is told, and what the clerk reads."""

    id: Id
    text: LocalizedText


RETURN_REASONS = (
    ReturnReason(id="size", text=LocalizedText(ja="サイズが合わない", en="Wrong size")),
    ReturnReason(id="changed_mind", text=LocalizedText(ja="気が変わった", en="Changed their mind")),
    ReturnReason(id="damaged", text=LocalizedText(ja="傷・不良", en="Damaged or faulty")),
    ReturnReason(id="wrong_item", text=LocalizedText(ja="注文と違う", en="Not what was ordered")),
)


class Returns(PolicyPart, frozen=True, kw_only=True):
    """What shoppers may bring back. `final_sale` and `hygiene` name categories or styles that are not taken back."""

    on: bool = True
    days: Annotated[int, Meta(ge=0, le=3650)] = 30  # after the day of the hand-over
    final_sale: list[ShortText] = []
    hygiene: list[ShortText] = []
    reasons: Annotated[tuple[ReturnReason, ...], Meta(min_length=1, max_length=12)] = RETURN_REASONS
    lead_over: Yen = 30_000  # a refund of more wants a lead's PIN, as does one without an order or a known price

    def __post_init__(self) -> None:
        """Raises ValueError if two reasons have one id."""
        if len({reason.id for reason in self.reasons}) < len(self.reasons):
            raise ValueError("reasons: expected each id once")


class Printing(PolicyPart, frozen=True, kw_only=True):
    """Labels, in stores that have a printer."""

    label_on_ready: bool = False  # an order that becomes ready has its label printed at once
    name: Literal["none", "initial", "kana"] = "initial"  # of the shopper, on a label that lies open on a shelf


class ProofRules(PolicyPart, frozen=True, kw_only=True):
    """Proofs of a person: how long they hold, and how often they may be tried (docs/security.md). Tries count for ten minutes."""

    token_life_s: Annotated[int, Meta(ge=10, le=86_400)] = 600  # a signed code made for longer is refused
    token_ahead_s: Annotated[int, Meta(ge=0, le=3600)] = (
        300  # how far in our future a code may be made and still be fresh: clocks of phones drift
    )
    wallet_tries: Annotated[int, Meta(ge=3, le=100)] = (
        10  # wrong passwords of a member's wallet pass, over the whole store
    )
    station_tries: Annotated[int, Meta(ge=5, le=1000)] = 30  # wrong passwords of anybody's wallet pass, at one station
    lead_for: list[Literal["code", "name", "proxy"]] = []  # proofs with which a clerk needs a lead's PIN to hand over
    names_in_row: Annotated[int, Meta(ge=1, le=100)] = 5  # full names a clerk opens without a hand-over in ten minutes
    pickup_tries: Annotated[int, Meta(ge=5, le=1000)] = 20  # pickup codes of no order, at one station


TOUCH_REPORT_DELAY = timedelta(seconds=20)  # a page tells a touch at most every 15 s, and the line may be slow


class Kiosk(PolicyPart, frozen=True, kw_only=True):
    quiet_s: KioskSeconds = 40  # experience.md rule 9
    warn_s: Annotated[int, Meta(ge=20, le=120)] = 20
    languages: tuple[str, ...] = ("ja", "en")

    @property
    def session(self) -> timedelta:
        """How long a shopper's session lasts at most after a scan or touch; the page ends it earlier by itself."""
        return timedelta(seconds=self.quiet_s + self.warn_s) + TOUCH_REPORT_DELAY


class Stock(PolicyPart, frozen=True, kw_only=True):
    low: Annotated[int, Meta(ge=0, le=1000)] = 2  # at or below this a shopper reads "few"


class Neighbour(PolicyPart, frozen=True, kw_only=True):
    """A store near this one. The list is in the order in which they are shown."""

    store: str
    name: LocalizedText
    way: LocalizedText  # `徒歩 7分`


class StorePlace(PolicyPart, frozen=True, kw_only=True):
    name: LocalizedText = LocalizedText(ja="店舗", en="Store")
    neighbours: list[Neighbour] = []


class Policy(PolicyPart, frozen=True, kw_only=True):
    """The whole policy; a box that has never received one from HQ uses these defaults."""

    brand: Brand = Brand()
    place: StorePlace = StorePlace()
    check_in: CheckIn = CheckIn()
    pickup: Pickup = Pickup()
    offer: Offer = Offer()
    search: Search = Search()
    printing: Printing = Printing()
    returns: Returns = Returns()
    proofs: ProofRules = ProofRules()
    kiosk: Kiosk = Kiosk()
    stock: Stock = Stock()
    codes: CodeRules = CodeRules()
    retention_days: Annotated[int, Meta(ge=7, le=3650)] = 90
