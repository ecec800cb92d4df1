"""What earlier looks have read, and in which stages: what is new, and which stages are worth running first."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field

from firmware_bridge.decode.detection import BelievedCode
from firmware_bridge.decode.evidence.claim import Key

REMEMBERED_FRAMES = 15  # looks for which a code stays known, or disputed, after its last time: a second of a camera
STAGES_KEPT = 3  # that run early because they read lately: more would take the time of the others


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownCodes:
    """The codes read lately with the looks since, and the stages that read them, the latest first.

    `disputed`: texts that rows of a damaged code contradicted, with the looks since. What one frame shows of such a
    code, another frame hides.
    """

    codes: Mapping[Key, int] = field(default_factory=dict)
    stages: tuple[str, ...] = ()
    disputed: Mapping[Key, int] = field(default_factory=dict)

    def has_new(self, found: Iterable[BelievedCode]) -> bool:
        """Whether any of these codes is new."""
        return any((code.symbology, code.data) not in self.codes for code in found)

    def after_frame(self, found: Iterable[BelievedCode], disputed: Set[Key]) -> "KnownCodes":
        """What is known after one more look that found these codes; stages are forgotten if no code is known."""
        codes = _refreshed(self.codes, [(code.symbology, code.data) for code in found])
        stages = tuple(dict.fromkeys([*(code.stage for code in found), *self.stages]))
        return KnownCodes(
            codes=codes,
            stages=stages[:STAGES_KEPT] if codes else (),
            disputed=_refreshed(self.disputed, disputed),
        )


def _refreshed(ages: Mapping[Key, int], now: Iterable[Key]) -> dict[Key, int]:
    """The texts with the looks since each was last found, after one more look that found some; the oldest are forgotten."""
    return {key: age + 1 for key, age in ages.items() if age < REMEMBERED_FRAMES} | dict.fromkeys(now, 0)
