"""Whose word counts as HQ's: the keys of noren.toml, and those HQ has added or revoked since."""

from sqlite_utils import Database

from edge import mirror
from edge.config import BadConfig, HqSection
from edge.store import rows
from sync.broker import read_secret
from sync.kinds import HqKey
from sync.signing import BadKey, PublicKeys, SigningKey, read_private, read_public


def enrolled_keys(hq: HqSection) -> PublicKeys:
    """HQ's keys in noren.toml. Raises BadConfig."""
    try:
        keys = {name: read_public(text) for name, text in hq.keys.items()}
    except BadKey as error:
        raise BadConfig(f"hq.keys: {error}") from None
    if not keys:
        raise BadConfig("hq.keys: expected at least one key of HQ; they come with the store's enrolment")
    return keys


def trusted(enrolled: PublicKeys, mirrored: Database) -> PublicKeys:
    """The enrolled keys with HQ's `keys` feed over them. Each of its rows came in a message signed by a trusted key."""
    keys = dict(enrolled)
    for row in rows(mirrored, "select key from keys where body is not null"):
        told = mirror.row(mirrored, "keys", row["key"], HqKey)
        if told is None or told.revoked:
            keys.pop(row["key"], None)
        else:
            keys[row["key"]] = read_public(told.public)
    return keys


def own_key(hq: HqSection) -> SigningKey:
    """The store's own signing key. Raises BadConfig: without it HQ would believe nothing of what this store says."""
    text = read_secret("signing_key_file", hq.signing_key_file)
    if text is None:
        raise BadConfig(
            "hq.signing_key_file: expected the file of the store's signing key; it comes with the enrolment"
        )
    try:
        return read_private(text)
    except BadKey as error:
        raise BadConfig(f"hq.signing_key_file: {error}") from None
