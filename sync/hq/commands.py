"""Commands to stores: signed, with an end, done once however often they are said."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

import msgspec
from sqlite_utils import Database

from edge.clock import now, utc_text
from edge.store import rows, writing
from sync.headers import Do

LASTS = timedelta(minutes=15)  # a store that is away for longer is told anew by a person who still wants it


def order(db: Database, scope: str, command: str, args: Mapping[str, str]) -> str:
    """Have a command said to a store (or `all`) by whoever serves; its id."""
    name = secrets.token_hex(8)
    moment = now()
    with writing(db):
        db.conn.execute("delete from commands where expires < ?", (moment.text,))
        db.conn.execute(
            "insert into commands (id, scope, command, args, expires, made) values (?, ?, ?, ?, ?, ?)",
            (
                name,
                scope,
                command,
                msgspec.json.encode(args).decode(),
                utc_text(moment.time + LASTS),
                moment.text,
            ),
        )
    return name


def standing(db: Database) -> list[tuple[str, Do]]:
    """The commands that have not expired, with their scopes."""
    found = rows(
        db, "select id, scope, command, args, expires from commands where expires >= ? order by made", (now().text,)
    )
    return [
        (
            row["scope"],
            Do(
                id=row["id"],
                command=row["command"],
                expires=row["expires"],
                args=msgspec.json.decode(row["args"], type=dict[str, str]),
            ),
        )
        for row in found
    ]
