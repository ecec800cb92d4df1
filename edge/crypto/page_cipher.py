"""Pages of an encrypted file without SQLite: whether a key fits them, and their content, even if the file is damaged."""

from collections.abc import Sized
from mmap import mmap

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from edge.crypto.data_key import (
    IV_BYTES,
    PAGE_SIZE,
    PLAIN_HEADER_BYTES,
    RESERVED_PAGE_BYTES,
    PageKey,
    page_is_authentic,
)

SQLITE_MAGIC = b"SQLite format 3\0"
FEW_PAGES, MANY_PAGES = 64, 1024  # pages to look at, spread over the file; one of them that fits is enough
HEADER_BYTES = 32  # bytes of a file that tell plain from encrypted
_RESERVED_AT = 20  # header byte with the number of bytes at each page's end that SQLite leaves free


def is_plain_header(head: bytes) -> bool:
    """Whether a file's first bytes say that its pages are not encrypted."""
    return head[: len(SQLITE_MAGIC)] == SQLITE_MAGIC and head[_RESERVED_AT : _RESERVED_AT + 1] == b"\0"


def is_unencrypted(key: PageKey | None, data: mmap | bytes) -> bool:
    """Whether a file is not encrypted: its header says so, and the key fits none of its pages.

    If the header says so but the key fits, the header is damaged.
    """
    return is_plain_header(data[:HEADER_BYTES]) and not (key and key_fits(key, data, looked=FEW_PAGES))


def is_encrypted(head: bytes) -> bool:
    """Whether a file's first bytes say that its pages are encrypted."""
    return head[: len(SQLITE_MAGIC)] == SQLITE_MAGIC and head[_RESERVED_AT : _RESERVED_AT + 1] == bytes(
        [RESERVED_PAGE_BYTES]
    )


def page_count(data: Sized) -> int:
    """The number of whole pages of a file."""
    return len(data) // PAGE_SIZE


def key_fits(key: PageKey, data: mmap | bytes, *, looked: int = MANY_PAGES) -> bool:
    """Whether any of the pages looked at was written with the key and is unchanged (10 microseconds a page)."""
    mac, pages = key.mac, page_count(data)
    step = max(1, pages // looked)
    return any(
        page_is_authentic(key, mac, number, data[(number - 1) * PAGE_SIZE : number * PAGE_SIZE])
        for number in range(1, pages + 1, step)
    )


def decrypt_page(key: PageKey, number: int, page: bytes) -> bytes:
    """A page (number from 1) decrypted. Of a damaged page, all but the 32 bytes around each wrong byte is right."""
    start = PLAIN_HEADER_BYTES if number == 1 else 0
    end = len(page) - RESERVED_PAGE_BYTES
    decryptor = Cipher(algorithms.AES(key.cipher), modes.CBC(page[end : end + IV_BYTES])).decryptor()
    return page[:start] + decryptor.update(page[start:end]) + decryptor.finalize()
