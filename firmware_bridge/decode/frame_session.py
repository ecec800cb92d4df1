"""One look at one frame: the views made of it, the claims so far, and which of them are believed."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace

import numpy as np

from edge.codes.symbology import Symbology
from firmware_bridge.decode.cascade_stages import SECOND_MATRIX_READINGS, SECOND_READINGS, VARIATIONS, FrameArea, Stage
from firmware_bridge.decode.detection import BelievedCode, Detection, Gray
from firmware_bridge.decode.engines.engine import Engine
from firmware_bridge.decode.engines.plausibility import normalized_if_plausible
from firmware_bridge.decode.evidence.claim import Claim, Key, claims_with_sighting
from firmware_bridge.decode.evidence.rivals import are_rivals, contested_keys, is_contradicted
from firmware_bridge.decode.evidence.stripes import find_stripes, turn_upright
from firmware_bridge.decode.evidence.voting import is_believed, is_sure
from firmware_bridge.decode.evidence.witnesses import Witnesses
from firmware_bridge.decode.locating.finder_patterns import find_marks, isolate_code
from firmware_bridge.decode.locating.texture import TexturedPatch, find_patches
from firmware_bridge.decode.preprocess import View, crop_around, scaled, whole_frame
from firmware_bridge.decode.symbology_kinds import LINEAR_CODES, MATRIX_CODES, SHORT_RETAIL_CODES, WEAK_CODES
from firmware_bridge.decode.time_budget import TimeBudget

MAX_CLAIMS_CHECKED = 8  # codes of one stage that are looked at again; a shelf full of labels must not use up the budget
MAX_FAILED_READINGS = 8  # second readings that may fail before a claim is left to the next stages
MAX_USEFUL_PX = 640  # pixels across an EAN-13 of 95 modules: more only costs time if the place is known
PLACE_PICTURES: dict[str, Callable[[View], Iterator[View]]] = {  # by the names under which the pace knows their cost
    "upright places": lambda frame: (turn_upright(frame, place) for place in find_stripes(frame.gray)),
    "freed places": lambda frame: (isolate_code(frame, code) for code in find_marks(frame.gray)),
}
OPENCV_SYMBOLOGIES = frozenset({Symbology.EAN13, Symbology.UPCA})


class FrameLook:
    """What is known about one frame while the stages of the cascade run.

    By the clock `now`, stages are begun before `until`, and their claims are looked at again until `sure_by`, or `until` if that
    is later. `disputed` are texts that rows contradicted in earlier frames.
    """

    def __init__(
        self,
        gray: Gray,
        engines: Mapping[str, Engine],
        pace: TimeBudget,
        until: float,
        now: Callable[[], float] = time.perf_counter,
        disputed: Set[Key] = frozenset(),
        sure_by: float = 0.0,
    ) -> None:
        self._frame = whole_frame(np.ascontiguousarray(gray))
        self._engines = engines
        self._pace = pace
        self._until = until
        self._sure_by = max(until, sure_by)
        self._disputed = disputed
        self._now = now
        self._begun = False
        self._patches: tuple[TexturedPatch, ...] | None = None
        self._places: dict[FrameArea, tuple[View, ...]] = {}
        self._claims: tuple[Claim, ...] = ()
        self._rows = Witnesses(self._frame, engines, self._time_to_confirm, disputed)
        self._rungs: dict[tuple[str, bytes], str] = {}

    @property
    def patches(self) -> tuple[TexturedPatch, ...]:
        """Where in the frame there may be codes; searched at first use."""
        if self._patches is None:
            self._patches = find_patches(self._frame.gray)
        return self._patches

    @property
    def has_unbelieved(self) -> bool:
        """Whether something was found but is not believed yet."""
        return bool(self._claims)

    @property
    def disputed(self) -> frozenset[Key]:
        """The texts that rows of this frame contradict."""
        return contested_keys(self._claims)

    def run_stage(self, stage: Stage) -> bool:
        """Run one stage on the frame, and look again at what it claims; False if there is no time for it.

        The first stage always runs.
        """
        if stage.place is not FrameArea.WHOLE:
            return self._run_on_places(stage)
        if self._begun and not self._time_for(stage.picture, stage.engine, self._frame):
            return False
        self._run_on(self._frame, stage)
        return True

    def _run_on_places(self, stage: Stage) -> bool:
        """Run a stage on each place of its kind; the places are searched at first use."""
        if stage.place not in self._places:
            if self._begun and not self._time_for(f"{stage.place} places", "", self._frame):
                return False
            self._places[stage.place] = tuple(PLACE_PICTURES[f"{stage.place} places"](self._frame))
        for view in self._places[stage.place]:
            if self._begun and not self._time_for(stage.picture, stage.engine, view):
                return False
            self._run_on(view, stage)
        return True

    def _run_on(self, source: View, stage: Stage) -> None:
        if (view := stage.step(source)) is None:
            return
        self._begun = True
        fresh = self._ask(stage.engine, view, stage.picture)
        for seen in fresh[:MAX_CLAIMS_CHECKED]:
            self._rungs.setdefault((seen.symbology, seen.data), stage.name)
            self._confirm(seen, stage, None if stage.place is FrameArea.WHOLE else view)

    def found(self) -> tuple[BelievedCode, ...]:
        """The claims that are believed, after their rows were read, too: some were first seen in a second view of another."""
        for claim in self._claims:
            if claim.symbology not in LINEAR_CODES:
                continue
            if self._stands(claim):
                self._claims = self._rows.read(claim, self._claims)
            elif claim.unsettled and not claim.outdone:
                for other in self._claims:
                    if other.lead is None and are_rivals(claim, other):
                        self._claims = self._rows.read(other, self._claims)
        return tuple(self._found(claim) for claim in self._claims if self._stands(claim))

    def _ask(self, engine: str, view: View, vote: str) -> list[Detection]:
        start = self._now()
        sightings = self._engines[engine].read(view.gray)
        self._pace.learn_cost(engine, view.gray.size, self._now() - start)
        believable = [ours for seen in sightings if (ours := normalized_if_plausible(seen))]
        placed = [replace(seen, corners=view.to_frame(seen.corners)) for seen in believable]
        for seen in placed:
            self._claims = claims_with_sighting(self._claims, seen, vote)
        return placed

    def _confirm(self, seen: Detection, stage: Stage, place: View | None) -> None:
        """Read its rows; then, if they showed nothing, read the place again, slightly changed, with all engines."""
        if self._stands(self._claim(seen)):
            return
        if seen.symbology in LINEAR_CODES:
            self._claims = self._rows.read(self._claim(seen), self._claims)
            if is_contradicted(self._claim(seen), self._claims):
                return
        failed = 0
        for engine, view, vote in self._second_views(seen, stage, place):
            claim = self._claim(seen)
            if self._stands(claim) or failed >= MAX_FAILED_READINGS:
                return
            self._ask(engine, view, vote)
            failed += len(self._claim(seen).votes) == len(claim.votes)

    def _second_views(self, seen: Detection, stage: Stage, place: View | None) -> Iterator[tuple[str, View, str]]:
        if (place := place or self._place(seen, stage)) is None:
            return
        shaken: dict[str, View | None] = {}
        for engine, shake in _order(seen.symbology):
            if engine == "opencv bars" and seen.symbology not in OPENCV_SYMBOLOGIES:
                continue
            if not self._time_to_confirm(shake, engine, place):
                continue
            if shake not in shaken:
                shaken[shake] = VARIATIONS[shake](place)
            if view := shaken[shake]:
                yield engine, view, stage.picture + shake

    def _place(self, seen: Detection, stage: Stage) -> View | None:
        """The place where the code was seen, prepared as the stage does; None if it is no part of the frame.

        A step that turns it repeats its edge pixels all around it, so bars cut by an edge become bars there, too.
        """
        place = crop_around(self._frame, seen.corners)
        if not place.gray.size:
            return None
        longest = max(place.gray.shape)
        if seen.symbology in OPENCV_SYMBOLOGIES and longest > MAX_USEFUL_PX:
            shrunk = scaled(MAX_USEFUL_PX / longest)(place)
            place = shrunk or place
        return stage.step(place) if self._time_to_confirm(stage.picture, "", place) else None

    def _stands(self, claim: Claim) -> bool:
        return is_believed(claim, self._claims, self._disputed)

    def _claim(self, seen: Detection) -> Claim:
        return next(c for c in self._claims if c.symbology is seen.symbology and c.data == seen.data)

    def _time_for(self, step: str, engine: str, view: View) -> bool:
        """Whether a step on a view, and an engine on its result, are expected to end within the budget."""
        return self._pace.expected_s(step, engine, view.gray.size) < self._until - self._now()

    def _time_to_confirm(self, step: str, engine: str, view: View) -> bool:
        """The same for work that confirms a claim."""
        return self._pace.expected_s(step, engine, view.gray.size) < self._sure_by - self._now()

    def _found(self, claim: Claim) -> BelievedCode:
        return BelievedCode(
            symbology=claim.symbology,
            aim=claim.aim,
            data=claim.data,
            corners=claim.corners,
            stage=self._rungs.get((claim.symbology, claim.data), "again"),
            sure=is_sure(claim),
        )


def _order(symbology: Symbology) -> Sequence[tuple[str, str]]:
    if symbology in MATRIX_CODES:
        return SECOND_MATRIX_READINGS
    if (
        symbology in SHORT_RETAIL_CODES | WEAK_CODES
    ):  # both engines are needed: first the unchanged views, which each engine reads best
        return sorted(SECOND_READINGS, key=lambda again: again[1] != "")
    return SECOND_READINGS
