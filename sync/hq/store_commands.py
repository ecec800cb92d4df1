"""Commands to stores: signed, with an end, done once however often they are said."""

import secrets
from collections.abc import Mapping
from datetime import timedelta

import msgspec
from sqlite_utils import Database

from edge.platform.clock import now, utc_text
from edge.platform.database import rows, writing
from sync.hq.errors import NotPossible
from sync.protocol.command_types import command_fault
from sync.protocol.messages import Do

COMMAND_LIFETIME = timedelta(
    minutes=15
)  # for a store that is offline for longer, a person who still wants it sends it again


def queue_command(db: Database, scope: str, command: str, args: Mapping[str, str]) -> str:
    """Queue a command for a store (or `all`); `serve` sends it. Returns its id. Raises NotPossible."""
    with writing(db):
        return queue_command_within(db, scope, command, args)


def queue_command_within(
    db: Database, scope: str, command: str, args: Mapping[str, str], *, lasts: timedelta = COMMAND_LIFETIME
) -> str:
    """The same inside the caller's transaction."""
    if why := command_fault(command, args):
        raise NotPossible(why)
    name = secrets.token_hex(8)
    moment = now()
    db.conn.execute("delete from commands where expires < ?", (moment.text,))
    db.conn.execute(
        "insert into commands (id, scope, command, args, expires, made) values (?, ?, ?, ?, ?, ?)",
        (
            name,
            scope,
            command,
            msgspec.json.encode(args).decode(),
            utc_text(moment.time + lasts),
            moment.text,
        ),
    )
    return name


def withdraw_command(db: Database, scope: str, command: str) -> None:
    """What was ordered counts no more, inside the caller's transaction."""
    db.conn.execute("delete from commands where scope = ? and command = ?", (scope, command))


def open_commands(db: Database) -> list[tuple[str, Do]]:
    """The commands that have not expired, with their scopes."""
    found = rows(
        db,
        "select id, scope, command, args, expires from commands where expires >= ? order by made, rowid",
        (now().text,),
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
