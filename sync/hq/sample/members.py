"""The 40 members, their cards, and what each store may know of them."""

from dataclasses import dataclass
from functools import cache

from edge.member import Member
from sync.hq.sample.brand import chance, digest
from sync.hq.sample.cards import APP, GROUP, OLD_CARD, app_number, gsrn, old_number
from sync.hq.sample.table.names import NAMES

_SEGMENTS = ("both", "both", "both", "store_only", "store_only", "ec_only", "first_time", "dormant")
_STAGES = ("standard", "standard", "standard", "silver", "silver", "gold")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A member as HQ knows them; the number of a card they do not carry is None."""

    id: str
    family: str
    given: str
    nickname: str
    stage: str
    segment: str
    coupons: int
    app: str | None
    old_card: str | None
    group: str | None
    stores: frozenset[str]

    @property
    def name(self) -> str:
        """The full name in kana, as an order carries it."""
        return f"{self.family} {self.given}"


def _stores(at: int) -> frozenset[str]:
    """Where a member comes by: most to Ginza, some to one of the others only."""
    comes = {
        "ginza": at % 10 not in (5, 8, 9),
        "kichijoji": at % 3 == 0 or at % 10 == 8,
        "yokohama": at % 4 == 1 or at % 10 in (5, 9),
    }
    return frozenset(store for store, does in comes.items() if does)


def _person(at: int, family: str, given: str, nickname: str) -> Person:
    dice = chance("member", str(at))
    serial = dice.randint(1_000_000, 9_999_999)
    newcomer = at % 4 == 3  # has the old card and not yet the app
    return Person(
        id=f"M-{at + 1:03d}",
        family=family,
        given=given,
        nickname=nickname,
        stage=dice.choice(_STAGES),
        segment=dice.choice(_SEGMENTS),
        coupons=dice.choice((0, 0, 1, 2, 3)),
        app=None if newcomer else app_number(serial),
        old_card=old_number(serial % 9_000_000 + at) if newcomer or at % 3 == 1 else None,
        group=gsrn(serial) if at % 5 == 2 else None,
        stores=_stores(at),
    )


@cache
def people() -> tuple[Person, ...]:
    """All 40."""
    return tuple(_person(at, *names) for at, names in enumerate(NAMES))


def pseudonym(person: Person, store: str) -> str:
    """The store's own name for a member: from one store's nobody can tell another's."""
    return f"m-{digest('pseudonym', store, person.id)[:16]}"


def _cards(person: Person) -> list[str]:
    numbers = ((APP, person.app), (OLD_CARD, person.old_card), (GROUP, person.group))
    return [f"{issuer}:{number}" for issuer, number in numbers if number]


def at_store(store: str) -> list[tuple[Person, Member]]:
    """Who comes by a store, and the row it is sent for each."""
    return [(person, _row(person, store)) for person in people() if store in person.stores]


def _row(person: Person, store: str) -> Member:
    return Member(
        member=pseudonym(person, store),
        nickname=person.nickname,
        stage=person.stage,
        codes=_cards(person),
        segment=person.segment,
        coupons=person.coupons,
    )
