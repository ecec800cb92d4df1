"""The contract between store and HQ as AsyncAPI 3.0 and JSON Schemas, built from the very types that decode.

Made anew by `python -m sync.contract`; a test fails where the files are not what the types say.
"""

import inspect
import json
from pathlib import Path
from typing import Any

import msgspec
from msgspec import UNSET

from edge.hq_schema import FEEDS
from edge.journal import lane_of
from edge.stock import NeighbourStock
from sync import channels, yaml_text
from sync.examples import EXAMPLES, KEY, Example
from sync.facts.table import KINDS as FACTS
from sync.headers import NULL, ROWS, VERSION, AnyHeader, EventRow, FeedRow
from sync.hq.event import Event
from sync.hq.feed import SCOPE_ALL
from sync.kinds import KINDS as FEED_ROWS
from sync.signing import write_public
from sync.wire import ROWS_MOST, WIRE_MOST, seal

HERE = Path(__file__).parent
DOCUMENT, SCHEMAS = HERE / "asyncapi.yaml", HERE / "schemas"
DRAFT = "https://json-schema.org/draft/2020-12/schema"
HEAD = """\
# Not written by hand: `.venv/bin/python -m sync.contract` makes it from sync/headers.py, sync/kinds.py, sync/facts.
"""
TEXT = f"""\
What a store's box and headquarters say to each other over MQTT (5 or 3.1.1), seen from the box: it sends what is \
under `up` and receives what is under `down`. Whoever plays HQ does it the other way round.

A message is three parts: `signature SP key-id LF header LF body`. The signature is Ed25519, in base64url without \
padding, over the topic, an LF, and all that follows the first line. The header is a JSON object on one line \
(`headers` below), the body is JSON lines (`payload` below: each element is a line; nothing where it is empty). With \
`enc` `zlib` the body is one zlib stream. A message has at most {WIRE_MOST} bytes and {ROWS_MOST} rows. Fields that are \
not known are to be ignored; another `v` is refused.

Each example has the message as it is on the wire (`x-wire`), signed for its topic (`x-topic`) with the secret key of \
RFC 8032's first test under the id `{KEY.id}`; its public half is `{write_public(KEY.public)}`.
"""
Json = dict[str, Any]


def _plain(row: type) -> type:
    """The row's type with Raw, of which msgspec makes no schema, said as any JSON; all else as it is."""
    fields: list[Any] = []
    for field in msgspec.structs.fields(row):
        default = None if field.default is NULL else field.default
        fields.append(
            (field.name, field.type, default) if default is not msgspec.NODEFAULT else (field.name, field.type)
        )
    about = {"__doc__": row.__doc__}
    return msgspec.defstruct(row.__name__, fields, namespace=about, frozen=True, kw_only=True)


HEADERS: tuple[type, ...] = AnyHeader.__args__
PLAIN: dict[type, Any] = {EventRow: EventRow, FeedRow: _plain(FeedRow)}


def _named() -> dict[str, Any]:
    """Every type of the contract by the name of its schema's file."""
    return {
        **{f"message.{_tag(header)}": header for header in HEADERS},
        **{f"row.{kind.__name__}": plain for kind, plain in PLAIN.items()},
        **{f"feed.{feed}": kind for feed, kind in FEED_ROWS.items()},
        **{f"fact.{kind}": fact.data for kind, fact in FACTS.items()},
        "answer.stock": NeighbourStock,
        "event": Event,
    }


def _tag(header: type) -> str:
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


def _components(kinds: list[Any], where: str) -> tuple[list[Json], Json]:
    found, parts = msgspec.json.schema_components(kinds, ref_template=where + "{name}")
    parts = _tidy(parts)
    for schema in parts.values():
        if "v" in schema.get("properties", {}):  # a header: the door wants `v` said, and reads only this one
            schema["properties"]["v"] = {"const": VERSION}
            schema["required"] = ["v", *schema["required"]]
    return [_tidy(one) for one in found], parts


def schemas() -> dict[str, Json]:
    """The JSON Schemas, by file name."""
    made = {}
    for name, kind in _named().items():
        (top,), parts = _components([kind], "#/$defs/")
        made[f"{name}.json"] = {"$schema": DRAFT, "$id": f"urn:noren:{VERSION}:{name}", **top, "$defs": parts}
    return made


def document() -> Json:
    """The AsyncAPI document."""
    kinds = _named()
    found, parts = _components(list(kinds.values()), "#/components/schemas/")
    refs = dict(zip(kinds, found, strict=True))
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Noren: store and headquarters", "version": f"{VERSION}.0.0", "description": TEXT},
        "defaultContentType": "application/x-ndjson",
        "channels": channels.channels(),
        "operations": channels.operations(),
        "components": {
            "messages": {_tag(header): _message(header, refs) for header in HEADERS},
            "schemas": dict(sorted(parts.items())),
        },
        "x-feeds": {feed: _feed(feed, refs) for feed in FEEDS},
        "x-facts": {f"noren.{kind}": _fact(kind, refs) for kind in sorted(FACTS)},
    }


def _message(header: type, refs: Json) -> Json:
    row = ROWS.get(header)
    items = refs.get(f"row.{row.__name__}", {}) if row else UNSET
    lines = {"maxItems": 0} if items is UNSET else {"items": items, "maxItems": ROWS_MOST}
    return {
        "name": _tag(header),
        "summary": _said(header)[0],
        "description": "\n\n".join(_said(header)[1:]) or _said(header)[0],
        "headers": refs[f"message.{_tag(header)}"],
        "payload": {"type": "array", **lines},
        "examples": [_example(one) for one in EXAMPLES if type(one.header) is header],
    }


def _said(kind: type) -> list[str]:
    """The paragraphs of a type's docstring."""
    return [" ".join(part.split()) for part in (kind.__doc__ or "").split("\n\n")]


def _example(one: Example) -> Json:
    return {
        "name": _tag(type(one.header)),
        "headers": json.loads(msgspec.json.encode(one.header)),
        "payload": [json.loads(msgspec.json.encode(row)) for row in one.rows],
        "x-topic": one.topic,
        "x-wire": seal(one.topic, one.header, one.rows, KEY).decode(),  # text: examples are too short to be compressed
    }


def _feed(feed: str, refs: Json) -> Json:
    """Who hears a feed, and what the body of its rows is; a feed that nobody reads yet has any object."""
    scope = "all" if feed in SCOPE_ALL else "store"
    return {"scope": scope, "body": refs.get(f"feed.{feed}", {"type": "object"})}


def _fact(kind: str, refs: Json) -> Json:
    fact = FACTS[kind]
    return {
        "summary": _said(fact.data)[0],
        "lane": int(lane_of(kind)),
        "attributes": list(fact.about),
        "data": refs[f"fact.{kind}"],
    }


def files() -> dict[Path, str]:
    """All files of the contract with their text."""
    made = {
        SCHEMAS / name: json.dumps(schema, ensure_ascii=False, indent=2) + "\n" for name, schema in schemas().items()
    }
    return {DOCUMENT: HEAD + yaml_text.write(document()), **made}


def main() -> None:
    """Write the contract; a schema of a type that is no more goes."""
    SCHEMAS.mkdir(exist_ok=True)
    made = files()
    for old in set(SCHEMAS.glob("*.json")) - set(made):
        old.unlink()
    for path, text in made.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
