"""The contract in the tree is what the types say, its examples are true messages, and it lists every fact."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from edge.facts.fact import Fact, event_type
from edge.platform.replica_schema.migrations import FEED_TABLES
from edge.registry import FACTS, facts_by_type
from sync.contract import yaml_writer
from sync.contract.asyncapi import DOCUMENT, SCHEMAS, SYNC_FOLDER, asyncapi_document, write_contract
from sync.contract.examples import EXAMPLE_KEY, EXAMPLES, Example
from sync.contract.json_schemas import message_tag
from sync.protocol import topics
from sync.protocol.envelope import MessageRefusal, open_message
from sync.protocol.messages import AnyHeader
from tests.support.any_fact import first_lane
from tests.sync import tellers
from tests.sync.json_schema import RULES, SAYS_NOTHING, TYPES, NotValid, check, look_up

CONTRACT = asyncapi_document()
FILES = sorted((SYNC_FOLDER / SCHEMAS).glob("*.json"))


def in_folder(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in [folder / DOCUMENT, *(folder / SCHEMAS).glob("*.json")]}


def test_the_files_in_the_tree_are_what_the_types_say(tmp_path: Path) -> None:
    (tmp_path / SCHEMAS).mkdir()
    (tmp_path / SCHEMAS / "of.yesterday.json").write_text("{}")
    write_contract(tmp_path)
    here, made = in_folder(SYNC_FOLDER), in_folder(tmp_path)
    assert {name for name in here | made if here.get(name) != made.get(name)} == set(), (
        "run `python -m sync.contract.asyncapi`"
    )


def test_every_fact_that_is_declared_is_in_the_contract() -> None:
    assert set(tellers.declared()) == {fact.__name__ for fact in FACTS.values()}
    assert set(CONTRACT["x-facts"]) == {event_type(fact) for fact in FACTS.values()}


def test_every_fact_in_the_contract_is_told_somewhere() -> None:
    assert {fact.__name__ for fact in FACTS.values()} - tellers.made() == set()


def test_what_a_process_notes_goes_into_its_log_through_one_file() -> None:
    assert tellers.past_their_own_file() == []


def test_two_facts_that_claim_the_same_type_are_an_error_that_names_both() -> None:
    class Twin(Fact, frozen=True, kw_only=True):
        TYPE = "stock.moved"

    with pytest.raises(ValueError, match=r"stock\.moved is both StockMoved and .*Twin"):
        facts_by_type([*FACTS.values(), Twin])


@pytest.mark.parametrize("kind", FACTS)
def test_a_fact_travels_in_the_lane_it_has_had_since_the_first_version(kind: str) -> None:
    assert FACTS[kind].LANE is first_lane(kind)


def test_every_message_has_an_example_and_every_topic_of_one_a_channel() -> None:
    assert {type(one.header) for one in EXAMPLES} == set(AnyHeader.__args__)
    for one in EXAMPLES:
        assert any(_is_of(channel, one) for channel in CONTRACT["channels"].values()), one.topic


def _is_of(channel: dict[str, Any], one: Example) -> bool:
    address = re.sub(r"\{\w+\}", "[^/]+", channel["address"])
    return re.fullmatch(address, one.topic) is not None and message_tag(type(one.header)) in channel["messages"]


# each message of the document with its example and what is published for it
ON_THE_WIRE = [
    pytest.param(message, example, wire, id=message["name"])
    for message in CONTRACT["components"]["messages"].values()
    for example, wire in zip(message["examples"], message["x-wire"], strict=True)
]


@pytest.mark.parametrize(("message", "example", "wire"), ON_THE_WIRE)
def test_an_example_opens_as_the_document_shows_it(message: Any, example: Any, wire: dict[str, str]) -> None:
    trusted = {EXAMPLE_KEY.id: EXAMPLE_KEY.public}
    opened = open_message(wire["topic"], wire["message"].encode(), trusted)
    assert json.loads(msgspec.json.encode(opened.header)) == example["headers"]
    assert [json.loads(msgspec.json.encode(row)) for row in opened.rows] == example["payload"]
    with pytest.raises(MessageRefusal):
        open_message(topics.store_topic("hanada", "yokohama", "events"), wire["message"].encode(), trusted)


@pytest.mark.parametrize(("message", "example", "wire"), ON_THE_WIRE)
def test_an_example_is_what_its_schema_says_and_anothers_is_not(message: Any, example: Any, wire: Any) -> None:
    check(CONTRACT, message["headers"], example["headers"])
    check(CONTRACT, message["payload"], example["payload"])
    for field in ("v", "type"):  # what the door needs, the schema requires
        with pytest.raises(NotValid):
            check(CONTRACT, message["headers"], {key: it for key, it in example["headers"].items() if key != field})
    with pytest.raises(NotValid):
        check(CONTRACT, message["headers"], {**example["headers"], "v": 2})


def test_the_fact_in_the_example_is_what_the_facts_schema_says() -> None:
    events = CONTRACT["components"]["messages"]["events"]["examples"][0]
    fact = json.loads(events["payload"][0]["event"])
    check(CONTRACT, {"$ref": "#/components/schemas/Event"}, fact)
    check(CONTRACT, CONTRACT["x-facts"][fact["type"]]["data"], fact["data"])


def words_of(schema: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Every word of a schema and of those within it."""
    for word, rule in schema.items():
        yield word, rule
        match word, rule:
            case (("properties" | "$defs"), _):
                within = list(rule.values())
            case "anyOf", _:
                within = rule
            case (("items" | "additionalProperties" | "propertyNames"), dict()):
                within = [rule]
            case _:
                within = []
        for one in within:
            yield from words_of(one)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_schema_refers_only_to_what_is_there_and_any_language_reads_its_patterns(path: Path) -> None:
    schema = json.loads(path.read_text("utf-8"))
    for word, rule in words_of(schema):
        assert word in RULES | SAYS_NOTHING
        if word == "$ref":
            look_up(schema, rule)
        elif word == "type":
            assert {rule} <= set(TYPES) if isinstance(rule, str) else set(rule) <= set(TYPES)
        elif word == "pattern":
            re.compile(rule)
            assert not re.search(r"\\[AZ]", rule), "Python's own anchors"


def test_each_feed_says_who_hears_it_and_what_its_rows_are() -> None:
    assert set(CONTRACT["x-feeds"]) == set(FEED_TABLES)
    for feed, about in CONTRACT["x-feeds"].items():
        assert about["scope"] in ("all", "store"), feed
        for ref in re.findall(r'"\$ref": "([^"]+)"', json.dumps(about)):
            look_up(CONTRACT, ref)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain words, and more", "plain words, and more"),
        ("a: b", '"a: b"'),
        ("a #b", '"a #b"'),
        ("no", '"no"'),
        ("5f0a", '"5f0a"'),
        ("- x", '"- x"'),
        ("", '""'),
        ("two\nlines\n", "|\n  two\n  lines"),
        (" set in\n", '" set in\\n"'),
        (None, "null"),
        ([], "[]"),
        (["a", "b, c", 1], '[a, "b, c", 1]'),
        ({}, "{}"),
    ],
)
def test_yaml_says_text_so_that_it_cannot_be_taken_for_anything_else(value: Any, written: str) -> None:
    assert yaml_writer.write_yaml({"key": value}) == f"key: {written}\n"
