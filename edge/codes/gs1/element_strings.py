"""GS1 element strings: a text is split at its AIs, every value is checked, and which AIs may be together."""

from collections.abc import Mapping
from dataclasses import dataclass

from edge.codes.gs1.application_identifiers import (
    AIS,
    PREDEFINED_LENGTHS,
    Ai,
    ai_at,
    has_all_parts,
    matches_pattern,
    value_fault,
)
from edge.codes.parsed_code import FieldFault, Unknown
from edge.codes.raw_code import GS
from edge.codes.reject_reason import RejectReason

MAX_ELEMENTS = 64  # no carrier holds more meaningful ones; limits the work that a hostile QR can cause

_SIGNATURE = "8030"
_SERIAL_INSIDE = ("253", "255", "8003")  # keys whose serial number is a part of their own value

# What identifies something by itself: Digital Link's primary keys, and the content of a logistic unit or an order.
PRIMARY_KEYS = frozenset({ai.ai for ai in AIS.values() if ai.qualifiers is not None} | {"02", "03", "8026"})

AiValuePairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Elements:
    """Values by AI, in the order printed, and what is wrong with the other fields: a bad field loses only itself."""

    values: Mapping[str, str]
    faults: tuple[FieldFault, ...] = ()

    def wrong(self, ai: str) -> RejectReason | None:
        """Why that AI's own value cannot be used, or None."""
        return next((bad.reason for bad in self.faults if bad.ai == ai), None)


def parse_elements(text: str) -> Elements | Unknown:
    """The elements of a text with GS (0x1D) between variable-length strings; too_long if it has more than anyone prints."""
    pairs, faults = _apart(text.strip(GS))
    return check_elements(pairs, faults)


def check_elements(pairs: AiValuePairs, faults: list[FieldFault]) -> Elements | Unknown:
    """Check each AI and value by its rules, and the AIs against each other; `faults` are the faults found before."""
    if len(pairs) + len(faults) > MAX_ELEMENTS:
        return Unknown(reason=RejectReason.TOO_LONG)
    faults = list(faults)
    found: dict[str, str] = {}
    seen: dict[str, str] = {}
    for ai, value in pairs:
        if seen.setdefault(ai, value) != value:
            wrong: RejectReason | None = RejectReason.AI_REPEATED
            found.pop(ai, None)
        else:
            wrong = value_fault(AIS[ai], value)
        if wrong is None:
            found[ai] = value
        else:
            faults.append(FieldFault(ai=ai, reason=wrong))
    _hold_together(seen, found, faults)
    return Elements(found, tuple(faults))


def _apart(text: str) -> tuple[AiValuePairs, list[FieldFault]]:
    """AI and value of each element string, not yet checked; text that begins with no AI is skipped to the next GS."""
    pairs: AiValuePairs = []
    faults: list[FieldFault] = []
    at = 0
    while at < len(text):
        ai = ai_at(text, at)
        if ai is None:
            faults.append(FieldFault(ai=_shown(text[at : at + 4]), reason=RejectReason.UNKNOWN_AI))
            gs = text.find(GS, at)
            end = len(text) if gs < 0 else gs
        else:
            end = _end(text, at, ai)
            pairs.append((ai.ai, text[at + len(ai.ai) : end]))
        at = end + (text[end : end + 1] == GS)
    return pairs, faults


def _end(text: str, at: int, ai: Ai) -> int:
    """The end of the element string: by its predefined length, else at the next GS, else at the end of the text."""
    gs = text.find(GS, at)
    end = len(text) if gs < 0 else gs
    predefined = PREDEFINED_LENGTHS.get(ai.ai[:2])
    return end if predefined is None else min(end, at + predefined)


def _hold_together(seen: Mapping[str, str], found: dict[str, str], faults: list[FieldFault]) -> None:
    """Remove from `found` what General Specifications 4.13 forbids, and add its fault.

    It forbids AIs that exclude each other, and AIs without the one that they need. All AIs that were printed count, even if
    their value cannot be used: a bad field is no reason to call others missing.
    """
    for ai in seen:
        entry = AIS[ai]
        if entry.bars and (other := _barred(entry, seen)) is not None:
            # a key is not lost because of another field with which it must not be combined
            _blame(
                other if ai in PRIMARY_KEYS and other not in PRIMARY_KEYS else ai,
                RejectReason.AI_PAIR_EXCLUDED,
                found,
                faults,
            )
        if entry.needs and _lonely(entry, seen):
            _blame(ai, RejectReason.AI_PAIR_MISSING, found, faults)


def _blame(ai: str, reason: RejectReason, found: dict[str, str], faults: list[FieldFault]) -> None:
    if found.pop(ai, None) is not None:
        faults.append(FieldFault(ai=ai, reason=reason))


def _barred(entry: Ai, seen: Mapping[str, str]) -> str | None:
    """An AI in the code that excludes this one, or None."""
    for pattern in entry.bars:
        if pattern in seen:
            return pattern
        if pattern[-1] == "n":
            for other in seen:
                if other != entry.ai and matches_pattern(pattern, other):
                    return other
    return None


def _lonely(entry: Ai, seen: Mapping[str, str]) -> bool:
    """True if an AI that this one needs is not there."""
    if not all(_met(group, seen) for group in entry.needs):
        return True
    return entry.ai == _SIGNATURE and any(
        key in seen and not has_all_parts(AIS[key], seen[key]) for key in _SERIAL_INSIDE
    )


def _met(group: tuple[tuple[str, ...], ...], seen: Mapping[str, str]) -> bool:
    """True if one of the alternatives is there as a whole; in loops, because it is called for every field of a label."""
    for joint in group:
        for pattern in joint:
            if not _present(pattern, seen):
                break
        else:
            return True
    return False


def _present(pattern: str, seen: Mapping[str, str]) -> bool:
    return pattern in seen or (pattern[-1] == "n" and any(matches_pattern(pattern, ai) for ai in seen))


def _shown(text: str) -> str:
    """The digits found in the place of an AI; anything else is not repeated."""
    return text if text.isascii() and text.isdigit() else ""
