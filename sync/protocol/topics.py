"""The topics of a chain, and which store or feed a topic belongs to."""

ALL_STORES = "all"  # in place of a store's id: for every store of the chain; no store may be called so


def chain_topic(chain: str) -> str:
    """What every topic of a chain begins with; the 1 is the version of the protocol."""
    return f"noren/1/{chain}"


def store_topic(chain: str, store: str, what: str) -> str:
    """`what`: events, state, want, ask. HQ listens with store `+`."""
    return f"{chain_topic(chain)}/up/{store}/{what}"


def hq_topic(chain: str, store: str, what: str) -> str:
    """`what`: ack, head, answer, do; hq only for all. A store listens to its own and to those for all."""
    return f"{chain_topic(chain)}/down/{store}/{what}"


def feed_topic(chain: str, store: str, name: str) -> str:
    """Deltas and pages of a feed, for one store or for `all`."""
    return hq_topic(chain, store, f"feed/{name}")


def feed_of(topic: str) -> str:
    """The feed a topic belongs to; empty if it belongs to none."""
    parts = topic.split("/")
    return parts[6] if len(parts) == 7 and parts[5] == "feed" else ""


def store_subscriptions(chain: str, store: str) -> list[str]:
    """What a store subscribes to."""
    return [hq_topic(chain, store, "#"), hq_topic(chain, ALL_STORES, "#")]


def is_for_store(chain: str, store: str, topic: str) -> bool:
    """Whether a message on this topic is for this store: a broker may deliver what nobody subscribed to."""
    return topic.startswith((hq_topic(chain, store, ""), hq_topic(chain, ALL_STORES, "")))


def hq_subscriptions(chain: str) -> list[str]:
    """What HQ subscribes to if it is one worker: one subscription, because each costs a clustered broker an election."""
    return [store_topic(chain, "+", "+")]


def shared_hq_subscriptions(chain: str) -> list[str]:
    """What HQ's workers subscribe to if they share the work: each message goes to one of them.

    Births are retained, and shared subscriptions get no retained messages (MQTT 5, 4.8.2): every worker receives births.
    """
    return [
        store_topic(chain, "+", "state"),
        *(f"$share/hq/{store_topic(chain, '+', what)}" for what in ("events", "want", "ask")),
    ]


def store_of_topic(topic: str) -> str:
    """The store a topic belongs to, or `all`; empty if it is not one of ours."""
    parts = topic.split("/")
    return parts[4] if len(parts) >= 6 and parts[:2] == ["noren", "1"] and parts[3] in ("up", "down") else ""
