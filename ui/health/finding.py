"""A finding: what one check saw of one thing, as a state and its figures; the words for it are in the catalogue."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from edge.validation.localized_text import LocalizedText


class HealthLevel(StrEnum):
    """In the order in which they are told first: `max` of several is the one that counts."""

    OK = "ok"
    UNKNOWN = "unknown"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        return list(HealthLevel).index(self)


@dataclass(frozen=True, slots=True)
class MessageKey:
    """An argument that is itself a message of the catalogue, such as the word for a kind of device."""

    key: str


MessageArgument = str | int | float | datetime | MessageKey | LocalizedText


class NotKnown(Exception):
    """A check cannot say anything here: message `health.unknown.<reason>` says why."""

    def __init__(self, reason: str, **args: MessageArgument) -> None:
        super().__init__(reason)
        self.reason, self.about = reason, args


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was found: message `what` with `args`, why it matters, and what to do about it (empty if nothing is to do)."""

    id: str  # of the check: `disk.space`; it never changes
    state: str  # `ok`, `short`, …: one of the check's own, or why it is not known
    level: HealthLevel
    subject: str = ""  # which one, if there are several: id of a device or station, name of a unit or file
    args: Mapping[str, MessageArgument] = field(default_factory=dict)
    what: str
    why: str
    do: str = ""


def worst_level(findings: list[Finding]) -> HealthLevel:
    """The gravest level of all; OK if nothing was found."""
    return max((one.level for one in findings), key=lambda level: level.rank, default=HealthLevel.OK)
