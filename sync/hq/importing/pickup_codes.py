"""Pickup codes that HQ mints for orders that come without: the secret is kept, so that the code can be sent again."""

import csv
import hashlib
import secrets
from collections.abc import Iterable
from pathlib import Path

from msgspec import Struct
from sqlite_utils import Database

from edge.platform.database import rows
from sync.hq.errors import NotPossible

SECRET_BYTES = 18  # 144 bits; 24 characters of base64url


class PickupCodeOfOrder(Struct, frozen=True, kw_only=True):
    """What an order's shopper needs: the number for the board, and the content of the code that proves them."""

    order: str
    number: str
    secret: str

    @property
    def content(self) -> str:
        """What the shopper's QR code holds."""
        return f"noren:p:{self.order}:{self.secret}"


def new_secret() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def hash_secret(secret: str) -> str:
    """The hash that stores get: a person who reads a store's card cannot make a code from it."""
    return hashlib.sha256(secret.encode()).hexdigest()


def keep_secrets(db: Database, store: str, secret_of: Iterable[tuple[str, str]], moment: str) -> None:
    """Keep the secrets of orders, inside the transaction that puts their rows."""
    db.conn.executemany(
        "insert or replace into pickup_codes (store, order_id, secret, made) values (?, ?, ?, ?)",
        [(store, order, secret, moment) for order, secret in secret_of],
    )


def codes_of_store(db: Database, store: str, orders: Iterable[str] | None = None) -> list[PickupCodeOfOrder]:
    """The codes that were minted for a store's live orders, for all of them or for those, by order.

    One whose order has another secret by now (the chain has sent its own) is no more, and is left out.
    """
    wanted = None if orders is None else set(orders)
    found = rows(
        db,
        """select c.order_id, c.secret, json_extract(r.body, '$.number') as number,
             json_extract(r.body, '$.secret_sha256') as hash
           from pickup_codes c
           join rows r on r.feed = 'orders' and r.scope = c.store and r.key = c.order_id and r.body is not null
           where c.store = ? order by c.order_id""",
        (store,),
    )
    return [
        PickupCodeOfOrder(order=row["order_id"], number=row["number"], secret=row["secret"])
        for row in found
        if row["hash"] == hash_secret(row["secret"]) and (wanted is None or row["order_id"] in wanted)
    ]


def delete_secrets(db: Database, store: str, orders: Iterable[str]) -> None:
    """The orders are no more, inside the transaction that deletes them."""
    db.conn.executemany(
        "delete from pickup_codes where store = ? and order_id = ?", [(store, order) for order in orders]
    )


def write_codes_csv(path: Path, codes: Iterable[PickupCodeOfOrder]) -> None:
    """A CSV of order, number, code, which only its owner may read. Raises NotPossible."""
    try:
        path.touch(mode=0o600)
        with path.open("w", encoding="utf-8-sig", newline="") as file:  # with a mark, so that Excel reads it
            lines = csv.writer(file)
            lines.writerow(["order", "number", "code"])
            lines.writerows([code.order, code.number, code.content] for code in codes)
    except OSError as error:
        raise NotPossible(f"{path}: cannot be written: {error.strerror}") from None
