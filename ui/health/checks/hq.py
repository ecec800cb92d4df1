"""The connection to headquarters: whether it is up, what waits for it, and whether another box speaks as this store."""

from collections.abc import Iterator

from ui.health.check import Result
from ui.health.context import Context
from ui.health.finding import Argument

OLD_AFTER_HOURS = (
    24.0  # hours that the oldest fact may wait before somebody should look: a day's outage of a line is no rarity
)


def connection(context: Context) -> Iterator[Result]:
    """Whether HQ can be reached, and since when that is so."""
    line = context.health.line
    waiting = {"waiting": max(0, line.facts.waiting)}
    if line.since is None:
        yield Result("never", args=waiting)
        return
    heard = line.heard or line.since
    since = heard if line.reach in ("there", "late") else line.since
    yield Result(line.reach, args={"since": since, **waiting})


def backlog(context: Context) -> Iterator[Result]:
    """What HQ has not acknowledged yet, and since when the oldest of it waits."""
    line = context.health.line
    args: dict[str, Argument] = {"count": max(0, line.facts.waiting)}
    if line.oldest is None:
        yield Result("none")
        return
    hours = (context.moment.time - line.oldest).total_seconds() / 3600
    yield Result("old" if hours >= OLD_AFTER_HOURS else "waiting", args=args | {"since": line.oldest})


def clones(context: Context) -> Iterator[Result]:
    """Whether HQ has met two boxes under this store's name."""
    boxes = context.health.clones
    yield Result("several", args={"boxes": boxes.replace("@", " ").replace(",", ", ")}) if boxes else Result("one")
