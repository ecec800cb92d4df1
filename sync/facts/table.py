"""All kinds of facts by their CloudEvents type."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from edge.pickup.life import FACTS, Action
from sync.facts import box, pickup, shop
from sync.facts.data import Data

Who = Literal["member", "staff", "station", "causation"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of fact: its data, and which of the CloudEvent's attributes about people and places it may carry."""

    data: type[Data]
    about: tuple[Who, ...] = ()


_STEPS: Mapping[Action, type[pickup.PickupStep]] = {
    Action.READY: pickup.PickupReady,
    Action.REJECT: pickup.PickupRejected,
    Action.SHORT: pickup.PickupShort,
    Action.HAND_OVER: pickup.HandedOver,
}
_STEP_ABOUT: tuple[Who, ...] = ("member", "staff", "station", "causation")
_VISIT_ABOUT: tuple[Who, ...] = ("member", "station", "causation")

KINDS: Mapping[str, Kind] = {
    "box.forked": Kind(data=box.BoxForked),
    "box.started": Kind(data=box.BoxStarted),
    "clock.differs": Kind(data=box.ClockDiffers),
    "config.kept": Kind(data=box.ConfigStage),
    "config.received": Kind(data=box.ConfigStage),
    "config.refused": Kind(data=box.ConfigRefused),
    "config.rolled_back": Kind(data=box.ConfigRolledBack),
    "config.trial": Kind(data=box.ConfigStage),
    "config.validated": Kind(data=box.ConfigStage),
    "device.back": Kind(data=box.DeviceSeen, about=("station",)),
    "device.lost": Kind(data=box.DeviceSeen, about=("station",)),
    "disk.thinned": Kind(data=box.DiskThinned),
    "do.refused": Kind(data=box.DoRefused),
    "do.taken": Kind(data=box.DoTaken),
    "feed.epoch": Kind(data=box.FeedEpoch),
    "feed.reload": Kind(data=box.FeedReload),
    "feed.row_set_aside": Kind(data=box.RowSetAside),
    "line.fell_back": Kind(data=box.LineFellBack),
    "member.identified": Kind(data=shop.MemberIdentified, about=_VISIT_ABOUT),
    "message.refused": Kind(data=box.MessageRefused),
    "pickup.conflict": Kind(data=pickup.Conflict, about=("member",)),
    "pickup.identity_refused": Kind(data=pickup.OrderSeen, about=("member", "staff", "station")),
    "product.scanned": Kind(data=shop.ProductScanned, about=("station", "causation")),
    "staff.locked": Kind(data=shop.StaffLocked, about=("staff", "station")),
    "staff.signed_in": Kind(data=shop.SignedIn, about=("staff", "station")),
    "staff.viewed_member": Kind(data=pickup.ViewedMember, about=("member", "staff", "station")),
    "stock.moved": Kind(data=shop.StockMoved, about=("staff", "causation")),
    "sync.started": Kind(data=box.SyncStarted),
    "visit.checked_in": Kind(data=shop.CheckedIn, about=_VISIT_ABOUT),
    "visit.repeated": Kind(data=shop.Repeated, about=_VISIT_ABOUT),
} | {name: Kind(data=_STEPS.get(action, pickup.PickupStep), about=_STEP_ABOUT) for action, name in FACTS.items()}
"""Every kind of fact by its CloudEvents type without `noren.`; a test keeps it equal to what the code tells."""
