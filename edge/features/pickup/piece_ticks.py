"""The pieces of an order that a clerk has ticked or scanned: each tick counts for one step and one session."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database

from edge.features.pickup.order import PickupOrder
from edge.features.pickup.pieces import missing_pieces, pieces_of_line
from edge.features.pickup.state_machine import Action
from edge.features.staff.sessions import Session


@dataclass(frozen=True, slots=True, kw_only=True)
class PieceCheck:
    """A clerk's check of an order for a step. Another clerk, or the same one for another step, begins anew."""

    session: Session
    order: str
    step: Action

    @property
    def key(self) -> tuple[str, str, str]:
        return self.session.id, self.order, self.step


def ticked_pieces(db: Database, check: PieceCheck) -> dict[str, str]:
    """The ticked pieces, each with the GTIN it had then: HQ may have changed the order's lines since."""
    sql = "select piece, gtin from piece_ticks where session = ? and order_id = ? and step = ?"
    return dict(db.conn.execute(sql, check.key).fetchall())


def tick_pieces(db: Database, check: PieceCheck, pieces: Iterable[tuple[str, str]]) -> None:
    """Tick pieces, each with its GTIN, inside the caller's transaction; nothing for a session that has ended meanwhile."""
    sql = """insert or replace into piece_ticks (session, order_id, step, piece, gtin)
             select ?, ?, ?, ?, ? where exists (select 1 from staff_sessions where id = ?)"""
    db.conn.executemany(sql, [(*check.key, piece, gtin, check.session.id) for piece, gtin in pieces])


def untick_pieces(db: Database, check: PieceCheck, pieces: Iterable[str]) -> None:
    """Take ticks back, inside the caller's transaction."""
    sql = "delete from piece_ticks where session = ? and order_id = ? and step = ? and piece = ?"
    db.conn.executemany(sql, [(*check.key, piece) for piece in pieces])


def untick_order(db: Database, order: str) -> None:
    """Forget all ticks of an order, inside the caller's transaction: its goods have gone on, or the person was not right."""
    db.conn.execute("delete from piece_ticks where order_id = ?", (order,))


def move_ticks(db: Database, order: PickupOrder) -> None:
    """Ticks on pieces that are missing now go to pieces of the same line without one, inside the caller's transaction.

    Pieces of a line are alike, and the missing ones are its last: what a clerk has in hand stays ticked.
    """
    missing, id_ = missing_pieces(order), order.row.order
    for line in order.row.lines:
        own = pieces_of_line(line)
        for gone in (piece for piece in own if piece in missing):
            sql = "select session, step, gtin from piece_ticks where order_id = ? and piece = ?"
            for session, step, gtin in db.conn.execute(sql, (id_, gone)).fetchall():
                taken = db.conn.execute(
                    "select piece from piece_ticks where order_id = ? and session = ? and step = ?",
                    (id_, session, step),
                )
                used = {piece for (piece,) in taken.fetchall()}
                for free in [piece for piece in own if piece not in missing and piece not in used][:1]:
                    sql_in = "insert into piece_ticks (session, order_id, step, piece, gtin) values (?, ?, ?, ?, ?)"
                    db.conn.execute(sql_in, (session, id_, step, free, gtin))
            db.conn.execute("delete from piece_ticks where order_id = ? and piece = ?", (id_, gone))
