"""The contract between store and HQ as AsyncAPI 3.0 and JSON Schemas, built from the very types that decode.

`python -m sync.contract.asyncapi` writes it; a test fails if the files differ from the types.
"""

import json
from pathlib import Path

import msgspec
from msgspec import UNSET

from edge.facts.fact import Fact, event_type
from edge.platform.replica_schema.migrations import FEED_TABLES
from edge.registry import FACTS
from sync.contract import asyncapi_channels, yaml_writer
from sync.contract.examples import EXAMPLE_KEY, EXAMPLES, Example
from sync.contract.json_schemas import MESSAGE_HEADERS, Json, components, message_tag, named_types, schemas
from sync.hq.feeds.feed import CHAIN_WIDE_FEEDS
from sync.protocol.ed25519_keys import public_to_text
from sync.protocol.envelope import MAX_ROWS, MAX_WIRE_BYTES, seal_message
from sync.protocol.feed_types import KEY_FIELDS
from sync.protocol.messages import BODY_ROWS, FORMAT_VERSION

SYNC_FOLDER = Path(__file__).parents[1]
DOCUMENT, SCHEMAS = "asyncapi.yaml", "schemas"
FILE_HEAD = """\
# Not written by hand: `.venv/bin/python -m sync.contract.asyncapi` makes it from the types: sync/protocol/messages.py,
# sync/protocol/feed_types.py, edge/registry.py.
"""
DESCRIPTION = f"""\
The messages between a store's box and headquarters over MQTT (5 or 3.1.1), seen from the box: it sends what is \
under `up` and receives what is under `down`. HQ does it the other way round.

A message is three parts: `signature SP key-id LF header LF body`. The signature is Ed25519, in base64url without \
padding, over the topic, an LF, and all that follows the first line. The header is a JSON object on one line \
(`headers` below), the body is JSON lines (`payload` below: each element is a line; nothing if it is empty). With \
`enc` `zlib` the body is one zlib stream. A message has at most {MAX_WIRE_BYTES} bytes and {MAX_ROWS} rows. Fields that are \
not known are to be ignored; another `v` is refused.

A fact (`x-facts`, by type) is a CloudEvent 1.0 in structured JSON. `id` is `store/epoch/seq` of its first record \
and never changes: count by it. `clock` says how far `time` can be trusted (`synced`, `holdover`, `unset`), `boot` is the \
kernel's id of that boot; those of `member`, `staff`, `station` and `causation` (the scan or fact it came from) that are in \
`attributes` are there if they are known. `lane` is the chain it is in; lower ones go first.

A feed (`x-feeds`, by name) goes to all stores alike or to one store (`scope`); `body` is what its rows hold, \
`key` the field of the body that is the row's key too; `body-of-key` names rows that hold something else.

Beside the examples of each message is what is published on the wire (`x-wire`), signed for its topic with the secret \
key of RFC 8032's first test under the id `{EXAMPLE_KEY.id}`; its public half is `{public_to_text(EXAMPLE_KEY.public)}`.
"""


def asyncapi_document() -> Json:
    """The AsyncAPI document."""
    kinds = named_types()
    found, parts = components(list(kinds.values()), "#/components/schemas/")
    refs = dict(zip(kinds, found, strict=True))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Noren: store and headquarters",
            "version": f"{FORMAT_VERSION}.0.0",
            "description": DESCRIPTION,
        },
        "defaultContentType": "application/x-ndjson",
        "channels": asyncapi_channels.channels(),
        "operations": asyncapi_channels.operations(),
        "components": {
            "messages": {message_tag(header): _message(header, refs) for header in MESSAGE_HEADERS},
            "schemas": dict(sorted(parts.items())),
        },
        "x-feeds": {feed: _feed(feed, refs) for feed in FEED_TABLES},
        "x-facts": {event_type(FACTS[kind]): _fact(FACTS[kind], refs) for kind in sorted(FACTS)},
    }


def _message(header: type, refs: Json) -> Json:
    examples = [one for one in EXAMPLES if type(one.header) is header]
    row = BODY_ROWS.get(header)
    items = refs.get(f"row.{row.__name__}", {}) if row else UNSET
    lines = {"maxItems": 0} if items is UNSET else {"items": items, "maxItems": MAX_ROWS}
    return {
        "name": message_tag(header),
        "summary": _said(header)[0],
        "description": "\n\n".join(_said(header)[1:]) or _said(header)[0],
        "headers": refs[f"message.{message_tag(header)}"],
        "payload": {"type": "array", **lines},
        "examples": [_example(one) for one in examples],
        "x-wire": [_wire(one) for one in examples],
    }


def _said(kind: type) -> list[str]:
    """The paragraphs of a type's docstring."""
    return [" ".join(part.split()) for part in (kind.__doc__ or "").split("\n\n")]


def _example(one: Example) -> Json:
    return {
        "name": message_tag(type(one.header)),
        "headers": json.loads(msgspec.json.encode(one.header)),
        "payload": [json.loads(msgspec.json.encode(row)) for row in one.rows],
    }


def _wire(one: Example) -> Json:
    """The example as it is published; text, because it is too short to be compressed."""
    return {"topic": one.topic, "message": seal_message(one.topic, one.header, one.rows, EXAMPLE_KEY).decode()}


def _feed(feed: str, refs: Json) -> Json:
    """The stores that receive a feed, and the body of its rows; a feed without a reader yet may have any object."""
    scope = "all" if feed in CHAIN_WIDE_FEEDS else "store"
    key = {"key": KEY_FIELDS[feed]} if feed in KEY_FIELDS else {}
    own = {name.rpartition(".")[2]: ref for name, ref in refs.items() if name.startswith(f"feed.{feed}.")}
    of_key = {"body-of-key": own} if own else {}
    return {"scope": scope, **key, "body": refs.get(f"feed.{feed}", {"type": "object"}), **of_key}


def _fact(kind: type[Fact], refs: Json) -> Json:
    return {
        "summary": _said(kind)[0],
        "lane": int(kind.LANE),
        "attributes": list(kind.ABOUT),
        "data": refs[f"fact.{kind.TYPE}"],
    }


def contract_files() -> dict[str, str]:
    """All files of the contract with their text, by their path from here."""
    texts = {name: json.dumps(schema, ensure_ascii=False, indent=2) + "\n" for name, schema in schemas().items()}
    return {
        DOCUMENT: FILE_HEAD + yaml_writer.write_yaml(asyncapi_document()),
        **{f"{SCHEMAS}/{name}": text for name, text in texts.items()},
    }


def write_contract(here: Path) -> None:
    """Write the contract into a folder; a schema of a type that is no more goes."""
    made = contract_files()
    (here / SCHEMAS).mkdir(exist_ok=True)
    for old in (here / SCHEMAS).glob("*.json"):
        if f"{SCHEMAS}/{old.name}" not in made:
            old.unlink()
    for name, text in made.items():
        (here / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_contract(SYNC_FOLDER)
