"""How many votes must agree before a text that engines have read is believed."""

from collections import Counter
from collections.abc import Iterable, Sequence, Set

from edge.codes.symbology import Symbology
from firmware_bridge.decode.engines.upc_ean import check_digit_holds
from firmware_bridge.decode.evidence.claim import MAX_NEEDED_BANDS, Claim, Key
from firmware_bridge.decode.evidence.rivals import are_rivals, is_contradicted, is_part_of, is_unconfirmed_short_code
from firmware_bridge.decode.symbology_kinds import (
    LINEAR_CODES,
    LONG_RETAIL_CODES,
    MATRIX_CODES,
    SHORT_RETAIL_CODES,
    WEAK_CODES,
)

NEEDED_BANDS = 2  # bands of rows that must agree; a scratch seldom makes the same wrong number in two of them
NEEDED_BANDS_ITF = 3  # ITF has no ends of its own, and no check digit
CASE_CODE_DIGITS = 14  # digits of an ITF that has a check digit
VOTES_NEEDED = 3  # votes that must agree if they are of at least two engines
VOTES_OF_ONE_ENGINE = {
    "zxing": 3
}  # votes if all are of one engine: its misreads seldom survive small changes of the picture
VOTES_OF_OPENCV_QR = 2  # OpenCV corrects errors less strictly than the others
VOTES_OF_ANOTHER_ENGINE = 4  # those of the others do more often
VOTES_NEEDED_IF_UNCLEAR = 5  # votes of two engines for a text that rows show neither clearly nor less than another
MARGIN_IF_UNCOMPARED = 12  # times as many votes as another text whose rows could not be compared
MARGIN_OVER_RIVAL = 2  # times as many votes as the strongest rival at the same place


def is_believed(claim: Claim, claims: Sequence[Claim], disputed: Set[Key] = frozenset()) -> bool:
    """Whether a claim is to be believed, given the others of the same picture.

    Matrix codes carry Reed-Solomon and need no other vote. Bars need votes of several views: more if only one engine has read
    them, which is never enough for short ones, and clearly more than any other text of bars at the same place has.
    All views of the same damaged pixels have the same error, so rows count more, in two ways. Bands of rows that share no pixel
    may agree: without them no text is believed that any band contradicts, nor one that only OpenCV has read. And all rows are
    compared with print (`likeness`). A text that they clearly show needs no band that shows it whole. A text that they do not
    clearly show needs two bands, or engines that agree. A text that they show less than another needs most of the rows, and is
    never believed in dispute. If bands show two texts, or did so in a picture before (`disputed`), a text needs most of the rows.
    """
    if len(claim.votes) < _needed(claim) or is_unconfirmed_short_code(claim):
        return False
    if claim.symbology in MATRIX_CODES:
        return True
    if claim.symbology in LINEAR_CODES:
        in_dispute = claim.key in disputed or is_contradicted(claim, claims)
        if (
            claim.unsettled
            and (claim.outdone or not is_proven_by_rows(claim))
            and (in_dispute or not _agreed(claim, claims))
        ):
            return False
        if in_dispute and not claim.in_most_rows:
            return False
        if claim.bands < _needed_bands(claim):
            return False
    return not any(_outweighs(rival, claim) for rival in claims if are_rivals(claim, rival))


def is_sure(claim: Claim) -> bool:
    """Whether a single frame is enough: not for a weak symbology of one engine, nor for bars that no rows confirm."""
    if claim.symbology in WEAK_CODES and claim.engines == 1 and not claim.seen:
        return False
    return claim.symbology not in LINEAR_CODES or (is_proven_by_rows(claim) and not claim.outdone)


def is_doubtful(claim: Claim, claims: Iterable[Claim], disputed: Set[Key] = frozenset()) -> bool:
    """Whether its rows, or those of a picture before, show or look like something else."""
    return claim.outdone or claim.key in disputed or is_contradicted(claim, claims)


def is_proven_by_rows(claim: Claim) -> bool:
    """Whether enough bands of rows agree, or look like it from one end to the other."""
    if claim.symbology is Symbology.ITF:
        return claim.bands >= _needed_bands_itf(claim)
    return claim.seen or claim.bands >= NEEDED_BANDS


def _agreed(claim: Claim, claims: Iterable[Claim]) -> bool:
    """Whether an unsettled text is in most rows, or two engines would each believe it and no other text has support.

    Two engines seldom make the same error in so many digits with a check digit; in shorter ones, or without one, they do. If
    no other text is more likely, enough votes of both together are sufficient.
    """
    views = Counter(vote.engine for vote in claim.votes if vote.band is None)
    both = sum(count >= VOTES_NEEDED for count in views.values()) > 1
    together = not claim.outdone and len(views) > 1 and views.total() >= VOTES_NEEDED_IF_UNCLEAR
    by_views = claim.symbology in LONG_RETAIL_CODES and (both or together)
    against = [other for other in claims if are_rivals(claim, other)]
    return claim.in_most_rows or (by_views and all(_drowned(other, claim) for other in against))


def _drowned(rival: Claim, claim: Claim) -> bool:
    """Whether a text has so few votes beside another that it does not matter whether rows confirm that one."""
    return len(claim.votes) > MARGIN_IF_UNCOMPARED * len(rival.votes)


def _needed_bands(claim: Claim) -> int:
    """The bands without which no other views are enough, if nothing contradicts them."""
    if claim.symbology is Symbology.ITF:
        return _needed_bands_itf(claim)  # a sticker over a part of it leaves rows that look like a shorter one
    if claim.seen:
        return 0
    if claim.symbology in WEAK_CODES and claim.lead is not None:
        return MAX_NEEDED_BANDS  # a character without a check digit is hidden, and may be any
    if claim.symbology in WEAK_CODES | SHORT_RETAIL_CODES:
        return 1 if claim.engines > 1 else NEEDED_BANDS
    return int({vote.engine for vote in claim.votes} == {"opencv bars"})


def _needed_bands_itf(claim: Claim) -> int:
    """0 if rows clearly show it with its ends; fewer for a case's number, which has a length and a check digit."""
    if claim.seen:
        return 0
    return NEEDED_BANDS if len(claim.data) == CASE_CODE_DIGITS and check_digit_holds(claim.data) else NEEDED_BANDS_ITF


def _outweighs(rival: Claim, claim: Claim) -> bool:
    """Whether a rival has too many votes of all kinds, or of bands, or has the claim as a part of its longer text.

    If rows do not confirm the claim, any vote for another text is too many.
    """
    if is_part_of(claim, rival) or (
        claim.symbology in LINEAR_CODES and not is_proven_by_rows(claim) and not _drowned(rival, claim)
    ):
        return True
    return len(claim.votes) < MARGIN_OVER_RIVAL * len(rival.votes) or claim.bands < MARGIN_OVER_RIVAL * rival.bands


def _needed(claim: Claim) -> int:
    if claim.symbology in MATRIX_CODES:
        return VOTES_OF_OPENCV_QR if {vote.engine for vote in claim.votes} == {"opencv qr"} else 1
    if claim.engines > 1:
        return VOTES_NEEDED
    (alone,) = {vote.engine for vote in claim.votes}
    return VOTES_OF_ONE_ENGINE.get(alone, VOTES_OF_ANOTHER_ENGINE)
