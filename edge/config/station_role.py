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


SHOPPER_ROLES = frozenset({Role.KIOSK, Role.ENTRANCE})  # used by shoppers
STAFF_ROLES = frozenset({Role.COUNTER, Role.HANDHELD})  # used by staff
SUPPORTED_ROLES = SHOPPER_ROLES | STAFF_ROLES
UNSUPPORTED_ROLES = frozenset(Role) - SUPPORTED_ROLES  # roles that stations may have and this version does not serve
