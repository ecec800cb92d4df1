"""The data key's sealed note that a backup carries after its last page. SQLite does not read that part of the file."""

from pathlib import Path

from edge.crypto.sealed_data_key import NotSealed, SealedKey, sealed_key_from_text

_END = b"noren-k1"  # the file's last bytes; before them the text's length in two bytes, and before that the text
_MOST = 1000  # bytes of text


def append_trailer(file: Path, sealed: SealedKey) -> None:
    """Append the note after the last page of a complete file."""
    text = sealed.text.encode()
    with file.open("ab") as handle:
        handle.write(text + len(text).to_bytes(2, "big") + _END)


def read_trailer(file: Path) -> SealedKey | None:
    """The note in a file; None if there is none, or if it cannot be read."""
    with file.open("rb") as handle:
        size = handle.seek(0, 2)
        handle.seek(max(0, size - _MOST))
        data = handle.read()
    if not data.endswith(_END):
        return None
    data = data.removesuffix(_END)
    length = int.from_bytes(data[-2:], "big")
    try:
        return sealed_key_from_text(data[-2 - length : -2].decode("ascii"))
    except (NotSealed, UnicodeDecodeError):
        return None
