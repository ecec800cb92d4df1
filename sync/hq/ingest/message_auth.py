"""Authentication at HQ: a message is accepted only if its store signed it, for the topic it arrived on."""

from sync.hq.enrolment.keys import EnrolledKeys
from sync.protocol import envelope, topics
from sync.protocol.envelope import Message, MessageRefusal
from sync.protocol.messages import Ask, Events, State, Want

TOPIC_OF_HEADER = {Events: "events", State: "state", Want: "want", Ask: "ask"}  # what may be said on which topic
OTHER_STORE = "other_store"  # signed by one store, and said for another or on another's topic


class NotAuthentic(Exception):
    """A message is refused; `batch` is set if it is a store's own batch and only its rows cannot be read."""

    def __init__(self, reason: str, batch: Events | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.batch = batch


def authenticate(chain: str, stores: EnrolledKeys, topic: str, payload: bytes) -> Message:
    """The message, if the store of its topic has signed it and names itself in it. Raises NotHeard."""
    store = topics.store_of_topic(topic)
    try:
        message = envelope.open_message(topic, payload, stores.keys)
    except MessageRefusal as refused:
        header = refused.header
        own = isinstance(header, Events) and header.store == store
        raise NotAuthentic(refused.why, header if own and isinstance(header, Events) else None) from None
    said = TOPIC_OF_HEADER.get(type(message.header))
    about = getattr(message.header, "store", store)
    if topic != topics.store_topic(chain, store, said or "") or {store, about} != {stores.owners[message.key_id]}:
        raise NotAuthentic(OTHER_STORE)
    return message
