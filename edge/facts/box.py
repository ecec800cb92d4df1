"""Facts about the box itself: its start, its history, its disk, its devices."""

from typing import Annotated, Literal

from msgspec import Meta

from edge.facts.fact import Fact, FactTime, Lane, RelayedFact

ThinnableKind = Literal["journal", "scans", "page_scans", "outcomes", "views"]


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

    what: ThinnableKind  # journal: rows that HQ had kept
    count: Annotated[int, Meta(ge=1)]
    first: FactTime
    last: FactTime


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


FACTS = (
    BoxStarted,
    BoxForked,
    BoxSalvaged,
    FactAltered,
    BoxRestored,
    DiskThinned,
    DeviceLost,
    DeviceBack,
)
