"""What a trial is and what it counts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """One trial: an arm, a fault, a seed, and how many facts at how many a second."""

    arm: str
    fault: str
    seed: int
    facts: int
    rate: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """At HQ: facts said yes to, those it has not, those it counted more than once, and rows it has at all."""

    said: int
    lost: int
    doubled: int
    rows: int
