"""One look at one frame: the views made of it, the claims heard so far, and which of them stand."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from edge.codes.symbology import Symbology
from firmware_bridge.decode.found import Corners, Found, Gray, Sighting
from firmware_bridge.decode.pace import Pace
from firmware_bridge.decode.picture import View, crop, scaled, whole
from firmware_bridge.decode.rungs import AGAIN, AGAIN_MATRIX, SHAKES, Rung
from firmware_bridge.decode.trust import MATRIX, SHORT, WEAK, Claim, heard, is_sure, plausible, stands

MOST = 8  # codes of one rung that are looked at again; a shelf full of labels must not eat the budget
TRIES = 8  # second readings that may fail before a claim is left to the next rungs
AROUND = 0.15  # of a code's longer side, kept around it: bars need their quiet zones
AROUND_LEAST = 16  # pixels, for the same
ENOUGH = 640  # pixels across an EAN-13 of 95 modules: more only costs time when the place is known
OPENCV_READS = frozenset({Symbology.EAN13, Symbology.UPCA})


class Engine(Protocol):
    """What a look asks of an engine."""

    def read(self, gray: Gray) -> tuple[Sighting, ...]:
        """Codes in a grey picture (uint8, H x W)."""
        ...


class Look:
    """What is known about one frame while the ladder is climbed; `until` is when the budget ends, by the clock `now`."""

    def __init__(
        self,
        gray: Gray,
        engines: Mapping[str, Engine],
        pace: Pace,
        until: float,
        now: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._frame = whole(np.ascontiguousarray(gray))
        self._engines = engines
        self._pace = pace
        self._until = until
        self._now = now
        self._begun = False
        self._claims: tuple[Claim, ...] = ()
        self._rungs: dict[tuple[str, bytes], str] = {}

    @property
    def doubts(self) -> bool:
        """Whether something was found but is not believed yet."""
        return bool(self._claims)

    def climb(self, rung: Rung) -> bool:
        """Let one rung look at the frame, and look again at what it claims; False when there is no time for it.

        The first rung always gets its look.
        """
        if self._begun and not self._time_for(rung.picture, rung.engine, self._frame):
            return False
        if (view := rung.step(self._frame)) is None:
            return True
        self._begun = True
        fresh = self._ask(rung.engine, view, rung.picture)
        for seen in fresh[:MOST]:
            self._rungs.setdefault((seen.symbology, seen.data), rung.name)
            self._confirm(seen, rung)
        return True

    def found(self) -> tuple[Found, ...]:
        """The claims that stand."""
        return tuple(self._found(claim) for claim in self._claims if stands(claim, self._claims))

    def _ask(self, engine: str, view: View, vote: str) -> list[Sighting]:
        start = self._now()
        sightings = self._engines[engine].read(view.gray)
        self._pace.took(engine, view.gray.size, self._now() - start)
        believable = [ours for seen in sightings if (ours := plausible(seen))]
        placed = [replace(seen, corners=view.to_frame(seen.corners)) for seen in believable]
        for seen in placed:
            self._claims = heard(self._claims, seen, vote)
        return placed

    def _confirm(self, seen: Sighting, rung: Rung) -> None:
        """Read the place again, slightly shaken and with other engines, until the claim stands or too often fails."""
        failed = 0
        if stands(self._claim(seen), self._claims):
            return
        for engine, view, vote in self._second_views(seen, rung):
            claim = self._claim(seen)
            if stands(claim, self._claims) or failed >= TRIES:
                return
            self._ask(engine, view, vote)
            failed += len(self._claim(seen).votes) == len(claim.votes)

    def _second_views(self, seen: Sighting, rung: Rung) -> Iterator[tuple[str, View, str]]:
        if (place := self._place(seen, rung)) is None:
            return
        shaken: dict[str, View | None] = {}
        for engine, shake in _order(seen.symbology):
            if engine == "opencv bars" and seen.symbology not in OPENCV_READS:
                continue
            if not self._time_for(shake, engine, place):
                continue
            if shake not in shaken:
                shaken[shake] = SHAKES[shake](place)
            if view := shaken[shake]:
                yield engine, view, rung.picture + shake

    def _place(self, seen: Sighting, rung: Rung) -> View | None:
        """Where the code was seen, prepared as the rung does."""
        place = crop(self._frame, *_around(seen.corners))
        longest = max(place.gray.shape)
        if seen.symbology in OPENCV_READS and longest > ENOUGH:
            shrunk = scaled(ENOUGH / longest)(place)
            place = shrunk or place
        return rung.step(place) if self._time_for(rung.picture, "", place) else None

    def _claim(self, seen: Sighting) -> Claim:
        return next(c for c in self._claims if c.symbology is seen.symbology and c.data == seen.data)

    def _time_for(self, step: str, engine: str, view: View) -> bool:
        """Whether a step on a view, and an engine on what it makes of it, are expected to end within the budget."""
        return self._pace.expected(step, engine, view.gray.size) < self._until - self._now()

    def _found(self, claim: Claim) -> Found:
        return Found(
            symbology=claim.symbology,
            aim=claim.aim,
            data=claim.data,
            corners=claim.corners,
            rung=self._rungs.get((claim.symbology, claim.data), "again"),
            sure=is_sure(claim),
        )


def _order(symbology: Symbology) -> Sequence[tuple[str, str]]:
    if symbology in MATRIX:
        return AGAIN_MATRIX
    if symbology in SHORT | WEAK:  # both engines are wanted: the unshaken views, where each has its best chance, first
        return sorted(AGAIN, key=lambda again: again[1] != "")
    return AGAIN


def _around(corners: Corners) -> tuple[int, int, int, int]:
    xs, ys = [p[0] for p in corners], [p[1] for p in corners]
    margin = AROUND_LEAST + int(AROUND * max(max(xs) - min(xs), max(ys) - min(ys)))
    return min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin
