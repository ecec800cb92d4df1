"""Reads from the source which facts there are and where each is made, so that none is declared and never told."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from edge.features.pickup.facts import FACT_OF_ACTION

ROOT = Path(__file__).parents[2]
PACKAGES = ("edge", "firmware_bridge", "sync", "ui")
KIND = re.compile(r"[a-z]+\.[a-z_]+")
LOGS = {"device_log": "firmware_bridge/device_log.py", "sync_log": "sync/sync_log.py"}  # who alone appends to them


def _files() -> Iterator[tuple[str, ast.Module]]:
    for path in (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))):
        yield str(path.relative_to(ROOT)), ast.parse(path.read_text("utf-8"))


def _calls(tree: ast.AST) -> Iterator[tuple[str, ast.Call]]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        yield call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", ""), call


def declared() -> dict[str, str]:
    """Every class that has `TYPE = "..."`, by its name, and its file."""
    return {
        node.name: name
        for name, tree in _files()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and any(_says_type(part) for part in node.body)
    }


def _says_type(part: ast.stmt) -> bool:
    return (
        isinstance(part, ast.Assign)
        and getattr(part.targets[0], "id", "") == "TYPE"
        and any(KIND.fullmatch(text) for text in _texts(part.value))
    )


def made() -> set[str]:
    """Names of what is made somewhere; the steps of an order are made from their table."""
    return {called for _, tree in _files() for called, _ in _calls(tree)} | {
        step.__name__ for step in FACT_OF_ACTION.values()
    }


def past_their_own_file() -> list[str]:
    """Places that append to another process's log past the one file that may."""
    return [
        f"{name}:{call.lineno}"
        for name, tree in _files()
        for called, call in _calls(tree)
        if called == "append" and any(LOGS.get(text, name) != name for text in _texts(call))
    ]


def _texts(node: ast.AST) -> list[str]:
    return [one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)]
