"""The life of a pickup order, as one table."""

from enum import StrEnum


class State(StrEnum):
    """Where an order is; the words are BOPIS's own."""

    PLACED = "placed"
    ACCEPTED = "accepted"
    PICKING = "picking"
    READY = "ready_for_pickup"
    ARRIVED = "customer_arrived"
    HANDED_OVER = "handed_over"
    RETURNED = "returned"
    REJECTED = "rejected"
    UNFULFILLABLE = "unfulfillable"
    CANCELLED = "cancelled"
    NO_SHOW = "expired_no_show"
    RESTOCKED = "restocked"


class Action(StrEnum):
    """What the store can do with an order."""

    ACCEPT = "accept"
    REJECT = "reject"
    PICK = "pick"
    PART_SHORT = "part_short"
    FOUND = "found"
    SHORT = "short"
    UNDO_SHORT = "undo_short"
    READY = "ready"
    ARRIVE = "arrive"
    HAND_OVER = "hand_over"
    UNDO = "undo"
    NO_SHOW = "no_show"
    RESTOCK = "restock"


S, A = State, Action
TRANSITIONS = {
    (S.PLACED, A.ACCEPT): S.ACCEPTED,
    (S.PLACED, A.REJECT): S.REJECTED,
    (S.PLACED, A.PICK): S.PICKING,
    (S.ACCEPTED, A.REJECT): S.REJECTED,
    (S.ACCEPTED, A.PICK): S.PICKING,
    (S.PICKING, A.SHORT): S.UNFULFILLABLE,
    (S.PICKING, A.READY): S.READY,
    # a piece may prove to be missing when the shopper is already at the counter
    (S.READY, A.SHORT): S.UNFULFILLABLE,
    (S.ARRIVED, A.SHORT): S.UNFULFILLABLE,
    (S.NO_SHOW, A.SHORT): S.UNFULFILLABLE,
    # what is missing of an order, or is there again, leaves it where it is: HQ or the shopper decides what becomes of it
    **{(state, A.PART_SHORT): state for state in (S.PICKING, S.READY, S.ARRIVED, S.NO_SHOW)},
    **{(state, A.FOUND): state for state in (S.PICKING, S.READY, S.ARRIVED, S.NO_SHOW)},
    (S.UNFULFILLABLE, A.UNDO_SHORT): S.PICKING,  # or where it was given up: see `state_after_all`
    # a shopper may come before the goods are ready: the staff see them waiting, the order's state stays
    (S.PLACED, A.ARRIVE): S.PLACED,
    (S.ACCEPTED, A.ARRIVE): S.ACCEPTED,
    (S.PICKING, A.ARRIVE): S.PICKING,
    (S.READY, A.ARRIVE): S.ARRIVED,
    (S.ARRIVED, A.ARRIVE): S.ARRIVED,
    (S.READY, A.HAND_OVER): S.HANDED_OVER,
    (S.ARRIVED, A.HAND_OVER): S.HANDED_OVER,
    # the goods are still on the shelf after the hold has run out: whoever comes late gets them
    (S.NO_SHOW, A.ARRIVE): S.ARRIVED,
    (S.NO_SHOW, A.HAND_OVER): S.HANDED_OVER,
    (S.HANDED_OVER, A.UNDO): S.ARRIVED,
    (S.READY, A.NO_SHOW): S.NO_SHOW,
    (S.ARRIVED, A.NO_SHOW): S.NO_SHOW,  # who came and left without the goods
    (S.NO_SHOW, A.RESTOCK): S.RESTOCKED,
    (S.CANCELLED, A.RESTOCK): S.RESTOCKED,
    (S.REJECTED, A.RESTOCK): S.RESTOCKED,
    (S.UNFULFILLABLE, A.RESTOCK): S.RESTOCKED,  # what was found of it
}

OPEN_STATES = frozenset({S.PLACED, S.ACCEPTED, S.PICKING, S.READY, S.ARRIVED})


def state_after(state: State, action: Action) -> State | None:
    """The state an action leads to, or None if it is not possible."""
    return TRANSITIONS.get((state, action))


def state_after_all(state: State, actions: list[Action], given_up: State = S.PICKING) -> State:
    """HQ's word, then what the store did that HQ has not counted.

    A hand-over is a physical fact: it wins over whatever HQ says meanwhile. Any other step that HQ's word has made
    impossible has no effect. A hand-over taken back leaves an order that HQ had cancelled meanwhile cancelled. A whole short
    that is taken back leaves an order where it was given up: `given_up`, if that was before these actions.
    """
    cancelled = state is S.CANCELLED
    for action in actions:
        match action:
            case A.HAND_OVER:
                state = S.HANDED_OVER
            case A.UNDO if cancelled and state is S.HANDED_OVER:
                state = S.CANCELLED
            case A.UNDO_SHORT if state is S.UNFULFILLABLE and state_after(given_up, A.SHORT):
                state = given_up
            case _:
                given_up = state if action is A.SHORT and state_after(state, action) else given_up
                state = state_after(state, action) or state
    return state
