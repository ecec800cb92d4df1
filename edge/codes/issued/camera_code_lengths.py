"""The shortest codes that a camera reads: below that, stripes and text in a picture look like codes. Hand scanners read them."""

from collections.abc import Iterator, Mapping

from edge.codes.code_rules import CheckScheme, CodeRules, HouseRule, IssuerRule
from edge.codes.symbology import Symbology

MIN_CAMERA_LENGTHS: Mapping[Symbology, int] = {  # characters, including the two letters of an NW-7
    Symbology.CODE39: 4,
    Symbology.CODE128: 3,
    Symbology.CODE93: 3,
    Symbology.ITF: 6,
    Symbology.CODABAR: 6,
}
START_STOP_LETTERS = {Symbology.CODABAR: 2}  # letters around a number in the code, not counted in a rule's lengths
ASSUMED_SYMBOLOGIES = (Symbology.CODE128,)  # the most likely symbology of a number if its rule names none


def printed_lengths(rule: IssuerRule | HouseRule) -> tuple[int, ...]:
    """Lengths of the numbers as printed in a code: a house rule's lengths do not include the check digit."""
    if isinstance(rule, IssuerRule) or rule.check is CheckScheme.NONE:
        return rule.lengths
    checked = tuple(length + 1 for length in rule.lengths)
    return (*rule.lengths, *checked) if rule.check_optional else checked


def camera_length_warnings(rules: CodeRules) -> Iterator[str]:
    """A sentence for each symbology of a rule in which some or all of its numbers are too short for a camera."""
    named: list[tuple[str, IssuerRule | HouseRule]] = [
        *((f"codes.house {rule.name!r}", rule) for rule in rules.house),
        *((f"codes.issuers {rule.issuer!r}", rule) for rule in rules.issuers),
        *((f"codes.badges {rule.issuer!r}", rule) for rule in rules.badges),
    ]
    for name, rule in named:
        for symbology in rule.symbologies or ASSUMED_SYMBOLOGIES:
            least = MIN_CAMERA_LENGTHS.get(symbology, 1) - START_STOP_LETTERS.get(symbology, 0)
            if short := sorted({length for length in printed_lengths(rule) if length < least}):
                yield (
                    f"{name}: no camera reads {' or '.join(map(str, short))} characters in {symbology}, "
                    f"only {least} or more (hand scanners do)"
                )
