"""JSON Schemas of the contract's types: of every header, row, feed and fact."""

import inspect
from typing import Any

import msgspec

from edge.config.overrides import BoxSettings
from edge.facts.fact import Fact, FactTime, RelayedFact
from edge.features.stock import NeighbourStock
from edge.registry import FACTS
from sync.protocol.event import Event
from sync.protocol.feed_types import ROW_TYPES as FEED_ROWS
from sync.protocol.messages import FORMAT_VERSION, NULL_BODY, AnyHeader, EventRow, FeedRow

JSON_SCHEMA_DRAFT = "https://json-schema.org/draft/2020-12/schema"
Json = dict[str, Any]


def _plain(row: type) -> type:
    """The row's type with Raw, of which msgspec makes no schema, said as any JSON; all else as it is."""
    fields: list[Any] = []
    for field in msgspec.structs.fields(row):
        default = None if field.default is NULL_BODY else field.default
        fields.append(
            (field.name, field.type, default) if default is not msgspec.NODEFAULT else (field.name, field.type)
        )
    about = {"__doc__": row.__doc__}
    return msgspec.defstruct(row.__name__, fields, namespace=about, frozen=True, kw_only=True)


def _as_told(fact: type[Fact]) -> type:
    """A fact's data as HQ gets it: with `at` if another process noted it."""
    if not issubclass(fact, RelayedFact):
        return fact
    own = msgspec.structs.fields(fact)
    fields: list[Any] = [("at", FactTime)]
    fields += [(it.name, it.type) if it.required else (it.name, it.type, it.default) for it in own]
    about = {"__doc__": fact.__doc__}
    renamed = {it.name: it.encode_name for it in own}
    return msgspec.defstruct(fact.__name__, fields, namespace=about, rename=renamed, frozen=True, kw_only=True)


MESSAGE_HEADERS: tuple[type, ...] = AnyHeader.__args__
ROW_TYPES = (EventRow, _plain(FeedRow))


def named_types() -> dict[str, Any]:
    """Every type of the contract by the name of its schema's file."""
    return {
        **{f"message.{message_tag(header)}": header for header in MESSAGE_HEADERS},
        **{f"row.{row.__name__}": row for row in ROW_TYPES},
        **{f"feed.{feed}": kind for feed, kind in FEED_ROWS.items()},
        "feed.config.box": BoxSettings,
        **{f"fact.{kind}": _as_told(fact) for kind, fact in FACTS.items()},
        "answer.stock": NeighbourStock,
        "event": Event,
    }


def message_tag(header: type) -> str:
    """A header's `type` on the wire."""
    return str(header.__struct_config__.tag)  # type: ignore[attr-defined]  # every header is a Struct


def _tidy(schema: Any) -> Any:
    """As other languages read it: anchors of ECMA 262, and no `discriminator`, which AsyncAPI writes otherwise."""
    match schema:
        case dict():
            tidy = {key: _tidy(value) for key, value in schema.items() if key != "discriminator"}
            if isinstance(pattern := tidy.get("pattern"), str):
                tidy["pattern"] = pattern.replace(r"\A", "^").replace(r"\Z", "$")
            if isinstance(text := tidy.get("description"), str):
                tidy["description"] = inspect.cleandoc(text)
            return tidy
        case list():
            return [_tidy(one) for one in schema]
        case _:
            return schema


def components(kinds: list[Any], where: str) -> tuple[list[Json], Json]:
    """A schema (most often a reference) for each of `kinds`, and by name those they refer to, to be found at `where`."""
    found, parts = msgspec.json.schema_components(kinds, ref_template=where + "{name}")
    parts = _tidy(parts)
    for schema in parts.values():
        if "v" in schema.get("properties", {}):  # a header: the door wants `v` said, and reads only this one
            schema["properties"]["v"] = {"const": FORMAT_VERSION}
            schema["required"] = ["v", *schema["required"]]
    return [_tidy(one) for one in found], parts


def schemas() -> dict[str, Json]:
    """The JSON Schemas, by file name."""
    made = {}
    for name, kind in named_types().items():
        (top,), parts = components([kind], "#/$defs/")
        made[f"{name}.json"] = {
            "$schema": JSON_SCHEMA_DRAFT,
            "$id": f"urn:noren:{FORMAT_VERSION}:{name}",
            **top,
            "$defs": parts,
        }
    return made
