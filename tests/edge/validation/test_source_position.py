"""The line and column of a field in a JSON or TOML text, as a person counts them."""

import json
import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.validation.source_position import SourceText, position_in_json, position_in_toml

TOML = """\
# the winter's config
[policy.check_in]
miles = 10
  on = true

[policy.place]
name = { ja = "銀座" }

[[policy.place.neighbours]]
store = "osaka"
[policy.place.neighbours.name]
ja = "大阪"

[[policy.place.neighbours]]
store = "kobe"
name.ja = "神戸"
"""


@pytest.mark.parametrize(
    ("field", "place"),
    [
        ("check_in.miles", (3, 1)),
        ("check_in.on", (4, 3)),
        ("check_in.window_hours", (2, 1)),
        ("place.name.ja", (7, 1)),
        ("place.neighbours[0].name.ja", (12, 1)),
        ("place.neighbours[1].store", (15, 1)),
        ("place.neighbours[1].name.ja", (16, 1)),
        ("place.neighbours[1].way", (14, 1)),
        ("brand", (1, 1)),
        ("", (1, 1)),
    ],
)
def test_a_field_of_a_toml_text_is_found_or_the_table_it_is_missing_in(field: str, place: tuple[int, int]) -> None:
    tomllib.loads(TOML)
    assert SourceText(kind="toml", text=TOML, within=("policy",)).place(field) == place


def test_tables_within_each_of_several_tables_are_counted_anew() -> None:
    text = "[[a]]\n[[a.b]]\nx = 1\n[[a.b]]\nx = 2\n[[a]]\n[[a.b]]\nx = 3\n"
    found = tomllib.loads(text)["a"]
    for at, row in enumerate(found):
        for inner, values in enumerate(row["b"]):
            line, _ = position_in_toml(text, ("a", at, "b", inner, "x"))
            assert text.splitlines()[line - 1] == f"x = {values['x']}"


def test_a_field_of_a_json_text_is_found_or_the_object_it_is_missing_in() -> None:
    text = '[{"a": 1},\n  {"b": {"c": [5,\n 6]}, "a": 2}]'
    assert position_in_json(text, (1, "b", "c", 1)) == (3, 2)
    assert position_in_json(text, (1, "a")) == (3, 12)
    assert position_in_json(text, (1, "z")) == (2, 3)
    assert position_in_json(text, (7,)) == (1, 1)
    assert SourceText(kind="json", text='  {"x": [1]}', line=40).place("x[0]") == (40, 10)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=10,
)


@given(value=JSON, indent=st.sampled_from([None, 1]), ascii_=st.booleans())
def test_at_the_place_of_any_json_value_that_value_stands(value: Any, indent: int | None, ascii_: bool) -> None:
    text = json.dumps(value, indent=indent, ensure_ascii=ascii_)
    for path, inner in everything((), value):
        line, column = position_in_json(text, path)
        at = sum(len(one) + 1 for one in text.split("\n")[: line - 1]) + column - 1
        assert json.JSONDecoder().raw_decode(text, at)[0] == inner


def everything(path: tuple[str | int, ...], value: Any) -> Any:
    yield path, value
    match value:
        case dict():
            for name, inner in value.items():
                yield from everything((*path, name), inner)
        case list():
            for number, inner in enumerate(value):
                yield from everything((*path, number), inner)
