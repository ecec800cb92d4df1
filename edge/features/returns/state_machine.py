"""The life of a return as one table, and what becomes of a piece by its condition."""

from collections.abc import Mapping
from enum import StrEnum


class ReturnState(StrEnum):
    """The states a return can be in here."""

    NEW = "new"  # asked for, and not kept yet
    ACCEPTED = "accepted"
    UNDONE = "undone"  # the goods are the shopper's again


class ReturnAction(StrEnum):
    """What the store can do with a return."""

    ACCEPT = "accept"
    UNDO = "undo"


class Condition(StrEnum):
    """Where a returned piece goes, as the clerk sees it."""

    SHELF = "shelf"  # as new: on sale again
    QUARANTINE = "quarantine"  # somebody has to look at it
    DISPOSE = "dispose"


RETURN_TRANSITIONS: Mapping[tuple[ReturnState, ReturnAction], ReturnState] = {
    (ReturnState.NEW, ReturnAction.ACCEPT): ReturnState.ACCEPTED,
    (ReturnState.ACCEPTED, ReturnAction.UNDO): ReturnState.UNDONE,
}

PIECES_ON_SALE: Mapping[Condition, int] = {Condition.SHELF: 1, Condition.QUARANTINE: 0, Condition.DISPOSE: 0}
"""What one returned piece adds to the store's stock."""


def return_state_after(state: ReturnState, action: ReturnAction) -> ReturnState | None:
    """The state an action leads to, or None if it is not possible."""
    return RETURN_TRANSITIONS.get((state, action))
