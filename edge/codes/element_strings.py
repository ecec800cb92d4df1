"""GS1 element strings: one text taken apart at its AIs, every value checked, and what may stand together."""

from collections.abc import Mapping

from edge.codes.ai import AIS, PREDEFINED, Ai, ai_at, fault, matches
from edge.codes.meaning import Unknown
from edge.codes.reason import Reason
from edge.codes.scanned import GS

MAX_ELEMENTS = 64  # no carrier holds more that mean anything; bounds the work a hostile QR can ask for


def parse(text: str) -> Mapping[str, str] | Unknown:
    """Values by AI, in the order printed, of a text with GS (0x1D) between variable-length strings; Unknown otherwise.

    `Unknown.about` names the AI the reason hangs on.
    """
    pairs = _apart(text.strip(GS))
    return pairs if isinstance(pairs, Unknown) else validated(pairs)


def validated(pairs: list[tuple[str, str]]) -> Mapping[str, str] | Unknown:
    """Those AIs and values as a mapping if each keeps its rules and they may stand together."""
    if len(pairs) > MAX_ELEMENTS:
        return Unknown(reason=Reason.TOO_LONG)
    found: dict[str, str] = {}
    for ai, value in pairs:
        wrong = fault(AIS[ai], value)
        if wrong is not None:
            return Unknown(reason=wrong, about=ai)
        if found.setdefault(ai, value) != value:
            return Unknown(reason=Reason.AI_REPEATED, about=ai)
    return _association_fault(found) or found


def _apart(text: str) -> list[tuple[str, str]] | Unknown:
    """AI and value of each element string, not yet checked."""
    pairs, at = [], 0
    while at < len(text):
        ai = ai_at(text, at)
        if ai is None:
            return Unknown(reason=Reason.UNKNOWN_AI, about=_shown(text[at : at + 4]))
        end = _end(text, at, ai)
        pairs.append((ai.ai, text[at + len(ai.ai) : end]))
        at = end + (text[end : end + 1] == GS)
    return pairs


def _end(text: str, at: int, ai: Ai) -> int:
    """Where the element string ends: by its predefined length, else at the next GS, else with the text."""
    gs = text.find(GS, at)
    end = len(text) if gs < 0 else gs
    predefined = PREDEFINED.get(ai.ai[:2])
    return end if predefined is None else min(end, at + predefined)


def _association_fault(found: Mapping[str, str]) -> Unknown | None:
    """What General Specifications 4.13 forbids: AIs that exclude each other, and AIs without the one they need."""
    for ai in found:
        entry = AIS[ai]
        for barred in entry.bars:
            if any(other != ai and matches(barred, other) for other in found):
                return Unknown(reason=Reason.AI_PAIR_EXCLUDED, about=ai)
        for group in entry.needs:
            if not any(all(_present(pattern, found) for pattern in joint) for joint in group):
                return Unknown(reason=Reason.AI_PAIR_MISSING, about=ai)
    return None


def _present(pattern: str, found: Mapping[str, str]) -> bool:
    return pattern in found or (pattern[-1] == "n" and any(matches(pattern, ai) for ai in found))


def _shown(text: str) -> str:
    """The digits of what stood where an AI should be; anything else is not repeated."""
    return text if text.isascii() and text.isdigit() else ""
