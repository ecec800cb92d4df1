"""Founding a headquarters, and enrolling stores in it."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlite_utils import Database

from edge.key_files.private_file import write_secret
from edge.platform.clock import now
from edge.platform.database import first_row, writing
from sync.hq import older_copy, store_commands
from sync.hq.enrolment import acl, keys, recovery_key
from sync.hq.errors import NotPossible
from sync.hq.schema import HQ_DB, migrate, open_hq_store
from sync.protocol.command_types import REVOKE_COMMAND
from sync.protocol.ed25519_keys import fingerprint, new_key, private_to_text, public_from_text, public_to_text

END_COMMAND_LIFETIME = timedelta(days=3650)  # a stolen box may be off for years
STORE_KEY_FILE = "store-signing.key"
HQ_TOML = "hq.toml"
CHAIN_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")  # as noren.toml has it
RESERVED_IDS = frozenset({"all", "hq"})  # topics and the broker's ACL give these a meaning of their own


@dataclass(frozen=True, slots=True, kw_only=True)
class Headquarters:
    """Whose headquarters it is: the chain, and the broker its stores shall use."""

    chain: str
    broker: str


def check_name(what: str, name: str) -> None:
    """Raises NotPossible if a chain or store may not have this name."""
    if not CHAIN_ID.fullmatch(name) or name in RESERVED_IDS:
        raise NotPossible(f"{what} `{name}`: expected small letters, digits and hyphens, at most 40, not `all` or `hq`")


def found_headquarters(folder: Path, chain: str, broker: str) -> None:
    """Make HQ's folder: database and signing key. Safe to repeat; another chain's folder is NotPossible."""
    check_name("chain", chain)
    folder.mkdir(parents=True, exist_ok=True)
    migrate(folder)
    if not (folder / keys.HQ_KEY_FILE).exists():
        keys.make_hq_key(folder)
    with open_headquarters(folder) as db, writing(db):
        before = read_founded(db)
        if before and before.chain != chain:
            raise NotPossible(f"{folder / HQ_DB} is the headquarters of chain `{before.chain}`, not of `{chain}`")
        db.conn.execute(
            """insert into about (chain, broker, made, only_one) values (?, ?, ?, 1)
               on conflict (only_one) do update set broker = excluded.broker""",
            (chain, broker, now().text),
        )
        recovery_key.ensure_recovery_key(db, folder)
        acl.write_acl(db, folder)


@contextmanager
def open_headquarters(folder: Path) -> Iterator[Database]:
    """HQ's database for a `with` block, migrated to this version. Raises NotPossible if there is none, NewerDatabase."""
    if not (folder / HQ_DB).exists():
        raise NotPossible(f"{folder}: no headquarters here. Run `noren hq init --dir {folder}` first.")
    migrate(folder)
    db = open_hq_store(folder)
    try:
        older_copy.renew_if_older(db, folder)
        recovery_key.note_recovery_key(db, folder)
        yield db
        older_copy.note_versions(db, folder)
    finally:
        db.conn.close()


def read_founded(db: Database) -> Headquarters | None:
    """Whose headquarters it is; None before it is founded."""
    row = first_row(db, "select chain, broker from about")
    return Headquarters(chain=row[0], broker=row[1]) if row else None


def enrol_store(folder: Path, store: str, name: str, group: str | None = None) -> Path:
    """Enrol a store: make its key, keep the public half; returns the folder to carry to the box. Raises NotPossible.

    A store that was enrolled before stays in its group if none is given.
    """
    check_name("store", store)
    if group is not None:
        check_name("group", group)
    key = new_key()
    bundle = folder / "stores" / store
    with open_headquarters(folder) as db, writing(db):
        about = read_founded(db)
        if about is None:
            raise NotPossible(f"{folder}: not founded. Run `noren hq init --dir {folder}` first.")
        if first_row(db, "select 1 from stores where id = ? and revoked is null", (store,)):
            raise NotPossible(f"store `{store}` is enrolled. Revoke its key first: `noren hq stores revoke {store}`")
        db.conn.execute(
            """insert into stores (id, name, public_key, since, revoked, fleet_group, again) values (?, ?, ?, ?, null, ?, 0)
               on conflict (id) do update set
                 name = excluded.name, public_key = excluded.public_key, since = excluded.since, revoked = null, again = 1,
                 fleet_group = coalesce(excluded.fleet_group, fleet_group)""",
            (store, name, public_to_text(key.public), now().text, group),
        )
        store_commands.withdraw_command(db, store, REVOKE_COMMAND)
        acl.write_acl(db, folder)
        bundle.mkdir(parents=True, exist_ok=True)
        (bundle / STORE_KEY_FILE).unlink(missing_ok=True)
        write_secret(bundle / STORE_KEY_FILE, private_to_text(key) + "\n")
        (bundle / HQ_TOML).write_text(_lines(db, folder, about), encoding="utf-8")
    return bundle


def _lines(db: Database, folder: Path, about: Headquarters) -> str:
    """The part of noren.toml that ties a box to this headquarters; JSON strings are TOML strings."""
    return (
        f"# for noren.toml, beside [store] with chain = {json.dumps(about.chain)}\n"
        "[hq]\n"
        f"broker = {json.dumps(about.broker)}\n"
        f"{keys_line(folder)}\n"
        f"signing_key_file = {json.dumps(STORE_KEY_FILE)}\n"
        f"{recovery_key.recovery_line(db, folder)}\n"
    )


def keys_line(folder: Path) -> str:
    """HQ's present keys, as noren.toml has them."""
    ours = {key.id: public_to_text(key.public) for key in keys.hq_keys(folder)}
    table = ", ".join(f"{json.dumps(name)} = {json.dumps(public)}" for name, public in ours.items())
    return f"keys = {{ {table} }}"


def revoke_store(db: Database, folder: Path, store: str) -> Path:
    """From now on nothing that the store's key signs is accepted, nothing is published to it, and its box, if it is
    reachable, takes itself out of use. Returns the broker's rules, to be reloaded. Raises NotPossible."""
    with writing(db):
        row = first_row(db, "select public_key from stores where id = ? and revoked is null", (store,))
        if row is None:
            raise NotPossible(f"store `{store}` is not enrolled, or its key is revoked already")
        db.conn.execute("update stores set revoked = ? where id = ?", (now().text, store))
        store_commands.queue_command_within(
            db, store, REVOKE_COMMAND, {"key": fingerprint(public_from_text(row[0]))}, lasts=END_COMMAND_LIFETIME
        )
        return acl.write_acl(db, folder)


def put_in_group(db: Database, stores: Sequence[str], group: str | None) -> None:
    """Put stores into a group, out of the one they were in; None: into none. Raises NotPossible."""
    if group is not None:
        check_name("group", group)
    with writing(db):
        for store in stores:
            if not db.conn.execute("update stores set fleet_group = ? where id = ?", (group, store)).rowcount:
                raise NotPossible(f"store `{store}` is not enrolled: `noren hq stores add {store}`")
