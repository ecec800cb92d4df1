"""Founding a headquarters, and enrolling stores in it."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlite_utils import Database

from edge.clock import now
from edge.store import one, writing
from sync.hq import keys
from sync.hq.schema import FILE, migrate, open_hq_store
from sync.signing import new_key, write_private, write_public

SEED_FILE = "store-signing.key"
HQ_TOML = "hq.toml"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")  # as noren.toml has it
TAKEN = frozenset({"all", "hq"})  # topics and the broker's ACL give these a meaning of their own


class NotPossible(Exception):
    """What is asked cannot be done, in the words of who asked; nothing was changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Founded:
    """Whose headquarters it is: the chain, and the broker its stores shall use."""

    chain: str
    broker: str


def check_name(what: str, name: str) -> None:
    """Raises NotPossible where a chain or store may not be called so."""
    if not NAME.fullmatch(name) or name in TAKEN:
        raise NotPossible(f"{what} `{name}`: expected small letters, digits and hyphens, at most 40, not `all` or `hq`")


def found(folder: Path, chain: str, broker: str) -> None:
    """Make HQ's folder: database and signing key. Safe to repeat; another chain's folder is NotPossible."""
    check_name("chain", chain)
    folder.mkdir(parents=True, exist_ok=True)
    migrate(folder)
    if not (folder / keys.FILE).exists():
        keys.make_hq_key(folder)
    with opened(folder) as db, writing(db):
        before = founded(db)
        if before and before.chain != chain:
            raise NotPossible(f"{folder / FILE} is the headquarters of chain `{before.chain}`, not of `{chain}`")
        db.conn.execute(
            """insert into about (chain, broker, made, only_one) values (?, ?, ?, 1)
               on conflict (only_one) do update set broker = excluded.broker""",
            (chain, broker, now().text),
        )


@contextmanager
def opened(folder: Path) -> Iterator[Database]:
    """HQ's database for a `with` block, brought up to this version. Raises NotPossible where there is none, NewerDatabase."""
    if not (folder / FILE).exists():
        raise NotPossible(f"{folder}: no headquarters here. Run `noren hq init --dir {folder}` first.")
    migrate(folder)
    db = open_hq_store(folder)
    try:
        yield db
    finally:
        db.conn.close()


def founded(db: Database) -> Founded | None:
    """Whose headquarters it is; None before it is founded."""
    row = one(db, "select chain, broker from about")
    return Founded(chain=row[0], broker=row[1]) if row else None


def enrol(folder: Path, store: str, name: str, group: str | None = None) -> Path:
    """Enrol a store: its key is made here, HQ keeps the public half; the folder to carry to the box. Raises NotPossible.

    A store that was enrolled before stays in its group where none is given.
    """
    check_name("store", store)
    if group is not None:
        check_name("group", group)
    key = new_key()
    bundle = folder / "stores" / store
    with opened(folder) as db, writing(db):
        about = founded(db)
        if about is None:
            raise NotPossible(f"{folder}: not founded. Run `noren hq init --dir {folder}` first.")
        if one(db, "select 1 from stores where id = ? and revoked is null", (store,)):
            raise NotPossible(f"store `{store}` is enrolled. Revoke its key first: `noren hq stores revoke {store}`")
        db.conn.execute(
            """insert into stores (id, name, public_key, since, revoked, fleet_group) values (?, ?, ?, ?, null, ?)
               on conflict (id) do update set
                 name = excluded.name, public_key = excluded.public_key, since = excluded.since, revoked = null,
                 fleet_group = coalesce(excluded.fleet_group, fleet_group)""",
            (store, name, write_public(key.public), now().text, group),
        )
        bundle.mkdir(parents=True, exist_ok=True)
        (bundle / SEED_FILE).unlink(missing_ok=True)
        keys.write_secret(bundle / SEED_FILE, write_private(key) + "\n")
        (bundle / HQ_TOML).write_text(_lines(folder, about), encoding="utf-8")
    return bundle


def _lines(folder: Path, about: Founded) -> str:
    """The part of noren.toml that ties a box to this headquarters; JSON strings are TOML strings."""
    ours = {key.id: write_public(key.public) for key in keys.hq_keys(folder)}
    table = ", ".join(f"{json.dumps(name)} = {json.dumps(public)}" for name, public in ours.items())
    return (
        f"# for noren.toml, beside [store] with chain = {json.dumps(about.chain)}\n"
        "[hq]\n"
        f"broker = {json.dumps(about.broker)}\n"
        f"keys = {{ {table} }}\n"
        f"signing_key_file = {json.dumps(SEED_FILE)}\n"
    )


def revoke(db: Database, store: str) -> None:
    """From now on nothing that the store's key signs is believed. Raises NotPossible."""
    with writing(db):
        done = db.conn.execute(
            "update stores set revoked = ? where id = ? and revoked is null", (now().text, store)
        ).rowcount
        if not done:
            raise NotPossible(f"store `{store}` is not enrolled, or its key is revoked already")


def put_in_group(db: Database, stores: Sequence[str], group: str | None) -> None:
    """Put stores into a group, out of the one they were in; None: into none. Raises NotPossible."""
    if group is not None:
        check_name("group", group)
    with writing(db):
        for store in stores:
            if not db.conn.execute("update stores set fleet_group = ? where id = ?", (group, store)).rowcount:
                raise NotPossible(f"store `{store}` is not enrolled: `noren hq stores add {store}`")
