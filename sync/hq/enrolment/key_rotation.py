"""A new signing key for HQ in three steps: the stores learn it from the old one, HQ signs with it, the old one ends."""

from collections.abc import Mapping
from pathlib import Path

import msgspec
from sqlite_utils import Database

from edge.platform.database import rows, writing
from edge.validation.row_codec import decode_row
from sync.hq.enrolment import keys
from sync.hq.enrolment.founding import read_founded
from sync.hq.errors import NotPossible
from sync.hq.feeds import feed, row_types
from sync.hq.reports.fleet import fleet_status
from sync.protocol.ed25519_keys import SigningKey, public_to_text
from sync.protocol.feed_types import HqKey
from sync.protocol.topics import ALL_STORES
from sync.trust.key_chain import sign_vouch

KEYS_FEED = "keys"


def prepare_next_key(db: Database, folder: Path) -> str:
    """Make the next key and send it to the stores, vouched for by the present one; returns its id. Safe to repeat. Raises
    NotPossible."""
    if not (folder / keys.NEXT_HQ_KEY_FILE).exists():
        keys.make_hq_key(folder, keys.NEXT_HQ_KEY_FILE)
    known = keys.hq_keys(folder)
    _demand_not_revoked(db, known[-1].id)
    with writing(db):
        for key in known:
            if feed.row_body(db, KEYS_FEED, ALL_STORES, key.id) is None:
                _put(db, key.id, HqKey(public=public_to_text(key.public)))
        _prove(db, known[0])
    return known[-1].id


def switch_to_next_key(db: Database, folder: Path, *, anyway: bool = False) -> str:
    """Sign with the next key from now on (`serve` must be restarted); returns the old key's id. Raises NotPossible.

    Every enrolled store must have confirmed the key first. `anyway`: a store that is offline gets from the old key to the
    new one when it reconnects, by what the old one has signed.
    """
    if not (folder / keys.NEXT_HQ_KEY_FILE).exists():
        raise NotPossible("there is no next key: `noren hq keys prepare` makes one")
    _demand_not_revoked(db, keys.read_hq_key(folder, keys.NEXT_HQ_KEY_FILE).id)
    vouch_for_keys(
        db, folder
    )  # a row from an older version's `prepare` has no vouch: this is the last moment to add it
    late = [
        one.store
        for one in fleet_status(db)
        if one.line == "never" or (one.line != "revoked" and KEYS_FEED in one.behind)
    ]
    if late and not anyway:
        raise NotPossible(
            f"not all stores know the next key yet: {', '.join(late)}. `noren hq tell all birth` asks them. With --anyway "
            "they follow when they come back, by what the present key has signed (a box of an older version cannot)."
        )
    old = keys.read_hq_key(folder)
    (folder / keys.NEXT_HQ_KEY_FILE).replace(folder / keys.HQ_KEY_FILE)
    vouch_for_keys(db, folder)
    return old.id


def discard_next_key(db: Database, folder: Path, which: str | None = None) -> tuple[str | None, str]:
    """Discard the next key (leaked, or its file is damaged) and make another; returns the id revoked, and the new one's.

    It is revoked if it was sent to the stores; the first id is None if not. `which`: its id, if the file does not say it.
    Safe to repeat after a crash: the file is deleted last, and `switch` refuses a revoked key. Raises NotPossible.
    """
    if not (folder / keys.NEXT_HQ_KEY_FILE).exists():
        raise NotPossible("there is no next key: `noren hq keys prepare` makes one")
    signing = keys.read_hq_key(folder)
    with writing(db):
        told = _told(db)
        old = which or _next(folder, told, signing.id)
        if which and (which not in told or which in _before(told, signing.id)):
            raise NotPossible(f"key `{which}` is not one that was announced to the stores as the next")
        row = told.get(old) if old else None
        if old and row:
            _put(db, old, msgspec.structs.replace(row, revoked=True))
        _prove(db, signing)
    (folder / keys.NEXT_HQ_KEY_FILE).unlink()
    return old if row else None, prepare_next_key(db, folder)


def _next(folder: Path, told: Mapping[str, HqKey], signing: str) -> str | None:
    """The id of the next key, from its file, or else the one other key that was sent to the stores."""
    try:
        return keys.read_hq_key(folder, keys.NEXT_HQ_KEY_FILE).id
    except NotPossible:
        named = sorted(key for key in told if key not in _before(told, signing) and not told[key].revoked)
        if len(named) > 1:
            raise NotPossible(
                f"{folder / keys.NEXT_HQ_KEY_FILE} is damaged and does not say which key it was. "
                f"The stores know {', '.join(named)}: `noren hq keys discard --key ID` revokes one of them"
            ) from None
        return named[0] if named else None


def _before(told: Mapping[str, HqKey], signing: str) -> set[str]:
    """The key that signs and those that vouch for it, directly or not: any other key that was sent is to sign next."""
    found, waiting = set[str](), [signing]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting += [one.by for one in told[key].vouched if one.by in told] if key in told else []
    return found


def _demand_not_revoked(db: Database, key: str) -> None:
    text = feed.row_body(db, KEYS_FEED, ALL_STORES, key)
    if text is not None and decode_row(text, HqKey).revoked:
        raise NotPossible(f"the next key `{key}` is revoked: `noren hq keys discard` makes another")


def revoke_hq_key(db: Database, folder: Path, name: str) -> None:
    """Have the stores refuse an old key of HQ's for ever, even one they were enrolled with. Raises NotPossible."""
    if (folder / keys.NEXT_HQ_KEY_FILE).exists() and name == keys.read_hq_key(folder, keys.NEXT_HQ_KEY_FILE).id:
        raise NotPossible(f"key `{name}` is the next one: `noren hq keys discard` revokes it and makes another")
    if name == keys.read_hq_key(folder).id:
        raise NotPossible(f"key `{name}` is one HQ signs with: `noren hq keys prepare` and `switch` come first")
    text = feed.row_body(db, KEYS_FEED, ALL_STORES, name)
    if text is None:
        raise NotPossible(f"key `{name}` is none of HQ's")
    with writing(db):
        _put(db, name, msgspec.structs.replace(decode_row(text, HqKey), revoked=True))
        _prove(db, keys.read_hq_key(folder))


def vouch_for_keys(db: Database, folder: Path) -> None:
    """Sign the keys without a vouch with HQ's present key, and withdraw those that are revoked: a store that was away can then
    get from any of its keys to this one."""
    with writing(db):
        _prove(db, keys.read_hq_key(folder))


def _prove(db: Database, signing: SigningKey) -> None:
    about = read_founded(db)
    assert about is not None, "whoever has a feed is founded"
    for key, row in _told(db).items():
        if (proven := _proven(signing, about.chain, key, row)) != row:
            _put(db, key, proven)


def _told(db: Database) -> dict[str, HqKey]:
    """The keys that were sent to the stores, by id."""
    found = rows(
        db, "select key, body from rows where feed = ? and scope = ? and body is not null", (KEYS_FEED, ALL_STORES)
    )
    read_all = {one["key"]: row_types.decode_row_or_none(KEYS_FEED, one["key"], one["body"], HqKey) for one in found}
    return {key: row for key, row in read_all.items() if row is not None}


def _proven(signing: SigningKey, chain: str, key: str, row: HqKey) -> HqKey:
    """A row with the signing key's vouch or withdrawal; its withdrawal replaces an earlier key's."""
    if key == signing.id:
        return row
    if not row.revoked and not row.vouched:
        return msgspec.structs.replace(row, vouched=[sign_vouch(signing, chain, "counts", key, row.public)])
    if row.revoked and signing.id not in {one.by for one in row.withdrawn}:
        return msgspec.structs.replace(row, withdrawn=[sign_vouch(signing, chain, "withdrawn", key, row.public)])
    return row


def _put(db: Database, key: str, row: HqKey) -> None:
    feed.put_rows(db, KEYS_FEED, ALL_STORES, [(key, row_types.checked_text(KEYS_FEED, key, msgspec.to_builtins(row)))])
