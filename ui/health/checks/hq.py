"""The connection to headquarters: whether it is up, what waits for it, and whether another box speaks as this store."""

from collections.abc import Iterator

from ui.health.check import CheckResult
from ui.health.context import CheckContext
from ui.health.finding import MessageArgument

OLD_AFTER_HOURS = (
    24.0  # hours that the oldest fact may wait before somebody should look: a day's outage of a line is no rarity
)


def connection(context: CheckContext) -> Iterator[CheckResult]:
    """Whether HQ can be reached, and since when that is so."""
    line = context.health.line
    waiting = {"waiting": max(0, line.facts.waiting)}
    if line.since is None:
        yield CheckResult("never", args=waiting)
        return
    heard = line.heard or line.since
    since = heard if line.reach in ("there", "late") else line.since
    yield CheckResult(line.reach, args={"since": since, **waiting})


def backlog(context: CheckContext) -> Iterator[CheckResult]:
    """What HQ has not acknowledged yet, and since when the oldest of it waits."""
    line = context.health.line
    args: dict[str, MessageArgument] = {"count": max(0, line.facts.waiting)}
    if line.oldest is None:
        yield CheckResult("none")
        return
    hours = (context.moment.time - line.oldest).total_seconds() / 3600
    yield CheckResult("old" if hours >= OLD_AFTER_HOURS else "waiting", args=args | {"since": line.oldest})


def clones(context: CheckContext) -> Iterator[CheckResult]:
    """Whether HQ has met two boxes under this store's name."""
    boxes = context.health.clones
    yield (
        CheckResult("several", args={"boxes": boxes.replace("@", " ").replace(",", ", ")})
        if boxes
        else CheckResult("one")
    )
