"""Which sightings to believe: what is plausible by itself, and how many must agree before a code stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from edge.codes.symbology import Symbology
from firmware_bridge.decode.found import Corners, Sighting
from firmware_bridge.decode.retail import check_holds, expanded, suppressed

MATRIX = frozenset({Symbology.QR, Symbology.MICRO_QR, Symbology.DATAMATRIX, Symbology.PDF417, Symbology.AZTEC})
ADD_ONS = frozenset({Symbology.EAN2, Symbology.EAN5})
WEAK = frozenset({Symbology.CODE39, Symbology.ITF, Symbology.CODABAR, Symbology.CODE93})
RETAIL_DIGITS = {Symbology.EAN13: 13, Symbology.EAN8: 8, Symbology.UPCA: 12}
SHORTEST = {  # characters; below, stripes and text in a picture become codes
    Symbology.CODE39: 4,
    Symbology.CODE128: 3,
    Symbology.CODE93: 3,
    Symbology.ITF: 6,
    Symbology.CODABAR: 6,
}

ZERO = ord("0")  # plain stripes read as nothing but noughts, whose check digit holds
REACH = 0.25  # of a code's longer side: scan lines of one engine lie beside those of another
SHORT = frozenset({Symbology.UPCE, Symbology.EAN8})  # few digits: one engine alone reads them into parts of others
NEEDED = 3  # votes that must agree when at least two engines are among them
NEEDED_ALONE = {"zxing": 3}  # votes when they are all of one engine: its misreads seldom survive being shaken
NEEDED_OPENCV_QR = 2  # it corrects errors less strictly than the others
NEEDED_ALONE_ELSE = 4  # those of the others do more often
MARGIN = 2  # times as many votes as the strongest rival at the same place


@dataclass(frozen=True, slots=True, kw_only=True)
class Vote:
    """An engine's word on one view of the picture."""

    engine: str
    view: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One text at one place (frame pixels), and who has read it in which views."""

    symbology: Symbology
    aim: str
    data: bytes
    corners: Corners
    votes: frozenset[Vote]

    @property
    def engines(self) -> int:
        """How many engines stand behind it."""
        return len({vote.engine for vote in self.votes})


def plausible(seen: Sighting) -> Sighting | None:
    """The sighting in our spelling (see `Found`), or None when it cannot be true by itself."""
    match seen.symbology:
        case Symbology.EAN13 | Symbology.EAN8 | Symbology.UPCA:
            return _retail(seen)
        case Symbology.UPCE:
            return _upce(seen)
        case Symbology.ITF if len(seen.data) % 2:
            return None
        case symbology:
            return seen if len(seen.data) >= SHORTEST.get(symbology, 1) else None


def _retail(seen: Sighting) -> Sighting | None:
    if not check_holds(seen.data) or set(seen.data) == {ZERO}:
        return None
    if len(seen.data) == 13 and seen.data.startswith(b"0"):
        return replace(seen, symbology=Symbology.UPCA, data=seen.data[1:])
    return seen if len(seen.data) == RETAIL_DIGITS[seen.symbology] else None


def _upce(seen: Sighting) -> Sighting | None:
    """zxing-cpp gives the UPC-A behind it in 13 digits, ZBar the 8 printed."""
    data = seen.data if len(seen.data) == 8 else suppressed(seen.data[-12:])
    if data is None or not check_holds(expanded(data)):
        return None
    return replace(seen, data=data)


def heard(claims: Sequence[Claim], seen: Sighting, view: str) -> tuple[Claim, ...]:
    """The claims after one more sighting (plausible, in frame pixels)."""
    vote = Vote(engine=seen.engine, view=view)
    for n, claim in enumerate(claims):
        if claim.symbology is seen.symbology and claim.data == seen.data:
            return (*claims[:n], replace(claim, votes=claim.votes | {vote}), *claims[n + 1 :])
    new = Claim(symbology=seen.symbology, aim=seen.aim, data=seen.data, corners=seen.corners, votes=frozenset({vote}))
    return (*claims, new)


def stands(claim: Claim, claims: Iterable[Claim]) -> bool:
    """Whether a claim is to be believed beside the others of the same picture.

    Matrix codes carry Reed-Solomon and stand alone. Bars need votes of several views, more of them when one engine
    is alone, which short ones never get by with, and well more than any other text of bars at the same place has.
    """
    if len(claim.votes) < _needed(claim) or _short_and_alone(claim):
        return False
    if claim.symbology in MATRIX:
        return True
    return all(len(claim.votes) >= MARGIN * len(rival.votes) for rival in claims if _rivals(claim, rival))


def _short_and_alone(claim: Claim) -> bool:
    return claim.symbology in SHORT and claim.engines == 1


def _needed(claim: Claim) -> int:
    if claim.symbology in MATRIX:
        return NEEDED_OPENCV_QR if {vote.engine for vote in claim.votes} == {"opencv qr"} else 1
    if claim.engines > 1:
        return NEEDED
    (alone,) = {vote.engine for vote in claim.votes}
    return NEEDED_ALONE.get(alone, NEEDED_ALONE_ELSE)


def is_sure(claim: Claim) -> bool:
    """Whether a single frame is enough: not for a weak symbology that only one engine has read."""
    return claim.symbology not in WEAK or claim.engines > 1


def _rivals(claim: Claim, other: Claim) -> bool:
    """Whether another text of bars, that could stand itself, was read at the same place."""
    if other.data == _plain(claim) or other.symbology in MATRIX or _short_and_alone(other):
        return False
    if (claim.symbology in ADD_ONS) != (other.symbology in ADD_ONS):
        return False
    return other is not claim and _meet(claim.corners, other.corners)


def _plain(claim: Claim) -> bytes:
    """A Code 128 as ZBar reads it, which does not know FNC4 and loses the upper half of Latin-1."""
    return bytes(byte & 0x7F for byte in claim.data)


def _meet(a: Corners, b: Corners) -> bool:
    """Whether the middle of one lies in or near the upright box of the other."""
    return _middle_in(a, b) or _middle_in(b, a)


def _middle_in(a: Corners, b: Corners) -> bool:
    x, y = sum(p[0] for p in a) / len(a), sum(p[1] for p in a) / len(a)
    xs, ys = [p[0] for p in b], [p[1] for p in b]
    reach = REACH * max(max(xs) - min(xs), max(ys) - min(ys))
    return min(xs) - reach <= x <= max(xs) + reach and min(ys) - reach <= y <= max(ys) + reach
