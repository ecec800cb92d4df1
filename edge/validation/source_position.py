"""The line and column of a value in a JSON or TOML text, for the person who corrects it; computed only if it is wrong."""

import json
import re
import tomllib
from dataclasses import dataclass, replace
from typing import Any, Literal

Part = str | int
Path = tuple[Part, ...]
Position = tuple[int, int]  # line and column, both from 1

_SPACE = re.compile(r"[\s,:]*")
_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_decoder = json.JSONDecoder()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceText:
    """A JSON or TOML text that could be parsed. `within` is the path of the part that is meant, `line` the text's first line."""

    kind: Literal["json", "toml"]
    text: str
    within: Path = ()
    line: int = 1

    def part(self, *parts: Part) -> "SourceText":
        """A part of this part."""
        return replace(self, within=self.within + parts)

    def place(self, field: str) -> Position:
        """The place of a field (`place.neighbours[0].name`); if it is missing, the place of the part that should have it."""
        path = self.within + path_parts(field)
        line, column = position_in_json(self.text, path) if self.kind == "json" else position_in_toml(self.text, path)
        return line + self.line - 1, column


def path_parts(field: str) -> Path:
    """A field's path, from the form in which msgspec and this package write it."""
    return tuple(int(number) if number else name for number, name in _PART.findall(field))


def position_in_json(text: str, path: Path) -> Position:
    """The start of the value at a path, or of the deepest part of the path that exists."""
    at = _skip(text, 0)
    for part in path:
        found = _child(text, at, part)
        if found is None:
            break
        at = found
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _child(text: str, at: int, part: Part) -> int | None:
    """Where the member or element `part` of the value at `at` begins."""
    if text[at] not in "{[":
        return None
    table = text[at] == "{"
    number, at = 0, _skip(text, at + 1)
    while text[at] not in "}]":
        name: Part = number
        if table:
            name, at = _decoder.raw_decode(text, at)
            at = _skip(text, at)
        if name == part:
            return at
        _, at = _decoder.raw_decode(text, at)
        number, at = number + 1, _skip(text, at)
    return None


def position_in_toml(text: str, path: Path) -> Position:
    """The place of the key at a path, or of the deepest part of the path that has its own line.

    Lines are recognised by their form, because tomllib gives no places: a line inside a multi-line text may mislead.
    """
    place, depth = (1, 1), 0
    table: Path = ()
    counts: dict[Path, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        here = _header(line, counts)
        if here is not None:
            table = here
        elif (names := _names(line.partition("=")[0] + " = 0")) and "=" in line:
            here = table + names
        if here is not None and depth < len(here) and here == path[: len(here)]:
            place, depth = (number, len(line) - len(line.lstrip()) + 1), len(here)
    return place


def _header(line: str, counts: dict[Path, int]) -> Path | None:
    """The table that a line begins, with its number if there are several of that name; None if it begins none."""
    if not line.lstrip().startswith("["):
        return None
    names = _names(line)
    if not names:
        return None
    if line.lstrip().startswith("[["):
        counts[names] = counts.get(names, -1) + 1
        for inner in [one for one in counts if len(one) > len(names) and one[: len(names)] == names]:
            del counts[inner]  # they are counted from 0 in each of these
    path: Path = ()
    for end in range(1, len(names) + 1):
        path += (names[end - 1],)
        if names[:end] in counts:
            path += (counts[names[:end]],)
    return path


def _names(line: str) -> Path:
    """The names in a header or before an equals sign, as tomllib reads them; empty if it cannot."""
    try:
        found: Any = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return ()
    names: Path = ()
    while found and isinstance(found, dict | list):
        if isinstance(found, list):
            found = found[0]
            continue
        ((name, found),) = found.items()
        names += (name,)
    return names
