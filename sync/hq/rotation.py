"""A new signing key for HQ in three steps: the stores learn it from the old one, HQ signs with it, the old one ends."""

from pathlib import Path

import msgspec
from sqlite_utils import Database

from edge.store import writing
from sync.hq import bodies, feed, keys
from sync.hq.fleet import fleet
from sync.hq.founding import NotPossible
from sync.kinds import HqKey
from sync.signing import write_public
from sync.topics import ALL

FEED = "keys"


def prepare(db: Database, folder: Path) -> str:
    """Make the next key and tell it to the stores, signed by the present one; its id. Safe to repeat."""
    if not (folder / keys.NEXT).exists():
        keys.make_hq_key(folder, keys.NEXT)
    known = keys.hq_keys(folder)
    with writing(db):
        feed.put(db, FEED, ALL, [(key.id, _row(key.id, write_public(key.public))) for key in known])
    return known[-1].id


def switch(db: Database, folder: Path) -> str:
    """Sign with the next key from now on (who serves must be started anew); the old key's id. Raises NotPossible.

    Not before every enrolled store has said that it knows the key: one that does not would believe nothing any more.
    """
    if not (folder / keys.NEXT).exists():
        raise NotPossible("there is no next key: `noren hq keys prepare` makes one")
    late = [one.store for one in fleet(db) if one.line == "never" or (one.line != "revoked" and FEED in one.behind)]
    if late:
        raise NotPossible(
            f"not all stores know the next key yet: {', '.join(late)}. `noren hq tell all birth` asks them."
        )
    old = keys.read_hq_key(folder)
    (folder / keys.NEXT).replace(folder / keys.FILE)
    return old.id


def revoke(db: Database, folder: Path, name: str) -> None:
    """Have the stores refuse an old key of HQ's, even one they were enrolled with. Raises NotPossible."""
    if name in {key.id for key in keys.hq_keys(folder)}:
        raise NotPossible(f"key `{name}` is one HQ signs with: `noren hq keys prepare` and `switch` come first")
    text = feed.body(db, FEED, ALL, name)
    if text is None:
        raise NotPossible(f"key `{name}` is none of HQ's")
    with writing(db):
        public = msgspec.json.decode(text, type=HqKey).public
        feed.put(db, FEED, ALL, [(name, _row(name, public, revoked=True))])


def _row(name: str, public: str, *, revoked: bool = False) -> str:
    return bodies.text(FEED, name, {"public": public, "revoked": revoked})
