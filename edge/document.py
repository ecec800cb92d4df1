"""HQ's config as one document: the rows of the `config` feed at one version, checked together."""

from typing import Any

import msgspec
from msgspec import Raw

from edge.box_settings import BoxSettings, over
from edge.codes.rule_faults import faults
from edge.config import Config, plainly
from edge.policy import Policy

KINDS: dict[str, Any] = {"policy": Policy, "box": BoxSettings}
"""The rows a config may have. A row of another key is a later HQ's, and nobody's here."""

OTHER = dict[str, Any]
_DECODERS = {key: msgspec.json.Decoder(kind) for key, kind in KINDS.items()}
_OTHER = msgspec.json.Decoder(OTHER)
_ROWS = msgspec.json.Decoder(dict[str, Raw])


class BadDocument(Exception):
    """A config that cannot be used: which key of which row, and why."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


class Document(msgspec.Struct, frozen=True, kw_only=True):
    policy: Policy = Policy()
    box: BoxSettings = BoxSettings()


def read_row(key: str, body: str | Raw) -> Any:
    """A row of the feed as its type. Raises msgspec.MsgspecError or RecursionError, with the place of what is wrong."""
    row = _DECODERS.get(key, _OTHER).decode(body)
    if isinstance(row, Policy) and (found := faults(row.codes)):
        raise msgspec.ValidationError(f"{found[0]} - at `$.codes`")
    return row


def read_document(body: str) -> Document:
    """The document of a JSON object of rows by key. Raises BadDocument."""
    try:
        rows = _ROWS.decode(body)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise BadDocument("config", str(error)) from None
    return Document(**{key: _read(key, row) for key, row in rows.items() if key in KINDS})


def apply(ground: Config, document: Document) -> Config:
    """The box's settings with the document's over them. Raises BadDocument where the two do not fit."""
    try:
        return over(ground, document.box)
    except msgspec.ValidationError as error:
        raise _bad("box", error) from None


def _read(key: str, row: Raw) -> Any:
    try:
        return read_row(key, row)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise _bad(key, error) from None


def _bad(key: str, error: Exception) -> BadDocument:
    """The key of the row first, as one would look for it in what was pushed: `policy.check_in.miles`."""
    where, what = plainly(str(error))
    return BadDocument(f"{key}.{where}" if where else key, what)
