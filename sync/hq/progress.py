"""A bar on stderr for work that a person waits for."""

import sys
from collections.abc import Iterator, Sequence
from typing import TypeVar

import click

T = TypeVar("T")


def shown(label: str, items: Sequence[T]) -> Iterator[T]:
    """The items, one by one, with a bar; no bar where stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar
