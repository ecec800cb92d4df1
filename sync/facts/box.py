"""What a box tells of itself: its start, its devices, its line to HQ."""

from typing import Annotated, Literal

from msgspec import Meta

from sync.facts.data import Data, Noted, Time


class BoxStarted(Data, frozen=True, kw_only=True):
    """The box's pages have started."""

    box: str  # 128 bits, hex


class BoxForked(Noted, frozen=True, kw_only=True):
    """HQ's past of a lane is not this box's (a restored backup, a cloned card): the journal goes on in a new epoch."""

    epoch: str  # the one that was closed
    lane: int
    kept: int  # seq up to which HQ has kept this box's own past
    hq_seq: int  # seq up to which HQ's past goes
    reason: str = ""


class DiskThinned(Data, frozen=True, kw_only=True, rename={"first": "from", "last": "to"}):
    """Room was short: rows that could be spared were thrown away, or views not told, and this is how many."""

    what: Literal["journal", "scans", "page_scans", "outcomes", "views"]  # journal: rows that HQ had kept
    count: Annotated[int, Meta(ge=1)]
    first: Time
    last: Time


class DeviceSeen(Noted, frozen=True, kw_only=True):
    """A scanner or camera was lost, or is back."""

    device: str
    detail: str  # lost: why, as in firmware_bridge/reading.py; back: empty


class SyncStarted(Noted, frozen=True, kw_only=True):
    """The box's line to HQ has started."""


class ClockDiffers(Noted, frozen=True, kw_only=True):
    """A clock that is not synchronised is more than a minute away from HQ's."""

    hq: str
    here: Time
    clock: Literal["holdover", "unset"]


class FeedReload(Noted, frozen=True, kw_only=True):
    """A feed is loaded anew from its beginning."""

    feed: str
    why: Literal["epoch", "digest", "command"]


class RowSetAside(Noted, frozen=True, kw_only=True):
    """A row HQ sent cannot be used; the others were applied."""

    feed: str
    key: str
    version: Annotated[int, Meta(ge=0)]
    why: str


class FeedEpoch(Noted, frozen=True, kw_only=True, rename={"before": "from", "after": "to"}):
    """A feed of another epoch has taken the place of the one before, which is never believed again."""

    feed: str
    before: str
    after: str


class DoTaken(Noted, frozen=True, kw_only=True):
    """A command of HQ's is being done; its id is used up."""

    id: str
    command: str


class DoRefused(DoTaken, frozen=True, kw_only=True):
    """A command of HQ's was not done."""

    why: Literal["expired", "bad_expiry", "unknown_command"]


class MessageRefused(Noted, frozen=True, kw_only=True):
    """A message was refused; told for the first of each reason in a run, all are counted in `state`."""

    why: str


class ConfigStage(Noted, frozen=True, kw_only=True):
    """How far the store has come with a config of HQ's: received, validated, on trial, kept."""

    version: Annotated[int, Meta(ge=0)]
    epoch: str  # of the feed


class ConfigRefused(ConfigStage, frozen=True, kw_only=True):
    """A config was never tried: something in it cannot be."""

    reason: str
    path: str  # row and key, such as `policy.check_in.miles`


class ConfigRolledBack(ConfigStage, frozen=True, kw_only=True):
    """A config was not kept: its trial failed or did not end, or a newer one took its place. The last good one is in force."""

    reason: str


class LineFellBack(Noted, frozen=True, kw_only=True, rename={"left": "from", "taken": "to"}):
    """HQ was not to be heard where the line had moved to: it went back to the last broker that worked."""

    left: str  # host and port
    taken: str
