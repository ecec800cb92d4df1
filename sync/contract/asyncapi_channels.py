"""The topics as AsyncAPI's channels, and what the box does with each."""

from dataclasses import dataclass
from typing import Literal

from sync.contract.json_schemas import Json, message_tag
from sync.protocol import topics
from sync.protocol.messages import (
    Ack,
    Answer,
    Ask,
    Do,
    Events,
    FeedDelta,
    FeedPage,
    Head,
    HqPresence,
    Nack,
    State,
    Want,
)

CHAIN, STORE, FEED = "{chain}", "{store}", "{feed}"
PARAMETERS: dict[str, Json] = {
    CHAIN: {"description": "The chain's id: small letters, digits and hyphens."},
    STORE: {"description": "The store's id."},
    FEED: {"description": "The feed's name: a key of x-feeds."},
}
STORE_OR_ALL: Json = {"description": f"The store's id, or `{topics.ALL_STORES}`: for every store of the chain."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A topic, and what is said there. `reply`: the channel on which an answer comes."""

    name: str
    address: str
    action: Literal["send", "receive"]
    messages: tuple[type, ...]
    summary: str
    retain: bool = False
    to_all: bool = False
    reply: str | None = None


def _up(name: str, message: type, summary: str, *, retain: bool = False, reply: str | None = None) -> Channel:
    return Channel(
        name=name,
        address=topics.store_topic(CHAIN, STORE, name),
        action="send",
        messages=(message,),
        summary=summary,
        retain=retain,
        reply=reply,
    )


def _down(
    name: str, messages: tuple[type, ...], summary: str, *, retain: bool = False, to_all: bool = False
) -> Channel:
    return Channel(
        name=name,
        address=topics.hq_topic(CHAIN, STORE, name),
        action="receive",
        messages=messages,
        summary=summary,
        retain=retain,
        to_all=to_all,
    )


CHANNELS = (
    _up("events", Events, "The journal, in batches of one lane; sent again until HQ acknowledges.", reply="ack"),
    _up("state", State, "How the store is; its last will says that the line broke.", retain=True),
    _up("want", Want, "Send what I miss of a feed.", reply="feed"),
    _up("ask", Ask, "A question with a deadline.", reply="answer"),
    _down("ack", (Ack, Nack), "What HQ has committed, or could not read."),
    Channel(
        name="feed",
        address=topics.feed_topic(CHAIN, STORE, FEED),
        action="receive",
        messages=(FeedDelta, FeedPage),
        summary="What changed in a feed, and pages for whoever asked.",
        to_all=True,
    ),
    _down("head", (Head,), "The version of each feed at HQ.", retain=True, to_all=True),
    _down("answer", (Answer,), "The answer to a question."),
    _down("do", (Do,), "A command with an end, done once.", to_all=True),
    Channel(
        name="hq",
        address=topics.hq_topic(CHAIN, topics.ALL_STORES, "hq"),
        action="receive",
        messages=(HqPresence,),
        summary="HQ is there, and its time; its last will says that it is not.",
        retain=True,
    ),
)


def _parameters(channel: Channel) -> Json:
    used = {name: about for name, about in PARAMETERS.items() if name in channel.address}
    if channel.to_all:
        used[STORE] = STORE_OR_ALL
    return {name.strip("{}"): about for name, about in used.items()}


def channels() -> Json:
    """AsyncAPI's `channels`."""
    return {
        channel.name: {
            "address": channel.address,
            "summary": channel.summary,
            "parameters": _parameters(channel),
            "messages": {
                message_tag(one): {"$ref": f"#/components/messages/{message_tag(one)}"} for one in channel.messages
            },
        }
        for channel in CHANNELS
    }


def operations() -> Json:
    """AsyncAPI's `operations`, as the box does them; everything is said with QoS 1."""
    return {f"{channel.action}_{channel.name}": _operation(channel) for channel in CHANNELS}


def _operation(channel: Channel) -> Json:
    reply = {"reply": {"channel": {"$ref": f"#/channels/{channel.reply}"}}} if channel.reply else {}
    return {
        "action": channel.action,
        "channel": {"$ref": f"#/channels/{channel.name}"},
        "summary": channel.summary,
        "bindings": {"mqtt": {"qos": 1, "retain": channel.retain, "bindingVersion": "0.2.0"}},
        **reply,
    }
