"""What is wrong with a setting, and which right word is most similar to a wrong one."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MISSPELLING_RATIO = 0.6  # difflib's ratio from which a word counts as a misspelling of another


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault: its key (`devices[0].region`, empty for the whole file), and what is expected there."""

    path: str
    what: str
    unseen: bool = False  # no fault is known: this user may not read it, for example a key that only one unit may read
    sealed: bool = False  # no fault is known: it is sealed, and the data key is not available

    def __str__(self) -> str:
        return f"{self.path}: {self.what}" if self.path else self.what


def nearest_choice(word: str, choices: Iterable[str]) -> str | None:
    """The choice that was most likely meant, or None if no choice is similar."""
    folded = {choice.casefold(): choice for choice in choices}
    begun = [choice for choice in folded if word and choice.startswith(word.casefold())]
    if len(begun) == 1:  # the word is the beginning of a choice, as `ready` for `ready_for_pickup`
        return folded[begun[0]]
    found = difflib.get_close_matches(word.casefold(), folded, 1, MISSPELLING_RATIO)
    return folded[found[0]] if found else None


def not_among_message(word: str, choices: Sequence[str]) -> str:
    """The message for a word that is none of the choices: all of them, and the one that may have been meant."""
    near = nearest_choice(word, choices)
    meant = f": did you mean `{near}`?" if near else ""
    return f"expected one of {', '.join(choices)}; got `{word}`{meant}"
