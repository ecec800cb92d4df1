"""Who the sample chain is: name, mark, colours, stores, and the seed all its chance comes from."""

import hashlib
import random
from dataclasses import dataclass

from edge.policy import Brand, Neighbour, Place
from edge.words import Words

SEED = "hanada-2026"  # change it and every order, member and stock number is another; nothing else decides them

# Hanada is the blue of cloth dipped a few times in indigo. White on it reads at 8.4:1, it on its tint at 7.3:1.
BRAND = Brand(
    mark="縹",
    name="HANADA",
    colour="#1f4e79",
    tint="#eaf0f6",
    miles=Words(ja="マイル", en="miles"),
    support="00-0000-0459",  # no telephone number in Japan begins with 00-0000
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shop:
    """One store of the chain; `floors` is how many it has, `counter` where orders are handed over."""

    id: str
    name: Words
    floors: int
    counter: Words
    size: float  # stock held, 1.0 is Ginza's


STORES = (
    Shop(
        id="ginza",
        name=Words(ja="銀座店", en="Ginza"),
        floors=3,
        counter=Words(ja="2階 受け取りカウンター", en="the pickup counter on the 2nd floor"),
        size=1.0,
    ),
    Shop(
        id="kichijoji",
        name=Words(ja="吉祥寺店", en="Kichijoji"),
        floors=2,
        counter=Words(ja="1階 奥の受け取りカウンター", en="the pickup counter at the back of the 1st floor"),
        size=0.7,
    ),
    Shop(
        id="yokohama",
        name=Words(ja="横浜店", en="Yokohama"),
        floors=1,
        counter=Words(ja="レジ横の受け取りカウンター", en="the pickup counter beside the till"),
        size=0.8,
    ),
)

_WAYS = {
    frozenset({"ginza", "kichijoji"}): Words(ja="電車 28分", en="28 min by train"),
    frozenset({"ginza", "yokohama"}): Words(ja="電車 35分", en="35 min by train"),
    frozenset({"kichijoji", "yokohama"}): Words(ja="電車 48分", en="48 min by train"),
}


def shop(store: str) -> Shop:
    """The store of that id; KeyError where the chain has none."""
    return {one.id: one for one in STORES}[store]


def others(store: str) -> list[Shop]:
    """The other stores, in the order they are shown."""
    return [one for one in STORES if one.id != store]


def place(store: str) -> Place:
    """The store's name and how to get to the others."""
    near = [Neighbour(store=one.id, name=one.name, way=_WAYS[frozenset({store, one.id})]) for one in others(store)]
    return Place(name=shop(store).name, neighbours=near)


def chance(*what: str) -> random.Random:
    """Chance for one thing, the same at every run and independent of every other thing's."""
    return random.Random("/".join((SEED, *what)))


def digest(*what: str) -> str:
    """32 hex digits for one thing, the same at every run: ids that tell nothing."""
    return hashlib.sha256("/".join((SEED, *what)).encode()).hexdigest()[:32]
