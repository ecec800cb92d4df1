"""The sample's members across its stores: each store has a name of its own for the same person."""

from collections import defaultdict
from dataclasses import dataclass
from functools import cache

from edge.features.member import Member
from sync.hq.sample.tables import SAMPLE_STORES, table

# issuers, as in each config.toml
APP_ISSUER, OLD_CARD_ISSUER, GROUP_ISSUER = "hanada-app", "hanada-card", "hanada-group"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Who carries the same cards; `names` is what each store they come by calls them."""

    nickname: str
    cards: dict[str, str]  # number by issuer
    names: dict[str, str]  # by store

    @property
    def app(self) -> str | None:
        return self.cards.get(APP_ISSUER)

    @property
    def stores(self) -> frozenset[str]:
        return frozenset(self.names)


def people_of_store(store: str) -> list[Member]:
    """Who comes by a store, as its file has them."""
    return table("members", store, Member)


@cache
def sample_people() -> tuple[Person, ...]:
    """All members, each once."""
    names: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
    nicknames = {}
    for store in SAMPLE_STORES:
        for row in people_of_store(store):
            names[tuple(row.codes)][store] = row.member
            nicknames[tuple(row.codes)] = row.nickname
    return tuple(
        Person(nickname=nicknames[codes], cards=dict(code.split(":", 1) for code in codes), names=found)
        for codes, found in names.items()
    )
