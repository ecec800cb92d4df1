"""What a camera looks for by itself: the role of its station and the chain's code rules say."""

from typing import Any

import pytest

from edge.codes.check_digits import mod10_digit
from edge.codes.code_rules import CheckScheme, CodeRules, HouseRule, IssuerRule
from edge.codes.symbology import Symbology
from edge.config.station_role import Role
from edge.config.toml_schema import CameraDevice
from firmware_bridge.camera.wanted_codes import FRESH_FOOD_CODES, WantedCodes, wanted_codes_of
from firmware_bridge.decode.cascade import RETAIL_SYMBOLOGIES
from firmware_bridge.decode.detection import BelievedCode
from sync.hq.sample.tables import sample_policy
from tests.support.card_numbers import old_number

S = Symbology
RULES = sample_policy("ginza").codes


def camera(**keys: Any) -> CameraDevice:
    return CameraDevice(id="eye", station="here", source="x", **keys)


def beyond_retail(role: Role, *issuers: IssuerRule, badges: tuple[IssuerRule, ...] = ()) -> set[Symbology]:
    return set(
        wanted_codes_of(camera(), role, CodeRules(issuers=issuers, badges=badges)).symbologies - RETAIL_SYMBOLOGIES
    )


def rule(**keys: Any) -> IssuerRule:
    return IssuerRule(issuer="card", **keys)


def house(**keys: Any) -> HouseRule:
    return HouseRule(name="item", **keys)


def found(symbology: Symbology, data: str) -> BelievedCode:
    return BelievedCode(symbology=symbology, aim="", data=data.encode(), corners=((0, 0),) * 4, stage="test")


@pytest.mark.parametrize("role", [Role.KIOSK, Role.COUNTER, Role.HANDHELD, Role.SHELF, Role.FITTING_ROOM])
def test_where_goods_are_shown_fresh_labels_and_outer_packs_are_read(role: Role) -> None:
    assert beyond_retail(role) == FRESH_FOOD_CODES | {S.ITF}


@pytest.mark.parametrize("role", [Role.ENTRANCE, Role.GATE])
def test_at_a_door_nothing_is_read_but_what_every_shop_meets(role: Role) -> None:
    assert beyond_retail(role) == set()


@pytest.mark.parametrize(
    ("issuer", "more"),
    [
        (rule(prefix="12", lengths=(10,), symbologies=(S.CODABAR,)), {S.CODABAR}),
        (rule(prefix="12", symbologies=(S.ITF, S.CODE39)), {S.ITF}),
        (rule(prefix="12", symbologies=(S.PDF417, S.AZTEC)), {S.PDF417, S.AZTEC}),
        (rule(start_stop="AA", lengths=(8,)), {S.CODABAR}),
        (rule(check=CheckScheme.NW7_MOD16), {S.CODABAR}),
        (rule(prefix="12", lengths=(10,)), {S.CODABAR, S.ITF}),
        (rule(prefix="12", check=CheckScheme.LUHN), {S.CODABAR, S.ITF}),
        (rule(lengths=(8,)), {S.CODABAR}),  # any part of a longer ITF may have eight digits
        (rule(prefix="12", lengths=(9,)), {S.CODABAR}),  # an ITF has its digits in pairs
        (rule(prefix="12"), set()),  # nearly any number would do
        (rule(prefix="HN", lengths=(8,), characters="alphanumeric"), set()),
        (rule(prefix="4901", key="gsrn"), set()),
    ],
)
def test_a_door_reads_what_the_issuers_print_their_cards_in(issuer: IssuerRule, more: set[Symbology]) -> None:
    assert beyond_retail(Role.ENTRANCE, issuer) == more


@pytest.mark.parametrize(
    ("item", "more"),
    [
        (house(lengths=(8,)), {S.CODABAR}),
        (house(lengths=(8,), start_stop="AA"), {S.CODABAR}),
        (house(lengths=(7,), check=CheckScheme.NW7_MOD16), {S.CODABAR}),
        (house(lengths=(7,), check=CheckScheme.MOD10), {S.CODABAR, S.ITF}),
        (
            house(lengths=(8,), check=CheckScheme.MOD10),
            {S.CODABAR},
        ),  # nine digits with the check digit: no ITF has them
        (house(lengths=(7,), check=CheckScheme.MOD10, check_optional=True), {S.CODABAR}),
        (house(lengths=(8,), prefix="71"), {S.CODABAR, S.ITF}),
        (house(lengths=(8,), prefix="N", drop_prefix=True), set()),  # letters: Code 128 or 39, which are read anyway
        (house(lengths=(8,), symbologies=(S.CODE93,)), {S.CODE93}),
        (house(lengths=(8,), symbologies=(S.ITF,)), {S.ITF}),  # the chain has said so
        (house(lengths=(8,), symbologies=(S.EAN8,)), set()),
    ],
)
def test_the_houses_own_item_numbers_are_read_where_goods_are_shown_and_at_no_door(
    item: HouseRule, more: set[Symbology]
) -> None:
    rules = CodeRules(house=(item,))
    for role in (Role.KIOSK, Role.COUNTER, Role.HANDHELD, Role.SHELF):
        assert (
            wanted_codes_of(camera(), role, rules).symbologies == RETAIL_SYMBOLOGIES | FRESH_FOOD_CODES | {S.ITF} | more
        )
    for role in (Role.ENTRANCE, Role.GATE):
        assert wanted_codes_of(camera(), role, rules).symbologies == RETAIL_SYMBOLOGIES


@pytest.mark.parametrize(
    ("code", "counts"),
    [
        ("A12345678A", True),
        ("B12345678B", False),
        ("A1234567A", False),
        ("A12-45678A", False),
        ("A123456789A", False),
    ],
)
def test_a_house_number_in_nw7_counts_only_as_its_rule_prints_it(code: str, counts: bool) -> None:
    rules = CodeRules(house=(house(lengths=(8,), start_stop="AA"),))
    assert wanted_codes_of(camera(), Role.KIOSK, rules).is_wanted(found(S.CODABAR, code)) is counts


def test_a_house_number_in_itf_counts_by_its_check_digit() -> None:
    rules = CodeRules(house=(house(lengths=(7,), check=CheckScheme.MOD10),))
    number = "1234567" + str(mod10_digit("1234567"))
    wrong = number[:-1] + str((int(number[-1]) + 1) % 10)
    assert wanted_codes_of(camera(), Role.SHELF, rules).is_wanted(found(S.ITF, number))
    assert not wanted_codes_of(camera(), Role.SHELF, rules).is_wanted(found(S.ITF, wrong))
    assert not wanted_codes_of(camera(), Role.SHELF, rules).is_wanted(found(S.ITF, number[:6]))


def test_badges_are_read_where_staff_work() -> None:
    badge = rule(prefix="9", lengths=(6,), symbologies=(S.CODE93,))
    assert S.CODE93 in beyond_retail(Role.COUNTER, badges=(badge,))
    assert S.CODE93 not in beyond_retail(Role.KIOSK, badges=(badge,))


def test_the_sample_chains_old_card_is_read_at_its_door() -> None:
    assert beyond_retail(Role.ENTRANCE, *RULES.issuers) == {S.CODABAR, S.ITF}


@pytest.mark.parametrize(
    ("code", "counts"),
    [
        (found(S.CODABAR, f"A{old_number(7)}A"), True),
        (found(S.CODABAR, f"A{old_number(7)[:-1]}A"), False),
        (found(S.CODABAR, "A123456A"), False),
        (found(S.ITF, old_number(7)), True),
        (found(S.ITF, old_number(7)[:8]), False),  # a part of a longer one
        (found(S.ITF, old_number(7)[1:-1]), False),
        (found(S.ITF, "14901234567891"), True),
        (found(S.ITF, "14901234567892"), False),
        (found(S.ITF, "901234567891"), False),
        (found(S.EAN13, "4901234567894"), True),
        (found(S.CODE128, "nobody's"), True),  # said to be unknown, but said
        (found(S.QR, "https://shop.example"), True),
    ],
)
def test_a_text_of_a_misreading_symbology_counts_only_if_it_means_something(code: BelievedCode, counts: bool) -> None:
    assert wanted_codes_of(camera(), Role.KIOSK, RULES).is_wanted(code) is counts


def test_symbologies_that_are_configured_are_what_is_read_and_each_text_counts() -> None:
    wants = wanted_codes_of(camera(symbologies=[S.ITF, S.QR]), Role.KIOSK, RULES)
    assert wants == WantedCodes(symbologies=frozenset({S.ITF, S.QR}))
    assert wants.is_wanted(found(S.ITF, "123456"))
