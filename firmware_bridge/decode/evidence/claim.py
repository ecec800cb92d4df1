"""A text that was read at a place of a frame, with its votes: they are gathered until it is accepted or rejected."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from edge.codes.symbology import Symbology
from firmware_bridge.decode.detection import Corners, Detection

MAX_BANDS = 8  # of rows in which a code is read, at most: more only cost time
MAX_NEEDED_BANDS = MAX_BANDS // 2 + 1  # more than half of the bands, those that were not read included
MIN_CLEAR_LEAD = (
    0.3  # lead (see `likeness`) above which rows clearly show a text, even if each row shows only a part of it
)
MAX_OUTDONE_LEAD = 0.0  # lead below which rows look more like another text, or like nothing
POINT_PX = 16  # pixels: no code is so short

Key = tuple[Symbology, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """One engine's reading of one view of the picture; `band` is the number of the only rows it saw, if it saw only those."""

    engine: str
    view: str
    band: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One text at one place (frame pixels), and which engines have read it in which views.

    `lead`: how much more its rows look like this text than like the nearest other (see `likeness`), None if that is not
    known.
    """

    symbology: Symbology
    aim: str
    data: bytes
    corners: Corners
    votes: frozenset[Vote]
    lead: float | None = None

    @property
    def key(self) -> Key:
        """What makes it this text and no other."""
        return self.symbology, self.data

    @property
    def engines(self) -> int:
        """How many engines have read it."""
        return len({vote.engine for vote in self.votes})

    @property
    def bands(self) -> int:
        """How many bands of rows show it; bands share no pixel."""
        return len({vote.band for vote in self.votes} - {None})

    @property
    def outdone(self) -> bool:
        """Whether its rows look more like something else."""
        return self.lead is not None and self.lead < MAX_OUTDONE_LEAD

    @property
    def unsettled(self) -> bool:
        """Whether it has been compared with its rows, and they do not show it clearly."""
        return self.lead is not None and not self.seen

    @property
    def seen(self) -> bool:
        """Whether its rows look like it at each of its characters, and clearly less like anything else."""
        return self.lead is not None and self.lead > MIN_CLEAR_LEAD

    @property
    def in_most_rows(self) -> bool:
        """Whether two engines read it in most bands of rows."""
        engines = {vote.engine for vote in self.votes if vote.band is not None}
        return self.bands >= MAX_NEEDED_BANDS and len(engines) > 1


def claims_with_sighting(
    claims: Sequence[Claim], seen: Detection, view: str, band: int | None = None
) -> tuple[Claim, ...]:
    """The claims after one more sighting (plausible, in frame pixels)."""
    vote = Vote(engine=seen.engine, view=view, band=band)
    for n, claim in enumerate(claims):
        if claim.symbology is seen.symbology and claim.data == seen.data:
            corners = seen.corners if _is_a_point(claim.corners) else claim.corners
            return (*claims[:n], replace(claim, votes=claim.votes | {vote}, corners=corners), *claims[n + 1 :])
    new = Claim(symbology=seen.symbology, aim=seen.aim, data=seen.data, corners=seen.corners, votes=frozenset({vote}))
    return (*claims, new)


def _is_a_point(corners: Corners) -> bool:
    """Whether an engine has reported only one end of a code."""
    return all(max(along) - min(along) < POINT_PX for along in zip(*corners, strict=True))
