"""Guessing of codes: wrong codes are counted by owner and place, refused beyond a number, and reported to HQ once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from msgspec import Meta

from edge.facts.fact import Fact, FactAttributes
from edge.facts.journal import tell
from edge.platform import attempt_counter
from edge.scan.context import ScanContext

GUESS_WINDOW = timedelta(minutes=10)  # the window in which guesses count


class CodeGuessed(Fact, frozen=True, kw_only=True):
    """So many wrong codes in so few minutes that none counts for a while: somebody may be guessing."""

    TYPE = "code.guessed"
    ABOUT = ("member", "station", "causation")

    what: Literal["wallet", "pickup"]  # passwords of wallet passes, or pickup codes that are no order's
    by: Literal["member", "station"]  # for one member over the whole store, or for anybody at one station
    tries: Annotated[int, Meta(ge=1)]
    minutes: Annotated[int, Meta(ge=1)]


FACTS = (CodeGuessed,)


@dataclass(frozen=True, slots=True, kw_only=True)
class GuessCounter:
    """Codes whose guesses are counted together: the kind of code, whose guesses they are, and how many are allowed."""

    what: Literal["wallet", "pickup"]
    by: Literal["member", "station"]
    whose: str
    most: int

    @property
    def name(self) -> str:
        return f"{self.what}:{self.by}"


def is_locked_out(case: ScanContext, guesses: Sequence[GuessCounter]) -> bool:
    """Whether so many guesses were wrong that no code counts for now."""
    db, now = case.shop.db, case.moment
    return any(
        attempt_counter.failed_attempts(db, one.name, one.whose, GUESS_WINDOW, now) >= one.most for one in guesses
    )


def count_wrong_guess(case: ScanContext, guesses: Sequence[GuessCounter], *, member: str | None = None) -> None:
    """Count one more wrong guess; when the limit is reached, it is reported."""
    shop, now = case.shop, case.moment
    for guess in guesses:
        if attempt_counter.add_attempt(shop.db, guess.name, guess.whose, GUESS_WINDOW, now) == guess.most:
            minutes = round(GUESS_WINDOW.total_seconds() / 60)
            fact = CodeGuessed(what=guess.what, by=guess.by, tries=guess.most, minutes=minutes)
            about = FactAttributes(member=member, station=case.scan.station, causation=case.cause)
            tell(shop.db, shop.box, fact, now, about)
