"""The reference of noren.toml is what the types say, whole, and its examples may be written so."""

import tomllib
from pathlib import Path

import msgspec
import pytest

from edge.config.key_meanings import KEY_MEANINGS
from edge.config.reference import documented_keys, example_of_key, reference_page

PAGE = Path(__file__).parents[3] / "docs" / "noren.toml.md"


def test_the_page_in_the_tree_is_what_the_types_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page(), "python -m edge.config.reference > docs/noren.toml.md"


def test_every_key_has_a_meaning_and_every_meaning_a_key() -> None:
    assert {name for name, _ in documented_keys()} == set(KEY_MEANINGS)


@pytest.mark.parametrize("name", KEY_MEANINGS)
def test_each_example_is_taken(name: str) -> None:
    kind, text = example_of_key(name)
    assert msgspec.convert(tomllib.loads(f"key = {text}")["key"], kind) is not None
