"""A box's databases opened by a test, with the key that lies beside them."""

import secrets
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from edge.crypto.data_key import PAGE_SIZE, DataKey, data_key_from_text, data_key_to_text
from edge.crypto.page_cipher import decrypt_page
from edge.key_files.data_key_file import DATA_KEY_FILE
from edge.key_files.private_file import write_secret
from edge.platform.sqlite_file import Connection, connect_with_key, use_key


def unlocked(data: Path) -> Path:
    """From now on this process opens a box's databases as the box's own processes do; a key is made if there is none."""
    key = data / DATA_KEY_FILE
    if not key.exists():
        data.mkdir(parents=True, exist_ok=True)
        write_secret(key, data_key_to_text(DataKey(secrets.token_bytes(32))) + "\n")
    use_key(data, data_key_from_text(key.read_text(encoding="utf-8")))
    return data


@contextmanager
def opened(file: Path, mode: str = "ro") -> Iterator[Connection]:
    """A box's database, or HQ's, which is plain."""
    key = file.parent / DATA_KEY_FILE
    pages = data_key_from_text(key.read_text(encoding="utf-8")).pages(file.name) if key.exists() else None
    with closing(connect_with_key(pages, file, mode=mode)) as conn:
        yield conn


def bytes_of(file: Path) -> bytes:
    """All that lies on a file's pages, in the clear: what is in use, and what is not."""
    key = data_key_from_text((file.parent / DATA_KEY_FILE).read_text(encoding="utf-8")).pages(file.name)
    data = file.read_bytes()
    pages = (data[at : at + PAGE_SIZE] for at in range(0, len(data) - PAGE_SIZE + 1, PAGE_SIZE))
    return b"".join(decrypt_page(key, number, page) for number, page in enumerate(pages, start=1))
