"""What a camera looks for: what noren.toml names, else what its station's role and the chain's code rules need.

Symbologies whose decoders read stripes and print as numbers (NW-7, ITF, Code 93) are switched on only if something needs
them. Then a text counts only if it means something to the chain: an outer pack's GTIN-14, or a card or house item number
whose prefix, length and check digit fit a rule. A part of a longer ITF has the wrong length and does not count.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edge.codes.code_rules import CheckScheme, CodeRules, HouseRule, IssuerRule
from edge.codes.issued.camera_code_lengths import printed_lengths
from edge.codes.parse import parse_code
from edge.codes.parsed_code import Unknown
from edge.codes.symbology import Symbology
from edge.config.station_role import STAFF_ROLES, Role
from edge.config.toml_schema import CameraDevice
from firmware_bridge.decode.cascade import RETAIL_SYMBOLOGIES
from firmware_bridge.decode.detection import BelievedCode

FRESH_FOOD_CODES = frozenset({Symbology.DATABAR, Symbology.DATABAR_LIMITED, Symbology.DATABAR_EXPANDED})
CARTON_CODES = frozenset({Symbology.ITF})
NW7_CODES = frozenset({Symbology.CODABAR})  # no part of a longer code has its start and stop characters
CODES_JUDGED_BY_MEANING = frozenset(
    {Symbology.CODABAR, Symbology.ITF, Symbology.CODE93}
)  # count only if they mean something
NO_CODE_RULES = CodeRules()
DOOR_ROLES = frozenset({Role.ENTRANCE, Role.GATE})  # nobody shows goods there


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedCodes:
    """The symbologies to look for, and the rules by which a text of a misreading one counts; None: every text counts."""

    symbologies: frozenset[Symbology] = RETAIL_SYMBOLOGIES
    rules: CodeRules | None = None

    def is_wanted(self, found: BelievedCode) -> bool:
        """Whether a code that was read is to be reported."""
        if self.rules is None or found.symbology not in CODES_JUDGED_BY_MEANING:
            return True
        meaning = parse_code(found.data, aim=found.aim or None, symbology=found.symbology, rules=self.rules)
        return not isinstance(meaning, Unknown)


DEFAULT_CODES = WantedCodes()


def wanted_codes_of(device: CameraDevice, role: Role, rules: CodeRules = NO_CODE_RULES) -> WantedCodes:
    """What a camera at a station of this role looks for."""
    if device.symbologies is None:
        return WantedCodes(
            symbologies=RETAIL_SYMBOLOGIES | _by_role(role) | frozenset(_by_rules(role, rules)), rules=rules
        )
    return WantedCodes(symbologies=frozenset(device.symbologies))


def _by_role(role: Role) -> frozenset[Symbology]:
    return frozenset() if role in DOOR_ROLES else FRESH_FOOD_CODES | CARTON_CODES


def _by_rules(role: Role, rules: CodeRules) -> Iterator[Symbology]:
    asked: tuple[IssuerRule | HouseRule, ...] = (*_cards(role, rules), *_items(role, rules))
    for rule in asked:
        yield from rule.symbologies or _may_be_printed_in(rule)


def _cards(role: Role, rules: CodeRules) -> Iterable[IssuerRule]:
    """Members show their cards everywhere, staff their badges where staff work."""
    return (*rules.issuers, *rules.badges) if role in STAFF_ROLES else rules.issuers


def _items(role: Role, rules: CodeRules) -> Iterable[HouseRule]:
    """The chain's own item numbers, wherever goods are shown."""
    return () if role in DOOR_ROLES else rules.house


def _may_be_printed_in(rule: IssuerRule | HouseRule) -> frozenset[Symbology]:
    """The symbologies, beside RETAIL, of a rule that names none.

    Only if the rule distinguishes its numbers from any other, by length or check digit. For ITF, whose ends any two bars can
    make and whose digits come in pairs, it needs a prefix or a check digit as well.
    """
    if not _is_of_digits(rule) or not (rule.lengths or rule.check is not CheckScheme.NONE):
        return frozenset()
    if rule.start_stop or rule.check is CheckScheme.NW7_MOD16:
        return NW7_CODES
    paired = not rule.lengths or any(length % 2 == 0 for length in printed_lengths(rule))
    return NW7_CODES | CARTON_CODES if paired and _proves_itself(rule) else NW7_CODES


def _is_of_digits(rule: IssuerRule | HouseRule) -> bool:
    if isinstance(rule, HouseRule):
        return not rule.prefix or rule.prefix.isdecimal()
    return rule.key == "plain" and rule.characters == "digits"


def _proves_itself(rule: IssuerRule | HouseRule) -> bool:
    optional = isinstance(rule, HouseRule) and rule.check_optional
    return bool(rule.prefix) or (rule.check is not CheckScheme.NONE and not optional)
