"""The door to HQ: a message is what its store signed, on the topic it was signed for, or it does not come in."""

from sync import topics, wire
from sync.headers import Ask, Events, State, Want
from sync.hq.keys import Stores
from sync.wire import Message, Refused

SPOKEN = {Events: "events", State: "state", Want: "want", Ask: "ask"}  # what may be said on which topic
OTHER_STORE = "other_store"  # signed by one store, and said for another or on another's topic


class NotHeard(Exception):
    """A message is refused; `batch` is there where it is a store's own batch and only its rows cannot be read."""

    def __init__(self, reason: str, batch: Events | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.batch = batch


def hear(chain: str, stores: Stores, topic: str, payload: bytes) -> Message:
    """The message, if the store whose topic it came on has signed it and speaks for itself. Raises NotHeard."""
    store = topics.owner(topic)
    try:
        message = wire.open_(topic, payload, stores.keys)
    except Refused as refused:
        header = refused.header
        own = isinstance(header, Events) and header.store == store
        raise NotHeard(refused.why, header if own and isinstance(header, Events) else None) from None
    said = SPOKEN.get(type(message.header))
    about = getattr(message.header, "store", store)
    if topic != topics.up(chain, store, said or "") or {store, about} != {stores.owners[message.key_id]}:
        raise NotHeard(OTHER_STORE)
    return message
