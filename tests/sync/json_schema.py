"""A second opinion on the contract: the part of JSON Schema that it uses, read without msgspec."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

TYPES: dict[str, Callable[[Any], bool]] = {
    "object": lambda it: isinstance(it, dict),
    "array": lambda it: isinstance(it, list),
    "string": lambda it: isinstance(it, str),
    "integer": lambda it: isinstance(it, int) and not isinstance(it, bool),
    "number": lambda it: isinstance(it, (int, float)) and not isinstance(it, bool),
    "boolean": lambda it: isinstance(it, bool),
    "null": lambda it: it is None,
}
SAYS_NOTHING = {"title", "description", "default", "contentEncoding", "$schema", "$id", "$defs"}
RULES = {"$ref", "type", "enum", "const", "anyOf", "properties", "required", "additionalProperties", "propertyNames"}
RULES |= {"items", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern", "format"}


class NotValid(Exception):
    """The value is not what the schema says, or the schema has a word that is not known here."""


def look_up(root: Any, ref: str) -> Any:
    """What a reference within a document refers to. Raises NotValid."""
    found = root
    for part in ref.removeprefix("#/").split("/"):
        if part not in found:
            raise NotValid(f"{ref}: nothing there")
        found = found[part]
    return found


def check(root: Any, schema: Any, value: Any, at: str = "") -> None:
    """Raises NotValid with the place in the value."""
    for word, rule in schema.items():
        if word not in SAYS_NOTHING and not _holds(root, schema, word, rule, value, at):
            raise NotValid(f"{at or 'the value'}: {value!r} breaks {word} {rule!r}")


def _fits(root: Any, schema: Any, value: Any, at: str) -> bool:
    check(root, schema, value, at)
    return True


def _one_fits(root: Any, schemas: list[Any], value: Any, at: str) -> bool:
    for schema in schemas:
        try:
            return _fits(root, schema, value, at)
        except NotValid:
            continue
    return False


def _holds(root: Any, schema: Any, word: str, rule: Any, value: Any, at: str) -> bool:
    fields, items, text = isinstance(value, dict), isinstance(value, list), isinstance(value, str)
    match word:
        case "$ref":
            return _fits(root, look_up(root, rule), value, at)
        case "type":
            return any(TYPES[name](value) for name in ([rule] if isinstance(rule, str) else rule))
        case "enum" | "const":
            return value in (rule if word == "enum" else [rule])
        case "anyOf":
            return _one_fits(root, rule, value, at)
        case "properties":
            return not fields or all(_fits(root, rule[k], v, f"{at}.{k}") for k, v in value.items() if k in rule)
        case "required":
            return not fields or set(rule) <= set(value)
        case "additionalProperties":
            known = schema.get("properties", {})
            return not fields or all(_fits(root, rule, v, f"{at}.{k}") for k, v in value.items() if k not in known)
        case "propertyNames":
            return not fields or all(_fits(root, rule, k, at) for k in value)
        case "items":
            return not items or all(_fits(root, rule, one, f"{at}[]") for one in value)
        case "minimum" | "maximum":
            return value >= rule if word == "minimum" else value <= rule
        case "minLength" | "maxLength":
            return not text or (len(value) >= rule if word == "minLength" else len(value) <= rule)
        case "minItems" | "maxItems":
            return not items or (len(value) >= rule if word == "minItems" else len(value) <= rule)
        case "pattern":
            return not text or re.search(rule, value, re.ASCII) is not None
        case "format":
            assert rule == "date-time"
            return not text or datetime.fromisoformat(value).tzinfo is not None
    raise NotValid(f"{at}: the word {word!r} is not known here")
