"""The bridge's row of `bridge`: which config it lives with, and what it found out about the next one."""

import os

import msgspec
from sqlite_utils import Database

from edge import clock
from edge.box_settings import differing, elsewhere, place_of
from edge.config import Config, Device
from edge.document import BadDocument
from edge.settings import Settings, read_settings
from edge.store import one, writing


def lives_with(db: Database, number: int, past: int, devices: list[Device], before: list[Device] | None) -> None:
    """Say which config the bridge lives with, and begin its devices' rows anew where they are not as `before`.

    One transaction, before any of them is opened: whoever sees the number sees no state of another config's device.
    Devices that are no more are struck, so that pages do not wait for them. `before` is None when the bridge starts.
    """
    now = clock.now().text
    with writing(db):
        names = [device.id for device in devices]
        db.conn.execute(f"delete from devices where device not in ({', '.join('?' * len(names))})", names)
        for device in differing(before, devices) if before is not None else ():
            anew = "update devices set state = 'starting', detail = '', since = ? where device = ?"
            db.conn.execute(anew, (now, device.id))
        db.conn.execute(
            """insert into bridge (config, past, since, only_one) values (:number, :past, :now, 1)
               on conflict (only_one) do update
               set config = :number, past = :past, since = :now, tried = 0, trouble = ''""",
            {"number": number, "past": past, "now": now},
        )


def cannot(db: Database, number: int, why: str) -> None:
    """Say that the bridge cannot live with a config, and goes on with the one it has."""
    with writing(db):
        db.conn.execute("update bridge set tried = ?, trouble = ?", (number, why))


def look_for_devices(db: Database, ground: Config, here: Settings) -> None:
    """Look whether the devices of a config that has come in are there, once; only the bridge sees device nodes."""
    row = one(
        db,
        """select number, epoch, version, body from configs
           where stage = 'received' and number > (select looked from bridge)""",
    )
    if row is None:
        return
    try:
        after = read_settings(ground, *row).config.devices
    except BadDocument:
        after = []  # sync says what is wrong with it
    gone = [device.id for device in elsewhere(here.config.devices, after) if not os.access(place_of(device), os.F_OK)]
    with writing(db):
        db.conn.execute("update bridge set looked = ?, missing = ?", (row[0], msgspec.json.encode(gone).decode()))
