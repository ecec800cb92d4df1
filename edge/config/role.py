"""What people do at a station."""

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


SHOPPERS = frozenset({Role.KIOSK, Role.ENTRANCE})  # a shopper stands there
STAFF = frozenset({Role.COUNTER, Role.HANDHELD})  # somebody of the staff does
SERVED = SHOPPERS | STAFF
UNSERVED = frozenset(Role) - SERVED  # roles that stations may have and this version does not serve
