"""The AI table as values: which AI a string begins with, and whether its data follow the AI's rules."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from edge.codes.gs1.ai_values import CHECK_RULES, VALUE_RULES
from edge.codes.gs1.dictionary import DICTIONARY_ENTRIES
from edge.codes.reject_reason import RejectReason

_CHARACTERS = {
    "N": "[0-9]",
    "X": r"[!\"%-?A-Z_a-z]",  # General Specifications figure 7.11-1
    "Y": r"[#\-/0-9A-Z]",  # figure 7.11-2
    "Z": r"[\-0-9A-Z_a-z]",  # figure 7.11-3, base64url; '=' is not sent
}
_PART = re.compile(r"(\[?)([NXYZ])(\.\.)?([0-9]+)\]?((?:,\w+)*)")
_FLAGS = re.compile(r"[*?]+")

# General Specifications figure 7.8.5-2: element strings whose first two digits give their length, AI included.
# All others end at a GS or at the end of the text.
PREDEFINED_LENGTHS: Mapping[str, int] = (
    {"00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "20": 4, "41": 16}
    | {str(ai): 8 for ai in range(11, 20)}
    | {str(ai): 10 for ai in range(31, 37)}
)

ValueChecks = tuple[tuple[Callable[[str], bool], RejectReason], ...]
PatternGroups = tuple[tuple[tuple[str, ...], ...], ...]


class AiPart(NamedTuple):
    """One part of an AI's value."""

    optional: bool
    kind: str  # N digits, X, Y, Z letters of one of GS1's sets
    up_to: bool  # from 1 to `length` characters, else exactly `length`
    length: int
    checks: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ai:
    """One Application Identifier as the dictionary describes it."""

    ai: str
    parts: str  # `N13,csum,gcppos1 [X..17]`
    needs: PatternGroups  # groups of alternatives of patterns that go together: one alternative of each group must be there
    bars: tuple[str, ...]  # patterns of AIs that must not be in the same code
    attribute: bool  # a Digital Link may have it in its query
    qualifiers: tuple[tuple[str, ...], ...] | None  # of a Digital Link's primary key: what may follow; None for no key


def value_fault(ai: Ai, value: str) -> RejectReason | None:
    """What is wrong with the value for that AI: length, characters, check digit or value; None if nothing is."""
    shape, longest, rules = _form(ai.parts)
    found = shape.fullmatch(value)
    if found is None:
        digits_only = all(c in "0123456789" for c in value)
        return RejectReason.AI_LENGTH if digits_only or len(value) > longest else RejectReason.AI_CHARACTERS
    for part, checks in zip(found.groups(), rules, strict=True):
        if part is None:
            continue
        for holds, reason in checks:
            if not holds(part):
                return reason
    return None


def has_form(ai: Ai, value: str) -> bool:
    """True for a value with the AI's length and characters, whether or not its checks hold."""
    return _form(ai.parts)[0].fullmatch(value) is not None


def has_all_parts(ai: Ai, value: str) -> bool:
    """True for a value with every part that the AI can have: also the serial number after the key, if the AI has one."""
    found = _form(ai.parts)[0].fullmatch(value)
    return found is not None and None not in found.groups()


def ai_at(text: str, at: int) -> Ai | None:
    """The AI in the text at that place, or None; AIs have 2, 3 or 4 digits, and the first two give the length."""
    length = _LENGTH_BY_START.get(text[at : at + 2])
    return None if length is None else AIS.get(text[at : at + length])


def matches_pattern(pattern: str, ai: str) -> bool:
    """True if the AI belongs to the pattern: `310n` is 3100 to 3109."""
    return len(ai) == len(pattern) and ai.startswith(pattern.rstrip("n"))


def _rows() -> dict[str, Ai]:
    return {ai.ai: ai for line in DICTIONARY_ENTRIES.strip().splitlines() for ai in _row(line)}


def _row(line: str) -> list[Ai]:
    """The AIs of one entry of the dictionary."""
    ais, *fields = line.split(" ")
    flags = fields.pop(0) if _FLAGS.fullmatch(fields[0]) else ""
    parts = " ".join(field for field in fields if _PART.fullmatch(field))
    needs = tuple(_alternatives(field[4:]) for field in fields if field.startswith("req="))
    bars = tuple(pattern for field in fields if field.startswith("ex=") for pattern in field[3:].split(","))
    first, _, last = ais.partition("-")
    return [
        Ai(
            ai=str(number).zfill(len(first)),
            parts=parts,
            needs=needs,
            bars=bars,
            attribute="?" in flags,
            qualifiers=_qualifiers(fields),
        )
        for number in range(int(first), int(last or first) + 1)
    ]


def _alternatives(text: str) -> tuple[tuple[str, ...], ...]:
    """`01+21,02` as ((01, 21), (02,))."""
    return tuple(tuple(joint.split("+")) for joint in text.split(","))


def _qualifiers(fields: list[str]) -> tuple[tuple[str, ...], ...] | None:
    """`dlpkey=22,10,21|235` as ((22, 10, 21), (235,)); `dlpkey` alone takes none; None without it."""
    key = next((field for field in fields if field.startswith("dlpkey")), None)
    if key is None:
        return None
    _, has, sequences = key.partition("=")
    return tuple(tuple(sequence.split(",")) for sequence in sequences.split("|")) if has else ((),)


@cache
def _form(text: str) -> tuple[re.Pattern[str], int, tuple[ValueChecks, ...]]:
    """A pattern with a group per part, the greatest length, and a tuple of checks per part; optional parts may be missing.

    Made at first use: a store meets a dozen of the 541 AIs.
    """
    found = parse_parts(text)
    groups = [f"({_CHARACTERS[part.kind]}{{{'1,' if part.up_to else ''}{part.length}}})" for part in found]
    shape = "".join(f"(?:{group}" if part.optional else group for part, group in zip(found, groups, strict=True))
    close = ")?" * sum(part.optional for part in found)
    rules = tuple(tuple(_rule(name) for name in part.checks) for part in found)
    return re.compile(shape + close, re.ASCII), sum(part.length for part in found), rules


def parse_parts(text: str) -> list[AiPart]:
    """The parts of `N13,csum [X..17]`."""
    return [
        AiPart(bool(optional), kind, bool(up_to), int(length), tuple(name for name in checks.split(",") if name))
        for optional, kind, up_to, length, checks in _PART.findall(text)
    ]


def _rule(name: str) -> tuple[Callable[[str], bool], RejectReason]:
    if name in CHECK_RULES:
        return CHECK_RULES[name], RejectReason.CHECK_DIGIT
    return VALUE_RULES[name], RejectReason.AI_VALUE


AIS: Mapping[str, Ai] = _rows()
_LENGTH_BY_START = {ai[:2]: len(ai) for ai in AIS}
