"""A config as sync leaves it behind once it has proved itself, for tests that begin there."""

import msgspec
from sqlite_utils import Database

from edge.config.overrides import BoxSettings
from edge.config.policy import Policy
from edge.platform.clock import now
from edge.platform.database import first_row


def keep(db: Database, policy: Policy, box: BoxSettings | None = None, *, epoch: str = "e", stage: str = "kept") -> int:
    """Put a config behind those there are, kept unless another stage is said; its number."""
    body = msgspec.json.encode({"policy": policy} | ({"box": box} if box else {})).decode()
    row = first_row(db, "select coalesce(max(version), 0) + 1 from configs where epoch = ?", (epoch,))
    assert row is not None
    sql = "insert into configs (epoch, version, body, stage, since) values (?, ?, ?, ?, ?)"
    number = db.conn.execute(sql, (epoch, row[0], body, stage, now().text)).lastrowid
    assert number is not None
    return number
