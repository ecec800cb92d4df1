"""The room that is left for the store's data, and what came of a lack of it."""

from dataclasses import dataclass

from edge.disk.disk_space import current_disk_level, measure_disk_space
from edge.disk.watermarks import DiskLevel
from edge.platform.database import first_row
from edge.store_context import StoreContext


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskOfStore:
    """The card or disk that holds the store's data, in bytes, and what that means for the store's work."""

    total: int
    free: int
    level: DiskLevel
    looked_up: int = 0  # price tags since room became short; HQ gets their number, and not which
    refused: int = 0  # codes that were not taken since there was room for everything


def disk(shop: StoreContext) -> DiskOfStore:
    """The free room for the store's data; that of store.db's budget, if the budget is shorter."""
    room = measure_disk_space(shop.db)
    total, free = room.total, room.bytes_left
    if room.budget is not None and room.is_short_of_budget:
        total, free = room.budget, max(0, room.budget - room.live)
    views = first_row(
        shop.db,
        "select (select total(count) from untold where what = 'views') + (select total(views) from room)",
    )
    turned = first_row(shop.db, "select (select total(no_room) from devices) + (select total(no_room) from wedges)")
    looked_up, refused = (int(found[0]) if found else 0 for found in (views, turned))
    return DiskOfStore(total=total, free=free, level=current_disk_level(shop.db), looked_up=looked_up, refused=refused)
