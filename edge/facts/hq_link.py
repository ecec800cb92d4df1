"""Facts about the box and HQ: the connection, HQ's feeds, its commands and messages."""

from typing import Annotated, Literal

from msgspec import Meta

from edge.facts.fact import FactTime, RelayedFact

ReloadReason = Literal["epoch", "digest", "command", "damaged"]
CommandRefusalReason = Literal["expired", "bad_expiry", "unknown_command", "bad_arguments"]


class SyncStarted(RelayedFact, frozen=True, kw_only=True):
    """The process that talks with HQ has started."""

    TYPE = "sync.started"


class ClockDiffers(RelayedFact, frozen=True, kw_only=True):
    """A clock that is not synchronised is more than a minute away from HQ's."""

    TYPE = "clock.differs"

    hq: str
    here: FactTime
    clock: Literal["holdover", "unset"]


class FeedReload(RelayedFact, frozen=True, kw_only=True):
    """A feed is loaded again from its beginning."""

    TYPE = "feed.reload"

    feed: str
    why: ReloadReason


class ReplicaReplaced(RelayedFact, frozen=True, kw_only=True):
    """The box's copy of HQ's data could not be read, or was gone: it was made anew, and HQ fills it again."""

    TYPE = "mirror.replaced"

    made: FactTime
    why: str
    aside: str  # the name of the file that was set aside; empty if there was none


class RowSetAside(RelayedFact, frozen=True, kw_only=True):
    """A row HQ sent cannot be used; the others were applied."""

    TYPE = "feed.row_set_aside"

    feed: str
    key: str
    version: Annotated[int, Meta(ge=0)]
    why: str


class FeedEpoch(RelayedFact, frozen=True, kw_only=True, rename={"before": "from", "after": "to"}):
    """A feed of another epoch has replaced the one before, which is never accepted again."""

    TYPE = "feed.epoch"

    feed: str
    before: str
    after: str


class CommandTaken(RelayedFact, frozen=True, kw_only=True):
    """A command of HQ's is being carried out; its id cannot be used again."""

    TYPE = "do.taken"

    id: str
    command: str


class CommandRefused(CommandTaken, frozen=True, kw_only=True):
    """A command of HQ's was not carried out."""

    TYPE = "do.refused"

    why: CommandRefusalReason
    said: str = ""  # what is wrong with the arguments, in words


class MessageRefused(RelayedFact, frozen=True, kw_only=True):
    """A message was refused. Only the first of each reason in a run is a fact; all are counted in `state`."""

    TYPE = "message.refused"

    why: str


class BrokerFellBack(RelayedFact, frozen=True, kw_only=True, rename={"left": "from", "taken": "to"}):
    """HQ could not be reached at the new broker: the store went back to the last broker that worked."""

    TYPE = "line.fell_back"

    left: str  # host and port
    taken: str


FACTS = (
    SyncStarted,
    ClockDiffers,
    FeedReload,
    ReplicaReplaced,
    RowSetAside,
    FeedEpoch,
    CommandTaken,
    CommandRefused,
    MessageRefused,
    BrokerFellBack,
)
