"""The sample chain's files: which there are, in which order they are pushed, and their rows with moments near now."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from edge.config.policy import Policy
from edge.validation.row_codec import with_moments
from sync.hq.errors import NotPossible
from sync.hq.importing.files import FileRow, read_items
from sync.hq.importing.row_builder import config_rows
from sync.protocol.topics import ALL_STORES

T = TypeVar("T")

SAMPLE_FOLDER = Path(__file__).parent
CONFIG_FILE = (
    "config"  # pushed first: it says which stores are near each other, and near stores receive stock and orders
)
STORE_TABLES = (CONFIG_FILE, "staff", "members", "stock", "orders")  # words of `noren hq push`
CARDS_FILE = "cards"  # what the play page offers; pushed nowhere
PICTURES_FOLDER = "pictures"
README_FILE = "README.md"
SAMPLE_STORES = tuple(sorted(path.parent.name for path in SAMPLE_FOLDER.glob(f"*/{CONFIG_FILE}.toml")))
UTF_8_SIG = "utf-8-sig"
_NEAR_NOW = re.compile(r"\bnow([+-]\d+)m\b")  # `now-31m`: 31 minutes ago


@dataclass(frozen=True, slots=True)
class SampleTable:
    """A file (or the folder of pictures), the word to push it with, and the store it is for, or `all`."""

    word: str
    scope: str
    path: Path

    def items(self, moment: datetime) -> Iterator[FileRow]:
        """Its rows as `noren hq push` reads them, with times relative to a moment. Raises NotPossible."""
        found: Iterable[FileRow] = (
            config_rows(self.path, UTF_8_SIG) if self.word == CONFIG_FILE else read_items(self.path)
        )
        for item in found:
            fields = item.fields.items()
            yield replace(item, fields={name: _dated(value, moment) for name, value in fields})


def tables(folder: Path = SAMPLE_FOLDER) -> list[SampleTable]:
    """All files to push, in the order in which they can be pushed."""
    own = [source_of_table(word, store, folder) for word in STORE_TABLES for store in SAMPLE_STORES]
    shared = [
        source_of_table("catalogue", ALL_STORES, folder),
        source_of_table("content", ALL_STORES, folder),
        SampleTable("content", ALL_STORES, folder / PICTURES_FOLDER),
    ]
    return own[: len(SAMPLE_STORES)] + shared + own[len(SAMPLE_STORES) :]


def source_of_table(word: str, scope: str, folder: Path = SAMPLE_FOLDER) -> SampleTable:
    """The file of a word, whatever its form. Raises FileNotFoundError."""
    place = folder if scope == ALL_STORES else folder / scope
    found = next(place.glob(f"{word}.*"), None)
    if found is None:
        raise FileNotFoundError(f"{place}: has no file of {word}")
    return SampleTable(word, scope, found)


def table(word: str, scope: str, kind: type[T], folder: Path = SAMPLE_FOLDER) -> list[T]:
    """The rows of a file without moments, as values of a type. Raises BadFile with the line of one that is none."""
    return [typed_item(item, kind) for item in source_of_table(word, scope, folder).items(datetime.now(UTC))]


def typed_item(item: FileRow, kind: type[T]) -> T:
    """A row as a value; its key is the field that the type has first. Raises BadFile."""
    fields: dict[str, Any] = dict(item.fields)
    if (key := fields.pop("key", None)) is not None and issubclass(kind, msgspec.Struct):
        fields = {msgspec.structs.fields(kind)[0].encode_name: key, **fields}
    try:
        return msgspec.convert(with_moments(fields, kind), kind, strict=not item.loose)
    except msgspec.ValidationError as error:
        raise item.bad(str(error)) from None


def sample_policy(store: str) -> Policy:
    """What HQ decides for a store."""
    (item,) = source_of_table(CONFIG_FILE, store).items(datetime.now(UTC))
    return typed_item(
        replace(item, fields={name: value for name, value in item.fields.items() if name != "key"}), Policy
    )


def copy_sample(folder: Path, moment: datetime) -> int:
    """Write the files into a folder, ready to be pushed, with a page about them; times are relative to `moment`. How many.

    Raises NotPossible if one of them is there: it may have been changed to the chain's own.
    """
    files = [SAMPLE_FOLDER / README_FILE, *(path for table in tables() for path in _files(table.path))]
    if there := [path for path in files if (folder / path.relative_to(SAMPLE_FOLDER)).exists()]:
        raise NotPossible(
            f"{folder / there[0].relative_to(SAMPLE_FOLDER)} is there already: name a folder that has none of these files"
        )
    for path in files:
        target = folder / path.relative_to(SAMPLE_FOLDER)
        target.parent.mkdir(parents=True, exist_ok=True)
        text = path.read_text(encoding="utf-8")
        target.write_text(text if path.name == README_FILE else _dated(text, moment), encoding="utf-8")
    return len(files)


def _files(path: Path) -> list[Path]:
    return sorted(path.iterdir()) if path.is_dir() else [path]


def _dated(value: Any, moment: datetime) -> Any:
    """A text with `now-31m` as the moment that is meant; anything else unchanged."""
    if not isinstance(value, str):
        return value
    return _NEAR_NOW.sub(lambda found: (moment + timedelta(minutes=int(found[1]))).isoformat(), value)
