"""A bar on stderr for work that a person waits for."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import click

T = TypeVar("T")

ROW_PER_LINE_SUFFIXES = (".csv", ".jsonl")
ERASE_LINE = "\r\033[K"  # the terminal's line is empty again
ROWS_PER_UPDATE = 1000  # rows between two words about how far it is


def with_bar(label: str, items: Sequence[T]) -> Iterator[T]:
    """The items, one by one, with a bar; no bar if stderr is not a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    with click.progressbar(items, label=label, file=sys.stderr) as bar:
        yield from bar


def with_row_bar(label: str, items: Iterable[T], path: Path) -> Iterator[T]:
    """The rows of a file with a bar if a row is a line; else with a count that rises every thousand."""
    if not sys.stderr.isatty():
        yield from items
        return
    if path.suffix.lower() in ROW_PER_LINE_SUFFIXES and path.exists():
        with (
            path.open("rb") as file,
            click.progressbar(items, sum(1 for _ in file), label=label, file=sys.stderr) as bar,
        ):
            yield from bar
        return
    for number, item in enumerate(items, start=1):
        if number % ROWS_PER_UPDATE == 0:
            click.echo(f"\r{label}: {number}", nl=False, err=True)
        yield item
    click.echo(ERASE_LINE, nl=False, err=True)
