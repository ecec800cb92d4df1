"""A document as YAML 1.2 that a person can read: strings plain or as blocks if that is safe, else as in JSON."""

import json
import re
from typing import Any

_PLAIN = re.compile(r"[A-Za-z_$][\w ./{}(),;'`=<>-]*[\w.)}`]|[A-Za-z_]")
_FLOW = re.compile(r"[\w./-]+")  # within [ ]: no commas, no brackets
_BLOCK = re.compile(r"([^\s].*\n|\n)*[^\s].*\n")  # lines of text, none of them set in, with one line feed at the end
_WORDS = frozenset(
    {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
)  # YAML has a meaning of its own for these


def write_yaml(document: dict[str, Any]) -> str:
    """The document, made of dicts with text keys, lists, text, numbers, booleans and None. Ends with a line feed."""
    return "".join(f"{line}\n" for line in _mapping(document))


def _mapping(value: dict[str, Any]) -> list[str]:
    return [line for key, below in value.items() for line in _under(f"{_scalar(key)}:", below)]


def _under(head: str, value: Any) -> list[str]:
    """A value behind its key or its hyphen: on the same line, or below and further in."""
    match value:
        case str() if _BLOCK.fullmatch(value):
            return [f"{head} |", *_further_in(value[:-1].split("\n"))]
        case dict() if value:
            return [head, *_further_in(_mapping(value))]
        case list() if any(isinstance(one, (dict, list)) for one in value):
            return [head, *_further_in([line for one in value for line in _item(one)])]
        case list():
            return [f"{head} [{', '.join(_scalar(one, flow=True) for one in value)}]"]
        case _:
            return [f"{head} {_scalar(value)}"]


def _further_in(lines: list[str]) -> list[str]:
    return [f"  {line}" if line else "" for line in lines]


def _item(value: Any) -> list[str]:
    """An element of a list: its first line behind the hyphen."""
    lines = _mapping(value) if isinstance(value, dict) and value else _under("-", value)
    if lines and not lines[0].startswith("-"):
        return [f"- {lines[0]}", *_further_in(lines[1:])]
    return lines


def _scalar(value: Any, *, flow: bool = False) -> str:
    plain = isinstance(value, str) and _PLAIN.fullmatch(value) and value.lower() not in _WORDS
    if plain and (not flow or _FLOW.fullmatch(value)):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
