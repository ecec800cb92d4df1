"""A report of all findings: as text for a person, as JSON for a program (docs/health.md), as an exit code for a script."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from edge.platform.clock import Now, utc_text
from edge.platform.version import version
from edge.validation.localized_text import LocalizedText
from ui.health.check import UNCHECKED
from ui.health.finding import Finding, HealthLevel, MessageArgument, MessageKey, worst_level
from ui.i18n import Locale

SCHEMA_VERSION = (
    1  # of the JSON: it rises if a field goes or means something else; a new field or check is no other schema
)
EXIT_CODES = {HealthLevel.OK: 0, HealthLevel.UNKNOWN: 0, HealthLevel.WARNING: 1, HealthLevel.ERROR: 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthReport:
    """What was found, and of which box at which moment; `box` is empty before its first start."""

    moment: Now
    store: str
    box: str
    findings: list[Finding]

    @property
    def exit_code(self) -> int:
        """0: nothing is wrong; 1: something is to be looked at, or could not be checked; 2: something is to be done now."""
        unchecked = any(one.state == UNCHECKED for one in self.findings)
        return max(EXIT_CODES[worst_level(self.findings)], int(unchecked))

    def at(self, level: HealthLevel) -> list[Finding]:
        """The findings of one level."""
        return [one for one in self.findings if one.level is level]


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingWords:
    """A finding in one language."""

    what: str
    why: str
    do: str  # empty if nothing is to do


def finding_in_words(one: Finding, voice: Locale, moment: Now) -> FindingWords:
    """The finding's messages with its arguments; why and what to do only if it is not as it should be, or is not known."""
    said = {name: _said(value, voice, moment) for name, value in one.args.items()}
    return FindingWords(
        what=voice.plain(one.what, None, **said),
        why=voice.plain(one.why),
        do=voice.plain(one.do, None, **said) if one.do else "",
    )


def _said(value: MessageArgument, voice: Locale, moment: Now) -> str:
    match value:
        case MessageKey():
            return voice.plain(value.key)
        case LocalizedText():
            return voice.plain_words(value)
        case datetime():
            return voice.when(value, moment.time)
        case int() | float():
            return voice.number(value)
        case _:
            return value


def to_json(report: HealthReport, voice: Locale) -> dict[str, Any]:
    """The report as JSON values; numbers and times are in `args`, the words are in one language."""
    return {
        "schema": SCHEMA_VERSION,
        "store": report.store,
        "box": report.box,
        "time": report.moment.text,
        "clock": report.moment.clock,
        "version": version(),
        "language": voice.language,
        "level": worst_level(report.findings),
        "exit_code": report.exit_code,
        "findings": [_finding(one, voice, report.moment) for one in report.findings],
    }


def _finding(one: Finding, voice: Locale, moment: Now) -> dict[str, Any]:
    said = finding_in_words(one, voice, moment)
    return {
        "id": one.id,
        "state": one.state,
        "level": one.level,
        "subject": one.subject,
        "what": said.what,
        "why": said.why,
        "do": said.do,
        "args": {name: _value(value, voice) for name, value in one.args.items()},
    }


def _value(value: MessageArgument, voice: Locale) -> str | int | float:
    match value:
        case MessageKey():
            return value.key
        case LocalizedText():
            return value.in_(voice.language)
        case datetime():
            return utc_text(value)
        case _:
            return value


def to_text(report: HealthReport, voice: Locale) -> str:
    """For a person: what is to be done first, each with why and what; then what is not known, and what is fine in one line each."""
    return "\n".join(_lines(report, voice))


def _lines(report: HealthReport, voice: Locale) -> Iterator[str]:
    yield voice.plain(
        "health.report.head",
        store=report.store or "-",
        box=report.box or voice.plain("health.report.nobody"),
        version=version(),
        time=report.moment.text,
    )
    for level in (HealthLevel.ERROR, HealthLevel.WARNING):
        for one in report.at(level):
            said = finding_in_words(one, voice, report.moment)
            yield f"[{voice.plain(f'health.level.{level}')}] {one.id}: {said.what}"
            yield f"    {voice.plain('health.report.why', why=said.why)}"
            yield f"    {voice.plain('health.report.do', do=said.do)}"
    for level in (HealthLevel.UNKNOWN, HealthLevel.OK):
        for what, ids in _by_text(report.at(level), voice, report.moment).items():
            yield f"[{voice.plain(f'health.level.{level}')}] {', '.join(ids)}: {what}"
    counts = {level: len(report.at(level)) for level in HealthLevel}
    is_wrong = counts[HealthLevel.WARNING] or counts[HealthLevel.ERROR]
    numbers = {"fine": counts[HealthLevel.OK], "unknown": counts[HealthLevel.UNKNOWN]}
    if is_wrong:
        numbers |= {"warning": counts[HealthLevel.WARNING], "error": counts[HealthLevel.ERROR]}
    yield voice.plain(f"health.report.{'wrong' if is_wrong else 'fine'}", **numbers)


def _by_text(findings: list[Finding], voice: Locale, moment: Now) -> dict[str, list[str]]:
    """The checks that say the same thing: what cannot be opened is not known to many of them."""
    found: dict[str, list[str]] = {}
    for one in findings:
        found.setdefault(finding_in_words(one, voice, moment).what, []).append(one.id)
    return found
