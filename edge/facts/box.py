"""Facts about the box itself: its start, its devices, its configs, its connection to HQ."""

from typing import Annotated, Literal

from msgspec import Meta

from edge.facts.fact import Fact, Lane, RelayedFact, Time

Thinnable = Literal["journal", "scans", "page_scans", "outcomes", "views"]
WhyReloaded = Literal["epoch", "digest", "command", "damaged"]
WhyRefused = Literal["expired", "bad_expiry", "unknown_command", "bad_arguments"]


class BoxStarted(Fact, frozen=True, kw_only=True):
    """The box's pages have started."""

    TYPE = "box.started"
    LANE = Lane.PROMISES

    box: str  # 128 bits, hex


class BoxForked(RelayedFact, frozen=True, kw_only=True):
    """HQ has another history of a lane than this box (a restored backup, a cloned card): the journal goes on in a new epoch."""

    TYPE = "box.forked"
    LANE = Lane.PROMISES

    epoch: str  # the one that was closed
    lane: int
    kept: int  # seq up to which HQ has kept this box's own history
    hq_seq: int  # seq up to which HQ's history goes
    reason: str = ""


class BoxSalvaged(Fact, frozen=True, kw_only=True):
    """store.db was damaged: all that could be read of it is in a new file, and the journal goes on in a new epoch."""

    TYPE = "box.salvaged"
    LANE = Lane.PROMISES

    why: str
    aside: str  # the name of the damaged file, which is kept beside the new one
    closed: str  # the epoch that was closed
    saved: dict[str, int]  # rows by table
    unreadable: dict[str, int]  # pages and rows that could not be read, by table
    altered: int  # facts whose text has changed: `box.fact_altered`


class FactAltered(Fact, frozen=True, kw_only=True):
    """The text of a fact that HQ had not kept has changed, by its hash; `text` is what is left of it."""

    TYPE = "box.fact_altered"
    LANE = Lane.PROMISES

    fact: str  # its id, by its place in the journal
    type: str
    text: str  # at most 4,000 characters


class BoxRestored(Fact, frozen=True, kw_only=True):
    """An older store.db was put back: the journal goes on in a new epoch, and facts that HQ may lack are sent again."""

    TYPE = "box.restored"
    LANE = Lane.PROMISES

    backup: str  # the name of the file; empty if it was copied by hand
    aside: str  # the name of the file that was there before
    closed: str  # the epoch that was closed


class DiskThinned(Fact, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """The disk was nearly full: this many rows that can be spared were deleted, or views were not recorded."""

    TYPE = "disk.thinned"

    what: Thinnable  # journal: rows that HQ had kept
    count: Annotated[int, Meta(ge=1)]
    first: Time
    last: Time


class DeviceLost(RelayedFact, frozen=True, kw_only=True):
    """A scanner or camera was lost."""

    TYPE = "device.lost"
    ABOUT = ("station",)

    device: str
    detail: str  # why, as in firmware_bridge/devices/events.py


class DeviceBack(RelayedFact, frozen=True, kw_only=True):
    """A scanner or camera that was lost is back."""

    TYPE = "device.back"
    ABOUT = ("station",)

    device: str
    detail: str  # empty


class SyncStarted(RelayedFact, frozen=True, kw_only=True):
    """The process that talks with HQ has started."""

    TYPE = "sync.started"


class ClockDiffers(RelayedFact, frozen=True, kw_only=True):
    """A clock that is not synchronised is more than a minute away from HQ's."""

    TYPE = "clock.differs"

    hq: str
    here: Time
    clock: Literal["holdover", "unset"]


class FeedReload(RelayedFact, frozen=True, kw_only=True):
    """A feed is loaded again from its beginning."""

    TYPE = "feed.reload"

    feed: str
    why: WhyReloaded


class MirrorReplaced(RelayedFact, frozen=True, kw_only=True):
    """The box's copy of HQ's data could not be read, or was gone: it was made anew, and HQ fills it again."""

    TYPE = "mirror.replaced"

    made: Time
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


class DoTaken(RelayedFact, frozen=True, kw_only=True):
    """A command of HQ's is being carried out; its id cannot be used again."""

    TYPE = "do.taken"

    id: str
    command: str


class DoRefused(DoTaken, frozen=True, kw_only=True):
    """A command of HQ's was not carried out."""

    TYPE = "do.refused"

    why: WhyRefused
    said: str = ""  # what is wrong with the arguments, in words


class MessageRefused(RelayedFact, frozen=True, kw_only=True):
    """A message was refused. Only the first of each reason in a run is a fact; all are counted in `state`."""

    TYPE = "message.refused"

    why: str


class ConfigStage(RelayedFact, frozen=True, kw_only=True):
    """The stage of a config of HQ's at the store; each stage is a type of its own."""

    version: Annotated[int, Meta(ge=0)]
    epoch: str  # of the feed


class ConfigReceived(ConfigStage, frozen=True, kw_only=True):
    """The store has a config of HQ's and has not checked it yet."""

    TYPE = "config.received"


class ConfigValidated(ConfigStage, frozen=True, kw_only=True):
    """A config has no fault."""

    TYPE = "config.validated"


class ConfigTrial(ConfigStage, frozen=True, kw_only=True):
    """The store tries a config."""

    TYPE = "config.trial"


class ConfigKept(ConfigStage, frozen=True, kw_only=True):
    """The store uses a config. Keys that its version does not know are named in `not_used`."""

    TYPE = "config.kept"

    not_used: tuple[str, ...] = ()  # keys, such as `policy.pickup.lockers`


class ConfigRefused(ConfigStage, frozen=True, kw_only=True):
    """A config was never tried because it has a fault."""

    TYPE = "config.refused"

    reason: str
    path: str  # row and key, such as `policy.check_in.miles`


class ConfigRolledBack(ConfigStage, frozen=True, kw_only=True):
    """A config was not kept: its trial failed or did not end, or a newer one took its place. The last good one is in force."""

    TYPE = "config.rolled_back"

    reason: str


class LineFellBack(RelayedFact, frozen=True, kw_only=True, rename={"left": "from", "taken": "to"}):
    """HQ could not be reached at the new broker: the store went back to the last broker that worked."""

    TYPE = "line.fell_back"

    left: str  # host and port
    taken: str


FACTS = (
    BoxStarted,
    BoxForked,
    BoxSalvaged,
    FactAltered,
    BoxRestored,
    DiskThinned,
    DeviceLost,
    DeviceBack,
    SyncStarted,
    ClockDiffers,
    FeedReload,
    MirrorReplaced,
    RowSetAside,
    FeedEpoch,
    DoTaken,
    DoRefused,
    MessageRefused,
    ConfigReceived,
    ConfigValidated,
    ConfigTrial,
    ConfigKept,
    ConfigRefused,
    ConfigRolledBack,
    LineFellBack,
)
