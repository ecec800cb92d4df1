"""A bar on stderr for work that a person waits for."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

import click

T = TypeVar("T")

COUNTED = 1000  # rows between two words about how far it is


def shown(label: str, items: Sequence[T]) -> Iterator[T]:
    """The items, one by one, with a bar; no bar where stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar


def shown_as_read(label: str, items: Iterable[T]) -> Iterator[T]:
    """The items with a count of them that rises every thousand, where nobody knows how many will come."""
    for number, item in enumerate(items, start=1):
        if number % COUNTED == 0 and sys.stderr.isatty():
            click.echo(f"\r{label}: {number}", nl=False, err=True)
        yield item
    if sys.stderr.isatty():
        click.echo("\r", nl=False, err=True)
