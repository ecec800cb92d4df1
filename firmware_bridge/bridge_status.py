"""The bridge's row of `bridge`: which config is in force there, and what it has found out about the next one."""

import os

import msgspec
from sqlite_utils import Database

from edge.config.active_config import Settings, read_settings
from edge.config.document import BadConfigDocument
from edge.config.overrides import changed_devices, moved_devices
from edge.config.toml_schema import Config, Device, device_path
from edge.platform import clock
from edge.platform.database import first_row, writing


def note_config_in_force(
    db: Database, number: int, past: int, devices: list[Device], before: list[Device] | None
) -> None:
    """Note which config is in force in the bridge, and reset the rows of devices that are not the same as in `before`.

    It is one transaction, before any device is opened: a reader who sees the number sees no state of an earlier config's device.
    Rows of devices that no longer exist are deleted, so that pages do not wait for them. `before` is None at the bridge's start.
    """
    now = clock.now().text
    with writing(db):
        names = [device.id for device in devices]
        db.conn.execute(f"delete from devices where device not in ({', '.join('?' * len(names))})", names)
        for device in changed_devices(before, devices) if before is not None else ():
            anew = "update devices set state = 'starting', detail = '', since = ? where device = ?"
            db.conn.execute(anew, (now, device.id))
        db.conn.execute(
            """insert into bridge (config, past, since, only_one) values (:number, :past, :now, 1)
               on conflict (only_one) do update set config = :number, past = :past, since = :now""",
            {"number": number, "past": past, "now": now},
        )


def check_devices_of_config(db: Database, ground: Config, here: Settings) -> None:
    """Check once whether the devices of a received config exist; only the bridge can see device nodes."""
    row = first_row(
        db,
        """select number, epoch, version, body from configs
           where stage = 'received' and number > (select looked from bridge)""",
    )
    if row is None:
        return
    try:
        after = read_settings(ground, *row).config.devices
    except BadConfigDocument:
        after = []  # sync reports what is wrong with it
    gone = [
        device.id for device in moved_devices(here.config.devices, after) if not os.access(device_path(device), os.F_OK)
    ]
    with writing(db):
        db.conn.execute("update bridge set looked = ?, missing = ?", (row[0], msgspec.json.encode(gone).decode()))
