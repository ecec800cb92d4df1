"""What is expected, and what is there instead, in words for the author of a file."""

import json
from collections.abc import Sequence
from typing import Any

from msgspec import inspect

from edge.validation.type_parts import encoded_field_names, string_types_in, without_none

MAX_VALUE_SHOWN = 60  # characters of a wrong value that are shown
NUMBER_WORDS = {inspect.IntType: "a whole number", inspect.FloatType: "a number"}


def expected_in_words(kind: Any) -> str:
    """A type in words for the author of the file. `extra={"words": …}` of a Meta gives the words that the type cannot."""
    return _expected(inspect.type_info(without_none(kind)))


def _expected(info: inspect.Type) -> str:
    if isinstance(info, inspect.Metadata):
        return str(info.extra["words"]) if info.extra and "words" in info.extra else _expected(info.type)
    match info:
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType() | inspect.FloatType():
            return NUMBER_WORDS[type(info)] + _range(info.ge, info.le)
        case inspect.StrType(pattern=pattern) if pattern:
            return f"a text of the form {pattern}"
        case inspect.StrType(min_length=least):
            return "a text that is not empty" if least else "a text"
        case inspect.LiteralType(values=values):
            return f"one of {', '.join(map(str, values))}"
        case inspect.EnumType(cls=cls):
            return f"one of {', '.join(str(one.value) for one in cls)}"
        case (
            inspect.ListType(item_type=item, min_length=least) | inspect.VarTupleType(item_type=item, min_length=least)
        ):
            return f"a list of {_many(_expected(item))}" + (", one at least" if least == 1 else "")
        case inspect.DictType():
            return "a table of texts by name"
        case inspect.StructType(cls=cls):
            return f"a table with {_listed(encoded_field_names(cls))}"
        case inspect.UnionType() if choices := string_types_in(info):
            return f"one of {', '.join(choices)}"
        case inspect.UnionType(types=options):
            return " or ".join(_expected(one) for one in options if not isinstance(one, inspect.NoneType))
        case _:
            return "something else"


def _many(words: str) -> str:
    return {"a text": "texts", "a number": "numbers", "a whole number": "whole numbers"}.get(words, words)


def _range(least: float | None, most: float | None) -> str:
    match least, most:
        case None, None:
            return ""
        case _, None:
            return f" from {least:.12g} on"
        case None, _:
            return f" up to {most:.12g}"
        case _:
            return f" from {least:.12g} to {most:.12g}"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)


def value_in_words(value: Any) -> str:
    """A wrong value as it is written in the file, shortened if it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return f"`{text if len(text) <= MAX_VALUE_SHOWN else text[:MAX_VALUE_SHOWN] + '…'}`"
