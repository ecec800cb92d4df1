"""The keys that count as HQ's: those of noren.toml, and those HQ has added or revoked since."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import msgspec
from sqlite_utils import Database

from edge.config.toml_schema import BadConfig, HqSection
from edge.crypto.data_key import DataKey
from edge.platform.database import NoRoom, open_store, rows, writing
from edge.validation.fault import Fault
from edge.validation.row_codec import decode_row
from sync.own_secrets import read_secret
from sync.protocol.compromised_keys import refuse_known_key
from sync.protocol.ed25519_keys import (
    BadKey,
    PublicKeys,
    SigningKey,
    private_from_text,
    public_from_text,
    public_to_text,
)
from sync.protocol.feed_types import HqKey, row_fault
from sync.protocol.messages import FeedRow
from sync.trust import key_ledger
from sync.trust.key_chain import TrustAnchor, proven_keys

log = logging.getLogger(__name__)

KEYS_FEED = "keys"  # the feed
# for the installer, in the log
RECOVERY_ADVICE = (
    "put HQ's present key into [hq] keys of noren.toml (`noren hq keys list` at headquarters prints that line), "
    "and start sync anew"
)


def enrolled_keys(hq: HqSection) -> PublicKeys:
    """HQ's keys in noren.toml. Raises BadConfig."""
    keys, found = {}, []
    for name, text in hq.keys.items():
        try:
            keys[name] = public_from_text(text)
            refuse_known_key(keys[name])
        except BadKey as error:
            found.append(Fault(f"hq.keys.{name}", f"expected an Ed25519 public key: {error}"))
    if not hq.keys:
        found.append(Fault("hq.keys", "expected at least one key of HQ; they come with the store's enrolment"))
    if found:
        raise BadConfig(*found)
    return keys


class TrustedKeys:
    """HQ's keys as this box knows them; this only moves forward: a revoked key is never valid again.

    They are kept twice: in store.db, which is backed up, and beside it (sync/trust/key_ledger.py), where no restore sets them
    back. Losing hq.db touches neither.
    """

    def __init__(self, store: Database, folder: Path, chain: str, enrolled: PublicKeys) -> None:
        self._store, self._folder, self._chain, self._enrolled = store, folder, chain, enrolled
        self._unwritten: list[TrustAnchor] = []
        self._known = _merged(store, folder)
        self.keys = _trusted(enrolled, self._known.values())
        for key, public in enrolled.items():
            if key not in self.keys or self.keys[key] != public:
                log.warning("key %s of noren.toml is revoked or replaced: HQ's present keys are others", key)
        if not self.keys:
            log.error("no key of HQ's counts any more: %s", RECOVERY_ADVICE)

    def add_signed_rows(self, rows: Iterable[FeedRow]) -> None:
        """Rows of `keys` in a message that a trusted key has signed. Raises NoRoom; a revocation is in force even then."""
        news = [one for row in rows if (one := self._told(row)) and self._is_news(one)]
        self._keep(news)

    def add_proven_rows(self, rows: Iterable[FeedRow]) -> bool:
        """Rows of `keys` of unknown origin; whether they prove anything new: see sync/trust/key_chain.py. Raises NoRoom."""
        good = {
            row.key: decode_row(row.text, HqKey)
            for row in rows
            if row.text and row_fault(KEYS_FEED, row.key, row.text) is None
        }
        revoked = {one.key: one.public for one in self._known.values() if one.revoked}
        news = [one for one in proven_keys(self._chain, self.keys, revoked, good) if self._is_news(one)]
        self._keep(news)
        return bool(news)

    def _told(self, row: FeedRow) -> TrustAnchor | None:
        """What a row states of its key; a deleted row's key is no longer valid, if it came by this feed."""
        if row.text is None:
            known = self._known.get(row.key)
            return replace(known, revoked=True) if known else None
        if row_fault(KEYS_FEED, row.key, row.text) is not None:
            return None  # it is set aside, and reported
        body = decode_row(row.text, HqKey)
        return TrustAnchor(key=row.key, public=body.public, revoked=body.revoked)

    def _is_news(self, one: TrustAnchor) -> bool:
        known = self._known.get(one.key)
        return known is None or (one != known and not known.revoked)

    def _keep(self, news: Sequence[TrustAnchor]) -> None:
        for one in news:
            log.warning("HQ's key %s %s", one.key, "is revoked" if one.revoked else "counts from now on")
        if news:
            self._known |= {one.key: one for one in news}
            self.keys = _trusted(self._enrolled, self._known.values())
        self._unwritten += news
        if self._unwritten:
            _write(self._store, self._unwritten)
            key_ledger.append_to_ledger(self._folder, self._unwritten)
            self._unwritten = []


def read_trusted_keys(enrolled: PublicKeys, store: Database) -> PublicKeys:
    """The valid keys, as store.db has them: for a reader while sync runs."""
    return _trusted(enrolled, _read(store).values())


def read_remembered_keys(enrolled: PublicKeys, folder: Path) -> tuple[PublicKeys, frozenset[str]]:
    """The valid keys, and the ids of the revoked ones, by all that the box remembers in its data folder: for a reader that
    needs them although sync may not have run since a backup was restored."""
    stored: list[TrustAnchor] = []
    if (folder / "store.db").exists():
        db = open_store(folder)
        try:
            stored = list(_read(db).values())
        finally:
            db.conn.close()
    known = _last([*stored, *key_ledger.read_ledger(folder)])
    return _trusted(enrolled, known.values()), frozenset(one.key for one in known.values() if one.revoked)


def _merged(store: Database, folder: Path) -> dict[str, TrustAnchor]:
    """Bring both places to the same state; the file wins, because no restore sets it back."""
    stored, filed = _read(store), _last(key_ledger.read_ledger(folder))
    known = _last([*stored.values(), *filed.values()])
    try:
        _write(store, [one for key, one in known.items() if stored.get(key) != one])
        if missing := [one for key, one in known.items() if filed.get(key) != one]:
            key_ledger.append_to_ledger(folder, missing)
    except NoRoom as why:
        log.error("HQ's keys are not stored in both places: %s", why)  # the next start does it
    return known


def _trusted(enrolled: PublicKeys, known: Iterable[TrustAnchor]) -> PublicKeys:
    """Those of noren.toml's and HQ's own keys that are not revoked, by id or by public half."""
    anchors = list(known)
    names = {one.key for one in anchors if one.revoked}
    publics = {one.public for one in anchors if one.revoked}
    told = {one.key: public_from_text(one.public) for one in anchors if not one.revoked}
    return {
        key: public
        for key, public in {**enrolled, **told}.items()
        if key not in names and public_to_text(public) not in publics
    }


def _last(anchors: Iterable[TrustAnchor]) -> dict[str, TrustAnchor]:
    """The latest entry on each key; nothing can follow a revocation."""
    found: dict[str, TrustAnchor] = {}
    for one in anchors:
        if one.key not in found or not found[one.key].revoked:
            found[one.key] = one
    return found


def _read(store: Database) -> dict[str, TrustAnchor]:
    found = rows(store, "select key, body from hq_keys where body is not null")  # null: an older version's "taken back"
    told = [(row["key"], decode_row(row["body"], HqKey)) for row in found]
    return {key: TrustAnchor(key=key, public=body.public, revoked=body.revoked) for key, body in told}


def _write(store: Database, anchors: Sequence[TrustAnchor]) -> None:
    if not anchors:
        return
    with writing(store):
        for one in anchors:
            body = msgspec.json.encode({"public": one.public, "revoked": one.revoked}).decode()
            store.conn.execute("insert or replace into hq_keys (key, body) values (?, ?)", (one.key, body))


def own_key(hq: HqSection, key: DataKey | None = None) -> SigningKey:
    """The store's own signing key; `key`, the data key, opens it if it is sealed.

    Raises BadConfig: without the key HQ would accept no message of this store.
    """
    text = read_secret("signing_key_file", hq.signing_key_file, key)
    if text is None:
        what = "is missing: expected the file of the store's signing key; it comes with the enrolment"
        raise BadConfig(Fault("hq.signing_key_file", what))
    try:
        own = private_from_text(text)
        refuse_known_key(own.public)
        return own
    except BadKey as error:
        what = f"expected the store's signing key in {hq.signing_key_file}: {error}"
        raise BadConfig(Fault("hq.signing_key_file", what)) from None
