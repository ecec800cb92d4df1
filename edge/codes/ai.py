"""The AI table as values: which AI a string begins with, and whether its data keep the AI's rules."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from edge.codes.ai_table import TABLE
from edge.codes.ai_values import CHECK_RULES, VALUE_RULES
from edge.codes.reason import Reason

_CHARACTERS = {
    "n": "[0-9]",
    "x": r"[!\"%-?A-Z_a-z]",  # General Specifications figure 7.11-1
    "y": r"[#\-/0-9A-Z]",  # figure 7.11-2
    "z": r"[\-0-9A-Z_a-z]",  # figure 7.11-3, base64url; '=' is not sent
}
_PART = re.compile(r"(\[?)([nxyz])(\d+)(?:-(\d+))?((?:/\w+)*)\]?")

# General Specifications figure 7.8.5-2: element strings whose length, AI included, their first two digits tell.
# Everything else ends at a GS or at the end.
PREDEFINED: Mapping[str, int] = (
    {"00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "20": 4, "41": 16}
    | {str(ai): 8 for ai in range(11, 20)}
    | {str(ai): 10 for ai in range(31, 37)}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ai:
    """One Application Identifier: `shape` has a group per part, `rules` one tuple of checks per group."""

    ai: str
    shape: re.Pattern[str]
    longest: int
    rules: tuple[tuple[tuple[Callable[[str], bool], Reason], ...], ...]
    needs: tuple[tuple[tuple[str, ...], ...], ...]  # groups of alternatives of patterns that go together
    bars: tuple[str, ...]  # patterns


def fault(ai: Ai, value: str) -> Reason | None:
    """What is wrong with the value for that AI: length, characters, check digit or value; None when nothing is."""
    found = ai.shape.fullmatch(value)
    if found is None:
        digits_only = all(c in "0123456789" for c in value)
        return Reason.AI_LENGTH if digits_only or len(value) > ai.longest else Reason.AI_CHARACTERS
    for part, rules in zip(found.groups(), ai.rules, strict=True):
        if part is None:
            continue
        for holds, reason in rules:
            if not holds(part):
                return reason
    return None


def ai_at(text: str, at: int) -> Ai | None:
    """The AI the text has at that place, or None; AIs are 2, 3 or 4 digits, told by the first two."""
    length = _LENGTH_BY_START.get(text[at : at + 2])
    return None if length is None else AIS.get(text[at : at + length])


def known_start(start: str) -> bool:
    """True when some AI begins with those two digits."""
    return start in _LENGTH_BY_START


def matches(pattern: str, ai: str) -> bool:
    """True when the AI is that of the pattern: `310n` is 3100 to 3109."""
    return len(ai) == len(pattern) and ai.startswith(pattern.rstrip("n"))


def _rows() -> dict[str, Ai]:
    return {ai.ai: ai for line in TABLE.strip().splitlines() for ai in _row(line)}


def _row(line: str) -> list[Ai]:
    """The AIs of one line of the table."""
    ais, parts, *rest = line.split("  ")
    first, _, last = ais.partition("-")
    shape, longest, rules = _parts(parts)
    needs = tuple(tuple(tuple(a.split("+")) for a in r[6:].split("|")) for r in rest if r.startswith("needs "))
    bars = tuple(b for r in rest if r.startswith("bars ") for b in r[5:].split())
    numbers = [str(n).zfill(len(first)) for n in range(int(first), int(last or first) + 1)]
    return [Ai(ai=ai, shape=shape, longest=longest, rules=rules, needs=needs, bars=bars) for ai in numbers]


def _parts(
    text: str,
) -> tuple[re.Pattern[str], int, tuple[tuple[tuple[Callable[[str], bool], Reason], ...], ...]]:
    """Pattern, greatest length and rules of the parts column; an optional part is only there after those before it."""
    shape, close, longest, rules = "", "", 0, []
    for optional, kind, low, high, names in _PART.findall(text):
        longest += int(high or low)
        group = f"({_CHARACTERS[kind]}{{{low}{',' + high if high else ''}}})"
        shape += "(?:" + group if optional else group
        close += ")?" if optional else ""
        rules.append(tuple(_rule(name) for name in names.split("/") if name))
    return re.compile(shape + close, re.ASCII), longest, tuple(rules)


def _rule(name: str) -> tuple[Callable[[str], bool], Reason]:
    if name in CHECK_RULES:
        return CHECK_RULES[name], Reason.CHECK_DIGIT
    return VALUE_RULES[name], Reason.AI_VALUE


AIS: Mapping[str, Ai] = _rows()
_LENGTH_BY_START = {ai[:2]: len(ai) for ai in AIS}
