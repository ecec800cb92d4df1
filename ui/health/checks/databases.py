"""The two databases: whether their files are whole, and what befell them."""

from collections.abc import Iterator
from pathlib import Path

from edge.db_files.inspection import READ_BUDGET_S, find_damage
from ui.health.check import Result
from ui.health.context import Context

DATABASE_FILES = ("store.db", "hq.db")
MEGABYTE = 1e6


def integrity(context: Context) -> Iterator[Result]:
    """A quick look at each file's pages, READ_BUDGET_S at most. It reads beside the processes and holds none of them up."""
    folder = Path(context.config.store.data)
    missing = [name for name in DATABASE_FILES if not (folder / name).exists()]
    for name in missing:
        yield Result("missing", name, {"file": name})
    if missing:
        return
    context.require_key()
    for name in DATABASE_FILES:
        file = folder / name
        why = find_damage(file, within=READ_BUDGET_S)
        if why:
            yield Result("damaged", name, {"file": name, "reason": why})
        else:
            yield Result("ok", name, {"file": name, "size": round(file.stat().st_size / MEGABYTE, 1)})


def salvage(context: Context) -> Iterator[Result]:
    """Whether store.db was damaged within the last day, and its readable rows were saved."""
    saved = context.health.saved
    yield Result("none") if saved is None else Result("saved", args={"saved": saved})


def replica(context: Context) -> Iterator[Result]:
    """Whether all that HQ has sent is here."""
    if context.health.refilling:
        yield Result("refilling")
    else:
        yield Result("ok", args={"products": context.health.versions.products})


def rows(context: Context) -> Iterator[Result]:
    """Rows of HQ's that this version cannot read."""
    count = context.health.versions.unusable
    yield Result("unusable", args={"count": count}) if count else Result("ok")


def retention(context: Context) -> Iterator[Result]:
    """Whether old records are deleted when they should be."""
    days = context.health.unswept
    yield Result("ok") if days is None else Result("late", args={"days": days})
