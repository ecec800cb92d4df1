"""A task of the staff's work list, and the kinds of tasks that features declare."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import cast

from flask import Flask, current_app

from edge.features.staff.sessions import Session
from edge.features.staff.tasks import TaskClaim, claims
from edge.store_context import StoreContext
from edge.validation.localized_text import LocalizedText
from ui.staff.staff_tab import ALL_ROLES


class Urgency(IntEnum):
    """How pressing a task is; within one, what has waited longest comes first."""

    WAITED_FOR = 0  # a shopper stands there
    LATE = 1  # a promise is past
    SOON = 2  # a promise is about to be
    LATER = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something a clerk has to do; its words are `staff.task.<kind>`, its icon is Lucide's.

    `about` names it among its kind; `since`: from when its age counts. `title`: what it is about, in HQ's words or as a number.
    `place`: where to go. `page`: the address that a touch opens. `press`: the address to which its button posts instead of
    claiming it; `staff.task.<kind>.press` is its word.
    """

    kind: str
    icon: str
    about: str
    title: str | LocalizedText
    urgency: Urgency
    since: datetime | None = None
    due: datetime | None = None
    pieces: int = 0
    shelf: str | None = None
    place: str | LocalizedText | None = None
    page: str | None = None
    press: str | None = None

    @property
    def key(self) -> str:
        """What its claim is kept under."""
        return f"{self.kind}:{self.about}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskKind:
    """Tasks of a feature, and who may see them; `find` looks up those there are now."""

    find: Callable[[StoreContext, datetime], Iterable[Task]]
    roles: frozenset[str] = ALL_ROLES


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedTask:
    """A task as it is listed: how long it has waited (minutes), and who does it."""

    task: Task
    age: int | None
    claim: TaskClaim | None


KindsOf = Callable[[StoreContext], Iterable[TaskKind]]


def install(app: Flask, kinds_of: KindsOf) -> None:
    """Give the work list the features' kinds of tasks. The list knows no feature."""
    app.extensions["task kinds"] = kinds_of


def by_urgency(task: Task) -> tuple[int, float, float, str]:
    """The order of the list: a shopper who waits, then what is late, then by the promise, then by age."""
    due, since = task.due, task.since
    latest = float("inf")
    return task.urgency, due.timestamp() if due else latest, since.timestamp() if since else latest, task.key


def tasks_for(shop: StoreContext, session: Session, now: datetime) -> list[ListedTask]:
    """All that the signed-in person may do now, the most pressing first."""
    kinds = cast(KindsOf, current_app.extensions["task kinds"])(shop)
    found = [task for kind in kinds if session.staff.role in kind.roles for task in kind.find(shop, now)]
    held = claims(shop.db, now)
    return [
        ListedTask(task=task, age=_age(task, now), claim=held.get(task.key)) for task in sorted(found, key=by_urgency)
    ]


def _age(task: Task, now: datetime) -> int | None:
    return max(0, int((now - task.since).total_seconds() // 60)) if task.since else None
