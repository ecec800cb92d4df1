"""The roles of stations."""

from enum import StrEnum


class Role(StrEnum):
    """A station's role, as noren.toml and HQ's config say it."""

    COUNTER = "counter"
    ENTRANCE = "entrance"
    FITTING_ROOM = "fitting_room"
    GATE = "gate"
    HANDHELD = "handheld"
    KIOSK = "kiosk"
    SHELF = "shelf"


SHOPPERS = frozenset({Role.KIOSK, Role.ENTRANCE})  # used by shoppers
STAFF = frozenset({Role.COUNTER, Role.HANDHELD})  # used by staff
SERVED = SHOPPERS | STAFF
UNSERVED = frozenset(Role) - SERVED  # roles that stations may have and this version does not serve
