"""The decoding cascade: its stages run from cheap to expensive until codes are read that can be believed."""

import time
from collections.abc import Callable, Set
from dataclasses import dataclass

import cv2

from edge.codes.symbology import Symbology
from firmware_bridge.decode.calibration import measure_costs
from firmware_bridge.decode.cascade_stages import CASCADE, CascadeDepth, Stage
from firmware_bridge.decode.detection import BelievedCode, Gray
from firmware_bridge.decode.engines import opencv, zbar, zxing
from firmware_bridge.decode.engines.engine import Engine
from firmware_bridge.decode.engines.fault_injection import FaultInjection
from firmware_bridge.decode.frame_session import FrameLook
from firmware_bridge.decode.known_codes import KnownCodes
from firmware_bridge.decode.locating.texture import has_patch_elsewhere
from firmware_bridge.decode.symbology_kinds import LINEAR_CODES
from firmware_bridge.decode.time_budget import TimeBudget

CONFIRM_TIME_FACTOR = 3.0  # times the expected time of a stage: its look, and the second looks at what it claims
BUDGET_RESERVE_S = (
    0.02  # seconds of the budget kept back, for the way to the other process and for stages that take longer
)

RETAIL_SYMBOLOGIES = frozenset(
    {
        Symbology.EAN13,
        Symbology.EAN8,
        Symbology.UPCA,
        Symbology.UPCE,
        Symbology.CODE128,
        Symbology.CODE39,
        Symbology.QR,
        Symbology.MICRO_QR,
        Symbology.DATAMATRIX,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecodeSettings:
    """What to look for and how long to look.

    `budget` is seconds per frame. `still` is the longest look that continues at a still scene, if its next stage needs more:
    on a slow processor no budget is enough for the expensive stages, and they would never run.
    `patient` means a still picture (all stages, no budget). `hang` is seconds over the budget after which a decoder in its own
    process counts as hung. `rehearse` puts the engine that fails on purpose before the first stage.
    """

    symbologies: frozenset[Symbology] = RETAIL_SYMBOLOGIES
    budget: float = 0.120
    still: float = 0.360
    patient: bool = False
    hang: float = 5.0
    rehearse: bool = False


DEFAULT_SETTINGS = DecodeSettings()


def engines(symbologies: Set[Symbology]) -> dict[str, Engine]:
    """The engines, by the names that the stages use."""
    return {
        "zxing quick": zxing.Zxing(symbologies, thorough=False),
        "zxing": zxing.Zxing(symbologies),
        "zxing global": zxing.Zxing(symbologies, whole_picture=True),
        "zbar": zbar.Zbar(symbologies),
        "zxing rows": zxing.Zxing(symbologies & LINEAR_CODES, thorough=False, inverted=True),
        "zbar rows": zbar.Zbar(symbologies & LINEAR_CODES, rows=True),
        "opencv bars": opencv.OpencvBars(symbologies),
        "opencv qr": opencv.OpencvQr(symbologies),
    }


class Decoder:
    """The cascade in this process; one frame at a time, from one thread. Budgets are by the clock `now`, in seconds."""

    def __init__(
        self, settings: DecodeSettings = DEFAULT_SETTINGS, now: Callable[[], float] = time.perf_counter
    ) -> None:
        cv2.setNumThreads(1)
        self._settings = settings
        self._now = now
        self._engines = engines(settings.symbologies)
        self._usual = measure_costs(self._engines)
        self._rehearsal = FaultInjection() if settings.rehearse else None
        self._left: tuple[Stage, ...] = ()
        self._known = KnownCodes()

    @property
    def unfinished(self) -> bool:
        """Whether the last look left stages that another frame of the same scene may run, whatever it has read.

        This is so after a deep look that read nothing, or that saw what may be a code beside those it read. It ends: every look
        that continues runs some stages, and none runs twice for one scene, except those that read.
        """
        return bool(self._left)

    def read(self, gray: Gray, *, deep: bool = False, again: bool = False) -> tuple[BelievedCode, ...]:
        """Codes in a grey frame (uint8, H x W), in no particular order; empty if none can be believed.

        A new code is returned at once. If only codes of earlier looks are read, and something else looks like a code, the cascade
        continues within the budget. `deep` runs more stages, for a still scene. `again` continues at the end of the last look,
        as long as the decoder is `unfinished`. A patient decoder runs until it has read something, or to the end.
        """
        if self._rehearsal:
            self._rehearsal.read(gray)
        stages = self._order(deep=deep, again=again)
        start = self._now() - BUDGET_RESERVE_S
        until = start + self._seconds(gray, again=again)
        sure_by = start + (self._settings.still if again else 0.0)
        look = FrameLook(
            gray, self._engines, TimeBudget(self._usual), until, self._now, self._known.disputed.keys(), sure_by
        )
        left = self._run_stages(look, stages, deep=deep, again=again)
        found = look.found()
        self._known = self._known.after_frame(found, look.disputed)
        goes_on = deep or again or bool(found)
        advanced = not again or len(stages) - len(left) > 1  # else even such a look is too short for what is left
        self._left = left if goes_on and advanced and self._more(look, found) else ()
        return found

    def _order(self, *, deep: bool, again: bool) -> tuple[Stage, ...]:
        """The cheapest stage, then those that lately read what it does not, then the others, or what is left of them."""
        first = (CASCADE[0], *(stage for stage in CASCADE[1:] if stage.name in self._known.stages))
        rest = self._left if again or (self._left and not deep) else CASCADE
        return first + tuple(stage for stage in rest if stage not in first)

    def _run_stages(self, look: FrameLook, stages: tuple[Stage, ...], *, deep: bool, again: bool) -> tuple[Stage, ...]:
        """Run stages until something new is read, or all of them. Returns the stages that did not run."""
        left: list[Stage] = []
        for n, stage in enumerate(stages):
            if stage.depth > self._depth(look, deep=deep, again=again) or not look.run_stage(stage):
                left.append(stage)
            elif (found := look.found()) and (self._known.has_new(found) or not self._more(look, found)):
                return (*left, *stages[n + 1 :])
        return tuple(left)

    def _more(self, look: FrameLook, found: tuple[BelievedCode, ...]) -> bool:
        """Whether there may be codes beside those found."""
        if not found:
            return True
        return not self._settings.patient and has_patch_elsewhere(look.patches, [code.corners for code in found])

    def _seconds(self, gray: Gray, *, again: bool) -> float:
        """What this look may take, the margin included."""
        if self._settings.patient:
            return float("inf")
        if not (again and self._left):
            return self._settings.budget
        stage, pace = self._left[0], TimeBudget(self._usual)
        look = pace.expected_s(stage.picture, stage.engine, gray.size) + pace.expected_s(
            f"{stage.place} places", "", gray.size
        )
        return max(self._settings.budget, min(BUDGET_RESERVE_S + CONFIRM_TIME_FACTOR * look, self._settings.still))

    def _depth(self, look: FrameLook, *, deep: bool, again: bool) -> CascadeDepth:
        if again or self._settings.patient:
            return CascadeDepth.PATIENT
        return CascadeDepth.DEEP if deep or look.has_unbelieved else CascadeDepth.LIVE
