"""Which texts of bars at one place contradict each other, and which are parts of others."""

from collections.abc import Iterable, Sequence

from firmware_bridge.decode.detection import Corners
from firmware_bridge.decode.evidence.claim import Claim, Key
from firmware_bridge.decode.symbology_kinds import (
    ADD_ONS,
    LINEAR_CODES,
    LONG_RETAIL_CODES,
    MATRIX_CODES,
    SHORT_RETAIL_CODES,
    WEAK_CODES,
)

CONTRADICTING_BANDS = 2  # bands of rows that show something else: a scratch seldom makes the same text of two
TWO_BAND_MIN_LEAD = -2.0  # lead of a text in two bands, below which it does not count all the same
NEARBY_SHARE = 0.25  # of a code's longer side: scan lines of one engine are beside those of another


def are_rivals(claim: Claim, other: Claim) -> bool:
    """Whether another text of bars, which could be accepted itself, was read at the same place.

    If the rows look like the claim, and not like the other text, it is no rival, unless the claim is a part of it.
    """
    if _no_match(claim, other) and not is_part_of(claim, other):
        return False
    if other.data == _plain(claim) or other.symbology in MATRIX_CODES:
        return False
    if is_unconfirmed_short_code(other) and other.symbology is not claim.symbology:
        return False
    if (
        claim.symbology not in LONG_RETAIL_CODES
        and not other.bands
        and {vote.engine for vote in other.votes} == {"opencv bars"}
    ):
        return False  # it finds long ones in any bars
    if (claim.symbology in ADD_ONS) != (other.symbology in ADD_ONS):
        return False
    return other is not claim and _meet(claim.corners, other.corners)


def _no_match(claim: Claim, other: Claim) -> bool:
    """Whether rows show a claim so much better than another that the other does not count, whoever has read it.

    Two texts that are each in some of the rows, for example if one label sticks on another, are nearly equally likely.
    """
    outdone = other.outdone and claim.lead is not None and not claim.outdone
    if other.bands < CONTRADICTING_BANDS:
        return outdone or (claim.seen and not other.seen)
    return outdone and other.lead is not None and other.lead < TWO_BAND_MIN_LEAD


def is_contradicted(claim: Claim, claims: Iterable[Claim]) -> bool:
    """Whether a band of its rows shows something else: then no view of all its rows together can tell more."""
    return any(other.bands for other in claims if are_rivals(claim, other))


def contested_keys(claims: Sequence[Claim]) -> frozenset[Key]:
    """The texts whose own rows show another text in a band, or that are a part of another text."""
    return frozenset(
        claim.key
        for claim in claims
        if claim.symbology in LINEAR_CODES
        and (
            is_contradicted(claim, claims)
            or any(is_part_of(claim, other) for other in claims if are_rivals(claim, other))
        )
    )


def is_part_of(claim: Claim, other: Claim) -> bool:
    """Whether a text is a part of a longer one of its kind, whose ends any bars can make."""
    return claim.symbology in WEAK_CODES and other.symbology is claim.symbology and claim.data in other.data


def is_unconfirmed_short_code(claim: Claim) -> bool:
    """Whether a short text was read by only one engine, and rows do not show it."""
    return claim.symbology in SHORT_RETAIL_CODES and claim.engines == 1 and not claim.seen


def _plain(claim: Claim) -> bytes:
    """A Code 128 as ZBar reads it, which does not know FNC4 and loses the upper half of Latin-1."""
    return bytes(byte & 0x7F for byte in claim.data)


def _meet(a: Corners, b: Corners) -> bool:
    """Whether the middle of one is in or near the upright box of the other."""
    return _middle_in(a, b) or _middle_in(b, a)


def _middle_in(a: Corners, b: Corners) -> bool:
    x, y = sum(p[0] for p in a) / len(a), sum(p[1] for p in a) / len(a)
    xs, ys = [p[0] for p in b], [p[1] for p in b]
    reach = NEARBY_SHARE * max(max(xs) - min(xs), max(ys) - min(ys))
    return min(xs) - reach <= x <= max(xs) + reach and min(ys) - reach <= y <= max(ys) + reach
