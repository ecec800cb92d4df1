"""What is held before the lens: many frames of one code become one reading, and doubtful codes wait."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from firmware_bridge.decode.found import Corners, Found

HOLD = 2.0  # seconds a code must be gone before it counts again; a hand that shakes loses it for less
AGREE = 2  # frames that must show a doubtful code alike; a misread rarely comes twice in the same way
KEPT = 32  # codes remembered at once; a shelf full of labels must not grow the memory


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One code before the lens: since how many frames, when last (seconds of the caller's clock), and whether told."""

    found: Found
    frames: int
    last: float
    told: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """All codes before the lens, newest last, as of the last look at `at` seconds."""

    codes: tuple[Seen, ...] = ()
    at: float = 0.0


def look(held: Held, found: Iterable[Found], at: float, *, hold: float = HOLD) -> tuple[Held, tuple[Found, ...]]:
    """One frame's codes at `at` seconds -> what is held now, and the codes that became readings with this frame.

    A code becomes a reading once while it is held: at once when it is sure, after `AGREE` frames when not, and
    never while another text of its kind was told at its place less than `hold` seconds ago.
    """
    here = {_key(code): code for code in found}
    known = {_key(seen.found): seen for seen in held.codes if at - seen.last <= hold}
    gone = [seen for key, seen in known.items() if key not in here]
    told: list[Found] = []
    for key, code in here.items():
        seen = _again(known.pop(key, None), code, at)
        if not seen.told and _accepted(seen, gone):
            seen = replace(seen, told=True)
            told.append(code)
        known[key] = seen
    return Held(codes=tuple(known.values())[-KEPT:], at=at), tuple(told)


def keep(held: Held, at: float) -> Held:
    """The scene has not changed: what was in the last frame is held still, without another look."""
    return Held(codes=tuple(replace(seen, last=at) if seen.last == held.at else seen for seen in held.codes), at=at)


def _key(found: Found) -> tuple[str, bytes]:
    return found.symbology, found.data


def _again(before: Seen | None, code: Found, at: float) -> Seen:
    if before is None:
        return Seen(found=code, frames=1, last=at, told=False)
    return Seen(found=code, frames=before.frames + 1, last=at, told=before.told)


def _accepted(seen: Seen, gone: Iterable[Seen]) -> bool:
    needed = 1 if seen.found.sure else AGREE
    return seen.frames >= needed and not any(_changed(other, seen, needed) for other in gone)


def _changed(other: Seen, seen: Seen, needed: int) -> bool:
    """Whether `seen` is what a code of an earlier frame, not in this one, has turned into at the same place.

    A told code blocks until it is forgotten; one not yet told until `seen` is `needed` frames ahead of it.
    """
    if not _overlap(other.found.corners, seen.found.corners):
        return False
    return other.told or seen.frames - other.frames < needed


def _overlap(a: Corners, b: Corners) -> bool:
    ax, ay, bx, by = ([p[0] for p in a], [p[1] for p in a], [p[0] for p in b], [p[1] for p in b])
    return max(ax) >= min(bx) and max(bx) >= min(ax) and max(ay) >= min(by) and max(by) >= min(ay)
