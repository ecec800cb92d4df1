"""The digest of a feed: it does not depend on the order of rows, and it is updated for a changed row in constant time."""

import hashlib

UINT64_MASK = 2**64 - 1


def row_hash(key: str, version: int) -> int:
    """A row's share: 64 bits of BLAKE2b over `key LF version`."""
    return int.from_bytes(hashlib.blake2b(f"{key}\n{version}".encode(), digest_size=8).digest(), "big")


def add_row(digest: int, key: str, version: int) -> int:
    """The digest with a live row added (sum modulo 2^64)."""
    return (digest + row_hash(key, version)) & UINT64_MASK


def remove_row(digest: int, key: str, version: int) -> int:
    """The digest with a live row taken out."""
    return (digest - row_hash(key, version)) & UINT64_MASK


def digest_text(digest: int) -> str:
    """16 hex digits, as sent and kept (SQLite's integers are signed)."""
    return f"{digest:016x}"


def digest_from_text(text: str) -> int:
    """The digest behind 16 hex digits."""
    return int(text, 16)
