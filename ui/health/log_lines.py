"""Log lines without what they tell of people: only text that is in our own source, with the numbers that were put into it."""

import ast
import importlib.util
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGES = ("edge", "ui", "sync", "firmware_bridge")
METHODS = frozenset({"debug", "info", "warning", "error", "exception", "critical"})
WITHHELD_MARK = "…"
MAX_DIGITS = 9  # of a number that is told: no phone, card or member number has so few

_LINE = re.compile(r"(?P<level>[DIWEC]) (?P<module>(?:edge|ui|sync|firmware_bridge)(?:\.[a-z_]+)*): (?P<text>.*)", re.A)
_PLACEHOLDER = re.compile(r"%(?:\.\d+)?[a-z]")  # of printf-style messages
_NUMBERS = re.compile(r"%(?:\.\d+)?[dfgi]")
_FRAME = re.compile(
    r'  File "[^"]*/((?:edge|ui|sync|firmware_bridge)/[a-z_/]+\.py)", line (\d+), in ([A-Za-z_]+|<lambda>)', re.A
)
_ERROR = re.compile(r"(?:[a-z_0-9]+\.)*([A-Z][A-Za-z]{2,40}(?:Error|Exception))(?::|$)", re.A)


@dataclass(frozen=True, slots=True)
class Template:
    """A message of the source, and what matches a line made of it."""

    text: str
    pattern: re.Pattern[str]

    def told(self, line: str) -> str | None:
        """The message with its numbers, all other arguments withheld; None if the line was not made of it."""
        found = self.pattern.fullmatch(line)
        if found is None:
            return None
        numbers = iter(found.groups())
        return _PLACEHOLDER.sub(
            lambda one: _number(next(numbers)) if _NUMBERS.fullmatch(one[0]) else WITHHELD_MARK, self.text
        )


def _number(text: str) -> str:
    return text if sum(letter.isdigit() for letter in text) <= MAX_DIGITS else WITHHELD_MARK


def without_people(lines: Iterable[tuple[str, str]]) -> Iterator[str]:
    """Of each line, given with its time, what may be told; lines of no known form are left out and counted at the end."""
    others = 0
    for time, line in lines:
        told = _told(line)
        if told is None:
            others += 1
        else:
            yield f"{time} {told}"
    if others:
        yield f"{WITHHELD_MARK} lines of other forms that are left out: {others}"


def _told(line: str) -> str | None:
    if found := _LINE.fullmatch(line):
        text = next((told for one in _templates(found["module"]) if (told := one.told(found["text"]))), WITHHELD_MARK)
        return f"{found['level']} {found['module']}: {text}"
    if found := _FRAME.fullmatch(line):
        return f"  {found[1]}:{found[2]} in {found[3]}"
    if found := _ERROR.match(line):
        return f"  {found[1]}: {WITHHELD_MARK}"
    return None


@cache
def _templates(module: str) -> tuple[Template, ...]:
    """The messages that a module logs; none if there is no such module here."""
    try:
        found = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        return ()
    if found is None or not found.origin:
        return ()
    tree = ast.parse(Path(found.origin).read_text(encoding="utf-8"))
    return tuple(_template(text) for text in _logged(tree))


def _logged(tree: ast.AST) -> Iterator[str]:
    """The texts of log calls: `log.info("…")`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(attr=method), args=[ast.Constant(value=str() as text), *_]) if (
                method in METHODS
            ):
                yield text


def _template(text: str) -> Template:
    parts, at = [], 0
    for one in _PLACEHOLDER.finditer(text):
        parts += [re.escape(text[at : one.start()]), r"(-?[0-9.]+)" if _NUMBERS.fullmatch(one[0]) else r".*?"]
        at = one.end()
    return Template(text, re.compile("".join([*parts, re.escape(text[at:])]), re.S))
