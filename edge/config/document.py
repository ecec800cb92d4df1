"""HQ's config as one document: the rows of the `config` feed at one version, checked together."""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw

from edge.codes.code_rules_check import code_rule_faults
from edge.config.overrides import BoxSettings, apply_overrides
from edge.config.policy import Policy
from edge.config.toml_schema import Config
from edge.validation import conversion

ROW_TYPES: dict[str, Any] = {"policy": Policy, "box": BoxSettings}
"""The rows a config may have. A row of another key comes from a newer HQ and is not used here."""

UNKNOWN_ROW_TYPE = dict[str, Any]
_DECODERS = {key: msgspec.json.Decoder(kind) for key, kind in ROW_TYPES.items()}
_OTHER = msgspec.json.Decoder(UNKNOWN_ROW_TYPE)
_ROWS = msgspec.json.Decoder(dict[str, Raw])


class BadConfigDocument(Exception):
    """A config that cannot be used: which key of which row, and why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


class ConfigDocument(msgspec.Struct, frozen=True, kw_only=True):
    policy: Policy = Policy()
    box: BoxSettings = BoxSettings()


def read_row(key: str, body: str | Raw) -> Any:
    """A row of the feed as its type. Raises msgspec.MsgspecError or RecursionError, with the place of the fault."""
    row = _DECODERS.get(key, _OTHER).decode(body)
    if isinstance(row, Policy) and (found := code_rule_faults(row.codes)):
        raise msgspec.ValidationError(f"{found[0]} - at `$.codes`")
    return row


def read_document(body: str) -> ConfigDocument:
    """The document of a JSON object of rows by key. Raises BadConfigDocument."""
    try:
        rows = _ROWS.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadConfigDocument("config", str(error)) from None
    return ConfigDocument(**{key: _read(key, row) for key, row in rows.items() if key in ROW_TYPES})


def unknown_keys(body: str) -> list[str]:
    """The keys of a valid document that this version does not know; a newer HQ may send such keys."""
    rows = _ROWS.decode(body)
    found: list[str] = []
    for key, row in rows.items():
        if key not in ROW_TYPES:
            found.append(key)
            continue
        taken = msgspec.to_builtins(read_row(key, row))
        found += _strange(msgspec.json.decode(row), taken, key)
    return found


def _strange(given: Any, taken: Any, path: str) -> Iterator[str]:
    match given, taken:
        case dict(), dict():
            for name, value in given.items():
                if name in taken:
                    yield from _strange(value, taken[name], f"{path}.{name}")
                else:
                    yield f"{path}.{name}"
        case list(), list():
            for number, pair in enumerate(zip(given, taken, strict=False)):
                yield from _strange(*pair, f"{path}[{number}]")


def apply_document(ground: Config, document: ConfigDocument) -> Config:
    """The box's settings with the document's over them. Raises BadConfigDocument if the two do not fit."""
    try:
        return apply_overrides(ground, document.box)
    except msgspec.ValidationError as error:
        raise _bad("box", error) from None


def _read(key: str, row: Raw) -> Any:
    try:
        return read_row(key, row)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _first_fault(key, row) or _bad(key, error) from None


def _first_fault(key: str, row: Raw) -> BadConfigDocument | None:
    """The faults of a row's shape, in the same words as those of noren.toml; after the first fault, the places of the others."""
    try:
        found = conversion.convert_value(ROW_TYPES[key], msgspec.json.decode(row)).faults
    except (msgspec.MsgspecError, RecursionError):
        return None
    if not found:
        return None
    more = f" (also wrong: {', '.join(f'{key}.{fault.path}' for fault in found[1:])})" if found[1:] else ""
    return BadConfigDocument(f"{key}.{found[0].path}".rstrip("."), found[0].what + more)


def _bad(key: str, error: Exception) -> BadConfigDocument:
    """The place with the key of its row first, as it is in the pushed file: `policy.check_in.miles`."""
    what, _, where = str(error).partition(" - at `$")
    where = where.rstrip("`").lstrip(".")
    return BadConfigDocument(f"{key}.{where}" if where else key, what[:1].lower() + what[1:])
