"""Why the link to HQ is not up, as sync notes it and pages show it."""

from enum import StrEnum


class LinkReason(StrEnum):
    """`CONNECTED` belongs to the state `up`; all others to `down`."""

    CONNECTED = ""
    CONNECTING = "connecting"
    LOST = "lost"  # the broker cannot be reached, or refuses us
    NO_WORD = "no_word"  # the broker answers; no message of HQ has come yet
    HQ_DOWN = "hq_down"  # HQ has signed off, or its broker reported its end (last will)
    HQ_SILENT = "hq_silent"  # no message of HQ has come for too long
    NOT_BELIEVED = "not_believed"  # messages come, but they are signed with a key that is not in force here
    REVOKED = "revoked"  # HQ has revoked this box
    STOPPED = "stopped"  # sync is not running
