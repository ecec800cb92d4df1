"""Reads from the source which kinds of facts are told, and where: what cannot be read fails, so nothing is overlooked."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edge.pickup.life import FACTS
from sync.trial_rules import STAGE_FACTS

ROOT = Path(__file__).parents[2]
PACKAGES = ("edge", "firmware_bridge", "sync", "ui")
KIND = re.compile(r"[a-z]+\.[a-z_]+")
# What appends a fact, or a row of a log that the web process makes facts of: in which files, and where the kind stands.
TELLS: dict[str, tuple[tuple[str, ...], str | int]] = {
    "Fact": (PACKAGES, "kind"),
    "say": (("sync/",), 0),
    "append_note": (("sync/",), 1),
    "_note": (("sync/commands.py",), 0),
    "_tell": (("firmware_bridge/",), 0),
}
# These hand on a kind that somebody else has said, who is found too.
HAND_ON = {
    ("sync/notes.py", "append_note"),
    ("sync/commands.py", "append_note"),
    ("ui/follower.py", "Fact"),
}
LOGS = {"device_log": "firmware_bridge/logbook.py", "sync_log": "sync/notes.py"}  # who alone appends to them


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A place that tells a kind of fact; `fields` are those of its data where that stands there word for word."""

    kind: str
    place: str
    fields: frozenset[str]


def told() -> list[Told]:
    """Every place, over all packages. Raises AssertionError for one that cannot be read."""
    paths = [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]
    return [one for path in paths for one in _in_file(path)]


def _in_file(path: Path) -> Iterator[Told]:
    name = str(path.relative_to(ROOT))
    for scope in (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.FunctionDef)):
        for call in (node for node in ast.walk(scope) if isinstance(node, ast.Call)):
            called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            if called in TELLS and name.startswith(TELLS[called][0]):
                yield from _of_call(name, scope, called, call)
            if called == "append" and (logs := LOGS.keys() & set(_texts(call))):
                assert {LOGS[log] for log in logs} == {name}, f"{name}:{call.lineno} writes {logs} past its own file"


def _of_call(name: str, scope: ast.FunctionDef, called: str, call: ast.Call) -> Iterator[Told]:
    words = {word.arg: word.value for word in call.keywords}
    where = TELLS[called][1]
    kinds = _kinds(scope, words.get(where) if isinstance(where, str) else call.args[where])
    place = f"{name}:{call.lineno}"
    assert kinds or (name, called) in HAND_ON, f"{place}: which kinds of facts does {called} tell here?"
    data = words.get("data") or next((arg for arg in call.args if isinstance(arg, ast.Dict)), None)
    for kind in sorted(kinds):
        yield Told(kind=kind, place=place, fields=_fields(scope, data))


def _kinds(scope: ast.FunctionDef, node: ast.AST | None) -> set[str]:
    """The kinds an expression can be: constants in it, those given to a local name, all of a table of facts."""
    match node:
        case ast.Subscript(value=ast.Name(id="FACTS")):
            return set(FACTS.values())
        case ast.Subscript(value=ast.Name(id="STAGE_FACTS")):
            return set(STAGE_FACTS.values())
        case ast.Name(id=local):
            return {kind for value in _given(scope, local) for kind in _kinds(scope, value)}
        case ast.Constant() | ast.IfExp():
            return {text for text in _texts(node) if KIND.fullmatch(text)}
        case _:
            return set()


def _given(scope: ast.FunctionDef, local: str) -> list[ast.AST]:
    """What a local name is set to."""
    found = [node for node in ast.walk(scope) if isinstance(node, ast.Assign)]
    return [node.value for node in found if any(getattr(target, "id", "") == local for target in node.targets)]


def _texts(node: ast.AST) -> list[str]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]


def _fields(scope: ast.FunctionDef, data: ast.AST | None) -> frozenset[str]:
    match data:
        case ast.Dict(keys=keys):
            return frozenset(key.value for key in keys if isinstance(key, ast.Constant))
        case ast.Name(id=local):
            return frozenset(field for value in _given(scope, local) for field in _fields(scope, value))
        case _:
            return frozenset()
