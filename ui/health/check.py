"""A health check as it is declared, and the run of all of them: one that breaks is one finding, and never the report."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from traceback import extract_tb

from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import Damaged
from ui.health.context import CheckContext
from ui.health.finding import Finding, HealthLevel, MessageArgument, NotKnown

UNCHECKED = "unchecked"  # the state of a finding whose check has raised an error


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What a check saw of one thing: a state of its own, with the figures for the message."""

    state: str
    subject: str = ""
    args: Mapping[str, MessageArgument] = field(default_factory=dict)
    do: str = ""  # if this one asks for something else than its state does


@dataclass(frozen=True, slots=True)
class CheckState:
    """How grave a state is, and the message `health.do.<do>` that says what to do about it."""

    level: HealthLevel
    do: str = ""


OK = CheckState(HealthLevel.OK)


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck:
    """One question about the box. Its messages are `health.<id>.<state>` for each state, and `health.<id>.why`."""

    id: str
    look: Callable[[CheckContext], Iterable[CheckResult]]
    states: Mapping[str, CheckState]
    on_page: bool = True  # quick, and possible in the web process: it may be done at each look at the status page


def run_checks(checks: Iterable[HealthCheck], context: CheckContext) -> list[Finding]:
    """The findings of all checks, in the checks' order."""
    return [finding for check in checks for finding in _findings(check, context)]


def _findings(check: HealthCheck, context: CheckContext) -> Iterator[Finding]:
    try:
        results = list(check.look(context))
    except NotKnown as unknown:
        yield _finding(
            check, f"unknown.{unknown.reason}", HealthLevel.UNKNOWN, CheckResult(unknown.reason, args=unknown.about)
        )
        return
    except Exception as error:
        if isinstance(error, Damaged) and context.in_web:
            raise  # the web process asks for the repair, as it does whoever meets the damage (ui/general_pages/error_pages.py)
        yield _finding(check, UNCHECKED, HealthLevel.UNKNOWN, CheckResult(UNCHECKED, args={"error": _describe(error)}))
        return
    for result in results:
        state = check.states[result.state]
        yield _finding(check, f"{check.id}.{result.state}", state.level, result, result.do or state.do)


def _finding(check: HealthCheck, what: str, level: HealthLevel, result: CheckResult, do: str = "") -> Finding:
    return Finding(
        id=check.id,
        state=result.state,
        level=level,
        subject=result.subject,
        args=result.args,
        what=f"health.{what}",
        why=f"health.{check.id}.why",
        do=f"health.do.{do}" if do else "",
    )


def _describe(error: Exception) -> str:
    """The machine's own words; of any other error only its class and place, because its text may quote a row."""
    if isinstance(error, OSError | sqlite3.Error):
        return f"{type(error).__name__}: {error}"
    last = extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} ({Path(last.filename).name}:{last.lineno})"
