"""Deduplication over time: many frames of one code become one reading, and a text that flickers becomes none.

A look is one frame's codes. Each code is reported once while it is there. Two things must be decided: whether a text is true,
and whether a second text at the same place is the next item in the hand or a misread of the one before:

- Matrix codes that correct their errors are true as they are read: reported at once, one after the other.
- Bars are reported when a second look agrees, or when nothing contradicts a sure one for `GONE_AFTER_S`.
- Bars in whose place another text of bars was read less than `CODE_HOLD_S` ago are the next item if the other does not come back:
  not for `GONE_AFTER_S` and `GONE_AFTER_FRAMES` looks, while the new one is read for `STEADY_FOR_S` in at least
  every second look. It need not be there any more by then. If the other was gone for `GONE_AFTER_S` before, two looks in a
  row are enough.
- Texts that alternate at one place are one damaged code: none of them is reported, unless one was read `MARGIN_OVER_OTHERS`
  times as often as the other, or the other has been forgotten. A text that was reported is never outnumbered.
- Codes that were read in the same look are side by side and never contradict one another.
- Codes beyond `MAX_CODES_REMEMBERED` wait until others are forgotten: they are reported late or never, but never twice.
"""

from collections.abc import Iterable, Set
from dataclasses import dataclass, replace

from edge.codes.symbology import Symbology
from firmware_bridge.decode.detection import BelievedCode
from firmware_bridge.decode.locating.overlap import overlap
from firmware_bridge.decode.symbology_kinds import MATRIX_CODES

CODE_HOLD_S = 2.0  # seconds a code must be gone before it counts again, and before it no longer contradicts others
FRAMES_AGREEING = 2  # looks that must show the same bars; a misread rarely comes twice in the same way
GONE_AFTER_S = 0.3  # seconds a text must not come back; the shortest time for which a shopper holds an item still
GONE_AFTER_FRAMES = 5  # looks in which it must not: a code read at random in one of two ways passes in 1 case of 32
STEADY_FOR_S = 0.12  # seconds between first and last sight of a text that came at once: blurred bars last a frame
MARGIN_OVER_OTHERS = 4  # times as many looks as any other text at the place
MAX_CODES_REMEMBERED = (
    128  # codes remembered at once: a sheet full of them is in one picture; more must not fill the memory
)
ERROR_CORRECTED_CODES = MATRIX_CODES - {Symbology.MICRO_QR}  # whose smallest sizes only detect errors

Key = tuple[Symbology, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenCode:
    """One code before the lens; times are seconds of the caller's clock.

    `frames`: looks in which it was read, since it came; the first of them at `since` (look number `first`), the latest at
    `read` (number `latest`). `last`: when it was last there, also without being read (see `after_unchanged_scene`).
    `doubted`: another text contradicted it before it was reported. `beside`: codes read in the same look as this one.
    """

    found: BelievedCode
    frames: int
    since: float
    read: float
    last: float
    first: int
    latest: int
    told: bool
    doubted: bool
    beside: frozenset[Key]


@dataclass(frozen=True, slots=True, kw_only=True)
class TemporalDedup:
    """All codes before the lens, the last read last, after so many looks."""

    codes: tuple[SeenCode, ...] = ()
    looks: int = 0


def codes_after_frame(
    held: TemporalDedup, found: Iterable[BelievedCode], at: float, *, hold: float = CODE_HOLD_S
) -> tuple[TemporalDedup, tuple[BelievedCode, ...]]:
    """One frame's codes at `at` seconds -> what is held now, and the codes that became readings with this frame."""
    here = {key_of(code): code for code in found}
    known = {key_of(seen.found): seen for seen in held.codes if at - seen.last < _memory(seen, hold)}
    before = {key for key, seen in known.items() if seen.told}
    number = held.looks + 1
    full = max(0, MAX_CODES_REMEMBERED - sum(key not in here for key in known))
    for key, code in sorted(here.items(), key=lambda one: one[0] not in known)[:full]:
        known[key] = _seen(known.pop(key, None), code, at, number, here.keys() - {key})
    known = {key: _judged(seen, known.values(), at, number) for key, seen in known.items()}
    told = [seen.found for key, seen in known.items() if seen.told and key not in before]
    return TemporalDedup(codes=tuple(known.values()), looks=number), tuple(told)


def after_unchanged_scene(
    held: TemporalDedup, at: float, there: Set[Key], *, hold: float = CODE_HOLD_S
) -> TemporalDedup:
    """What is held if the scene is known without reading, and the codes `there` are in it.

    Only reported ones, and not if another text has been read repeatedly since: a scene may change unnoticed.
    """
    return replace(
        held,
        codes=tuple(
            replace(seen, last=at)
            if seen.told and key_of(seen.found) in there and at - seen.last < hold and not _disputed(seen, held.codes)
            else seen
            for seen in held.codes
        ),
    )


def has_undecided(held: TemporalDedup, at: float) -> bool:
    """Whether a code waits to be reported: another look may confirm it, or show that nothing contradicts it."""
    return any(not seen.told and at - seen.last < CODE_HOLD_S for seen in held.codes)


def shift_times(held: TemporalDedup, seconds: float) -> TemporalDedup:
    """What is held after a time without looks: nothing went away in that time."""
    return replace(held, codes=tuple(replace(seen, last=seen.last + seconds) for seen in held.codes))


def key_of(found: BelievedCode) -> Key:
    """What makes it this code and no other."""
    return found.symbology, found.data


def _memory(seen: SeenCode, hold: float) -> float:
    """Seconds a code is remembered: a code not yet reported needs only some looks, whatever the hold time."""
    return hold if seen.told else CODE_HOLD_S


def _seen(before: SeenCode | None, code: BelievedCode, at: float, number: int, beside: Set[Key]) -> SeenCode:
    if before is None:
        before = SeenCode(
            found=code,
            frames=0,
            since=at,
            read=at,
            last=at,
            first=number,
            latest=number,
            told=False,
            doubted=False,
            beside=frozenset(),
        )
    return replace(
        before,
        found=replace(code, sure=code.sure or before.found.sure),
        frames=before.frames + 1,
        read=at,
        last=at,
        latest=number,
        beside=frozenset(beside | (before.beside if len(before.beside) < MAX_CODES_REMEMBERED else frozenset())),
    )


def _judged(seen: SeenCode, every: Iterable[SeenCode], at: float, number: int) -> SeenCode:
    if seen.told:
        return seen
    others = [other for other in every if at - other.last < CODE_HOLD_S and _contradicts(other, seen)]
    return replace(seen, told=_believed(seen, others, at, number), doubted=seen.doubted or bool(others))


def _believed(seen: SeenCode, others: list[SeenCode], at: float, number: int) -> bool:
    if seen.found.symbology in ERROR_CORRECTED_CODES and seen.found.sure:
        return True
    if others:
        return seen.frames >= FRAMES_AGREEING and all(_outlives(seen, other, at, number) for other in others)
    if seen.doubted:  # the others have been forgotten
        return seen.frames >= FRAMES_AGREEING and seen.latest == number
    return seen.frames >= FRAMES_AGREEING or (seen.found.sure and at - seen.read >= GONE_AFTER_S)


def _contradicts(other: SeenCode, seen: SeenCode) -> bool:
    """Whether two are texts of bars at the same place that were never read together."""
    return (
        other is not seen
        and (other.found.symbology in MATRIX_CODES) == (seen.found.symbology in MATRIX_CODES)
        and key_of(other.found) not in seen.beside
        and overlap(other.found.corners, seen.found.corners)
    )


def _outlives(seen: SeenCode, other: SeenCode, at: float, number: int) -> bool:
    """Whether `seen` is an item of its own, in spite of `other`."""
    if other.last < seen.since:
        return _follows(seen, other, at, number)
    if other.since > seen.read:
        return _steady(seen)
    return not other.told and seen.frames >= MARGIN_OVER_OTHERS * other.frames


def _follows(seen: SeenCode, other: SeenCode, at: float, number: int) -> bool:
    """Whether `seen` is the next item after `other`, which has not come back since `seen` came."""
    if not seen.found.sure:
        return False
    if seen.since - other.last >= GONE_AFTER_S and seen.frames == seen.latest - seen.first + 1:
        return True
    return at - other.last >= GONE_AFTER_S and number - other.latest >= GONE_AFTER_FRAMES and _steady(seen)


def _steady(seen: SeenCode) -> bool:
    return seen.read - seen.since >= STEADY_FOR_S and 2 * seen.frames > seen.latest - seen.first


def _disputed(seen: SeenCode, every: Iterable[SeenCode]) -> bool:
    return any(
        other.read > seen.read and other.frames >= FRAMES_AGREEING for other in every if _contradicts(other, seen)
    )
