"""The two databases: whether their files are whole, and what befell them."""

from collections.abc import Iterator
from pathlib import Path

from edge.db_files.inspection import READ_BUDGET_S, find_damage
from ui.health.check import CheckResult
from ui.health.context import CheckContext

DATABASE_FILES = ("store.db", "hq.db")
MEGABYTE = 1e6


def integrity(context: CheckContext) -> Iterator[CheckResult]:
    """A quick look at each file's pages, READ_BUDGET_S at most. It reads beside the processes and holds none of them up."""
    folder = Path(context.config.store.data)
    missing = [name for name in DATABASE_FILES if not (folder / name).exists()]
    for name in missing:
        yield CheckResult("missing", name, {"file": name})
    if missing:
        return
    context.require_key()
    for name in DATABASE_FILES:
        file = folder / name
        why = find_damage(file, within=READ_BUDGET_S)
        if why:
            yield CheckResult("damaged", name, {"file": name, "reason": why})
        else:
            yield CheckResult("ok", name, {"file": name, "size": round(file.stat().st_size / MEGABYTE, 1)})


def salvage(context: CheckContext) -> Iterator[CheckResult]:
    """Whether store.db was damaged within the last day, and its readable rows were saved."""
    saved = context.health.saved
    yield CheckResult("none") if saved is None else CheckResult("saved", args={"saved": saved})


def replica(context: CheckContext) -> Iterator[CheckResult]:
    """Whether all that HQ has sent is here."""
    if context.health.refilling:
        yield CheckResult("refilling")
    else:
        yield CheckResult("ok", args={"products": context.health.versions.products})


def rows(context: CheckContext) -> Iterator[CheckResult]:
    """Rows of HQ's that this version cannot read."""
    count = context.health.versions.unusable
    yield CheckResult("unusable", args={"count": count}) if count else CheckResult("ok")


def retention(context: CheckContext) -> Iterator[CheckResult]:
    """Whether old records are deleted when they should be."""
    days = context.health.unswept
    yield CheckResult("ok") if days is None else CheckResult("late", args={"days": days})
