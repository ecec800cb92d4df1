"""Who works in the three stores; their PINs are for trying it and stand in the open."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from edge.staff import Staff, hash_pin
from sync.hq.sample.cards import STAFF, badge


@dataclass(frozen=True, slots=True, kw_only=True)
class Clerk:
    """A person, their PIN in plain, and the serial number of their badge."""

    id: str
    name: str
    role: Literal["clerk", "lead", "installer"]
    pin: str
    serial: int


PEOPLE = {
    "ginza": (
        Clerk(id="gz-01", name="森 千夏", role="lead", pin="2580", serial=459001),
        Clerk(id="gz-02", name="久保田 匠", role="clerk", pin="1470", serial=459002),
        Clerk(id="gz-03", name="李 佳怡", role="clerk", pin="3690", serial=459003),
        Clerk(id="gz-04", name="堀 直人", role="installer", pin="852456", serial=459004),
    ),
    "kichijoji": (
        Clerk(id="kj-01", name="桜井 環", role="lead", pin="2580", serial=459011),
        Clerk(id="kj-02", name="野口 蓮", role="clerk", pin="1470", serial=459012),
        Clerk(id="kj-03", name="三浦 しおり", role="clerk", pin="3690", serial=459013),
    ),
    "yokohama": (
        Clerk(id="yk-01", name="沢田 航", role="lead", pin="2580", serial=459021),
        Clerk(id="yk-02", name="原 みなみ", role="clerk", pin="1470", serial=459022),
        Clerk(id="yk-03", name="金 秀賢", role="clerk", pin="3690", serial=459023),
    ),
}


def staff(store: str) -> Iterator[Staff]:
    """The `staff` feed of a store. Each row hashes a PIN with a new salt, so no two runs are the same."""
    for one in PEOPLE[store]:
        yield Staff(
            staff=one.id,
            name=one.name,
            mark=one.name[0],
            role=one.role,
            pin=hash_pin(one.pin),
            badges=[f"{STAFF}:{badge(one.serial)}"],
        )
