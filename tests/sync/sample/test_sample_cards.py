"""The chain's own numbers are read back by the chain's own rules, and by no other issuer's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.codes.check_digits import mod10_holds
from edge.codes.parse import parse_code
from edge.codes.parsed_code import MemberCode, Product, StaffBadge
from edge.codes.symbology import Symbology
from edge.config.policy import Policy
from edge.features import catalog
from edge.store_context import StoreContext
from sync.hq.sample.members import APP_ISSUER, GROUP_ISSUER, OLD_CARD_ISSUER, Person, sample_people
from sync.hq.sample.tables import sample_policy, table
from sync.protocol.topics import ALL_STORES
from tests.support.card_numbers import app_number, badge, gsrn, old_number

RULES = sample_policy("ginza").codes
STAFF = "hanada-staff"
PRODUCTS = table("catalogue", ALL_STORES, catalog.Product)
SERIALS = st.integers(0, 9_999_999)


@given(SERIALS, st.sampled_from([None, Symbology.CODE128, Symbology.QR]))
def test_an_app_number_is_the_apps_whoever_reads_it(serial: int, symbology: Symbology | None) -> None:
    number = app_number(serial)
    assert len(number) == 16
    assert parse_code(number.encode(), symbology=symbology, rules=RULES) == MemberCode(issuer=APP_ISSUER, number=number)


@given(SERIALS, st.sampled_from(["{}", "A{}A", "a{}b"]))
def test_an_old_card_is_read_with_or_without_its_letters(serial: int, printed: str) -> None:
    number = old_number(serial)
    data = printed.format(number).encode()
    symbology = None if printed == "{}" else Symbology.CODABAR
    assert parse_code(data, symbology=symbology, rules=RULES) == MemberCode(issuer=OLD_CARD_ISSUER, number=number)


@given(SERIALS)
def test_a_group_number_is_read_from_its_gs1_link_and_from_its_element_string(serial: int) -> None:
    number = gsrn(serial)
    assert len(number) == 18
    assert mod10_holds(number)
    wanted = MemberCode(issuer=GROUP_ISSUER, number=number)
    assert parse_code(f"https://id.hanada.example/8018/{number}".encode(), rules=RULES) == wanted
    assert parse_code(f"8018{number}".encode(), aim="]C1", rules=RULES) == wanted


@given(SERIALS, st.integers(0, 14), st.integers(1, 9))
def test_one_wrong_digit_makes_an_app_number_nobodys(serial: int, place: int, more: int) -> None:
    number = app_number(serial)
    wrong = number[:place] + str((int(number[place]) + more) % 10) + number[place + 1 :]
    assert not isinstance(parse_code(wrong.encode(), rules=RULES), MemberCode)


@given(st.integers(0, 999_999))
def test_a_staff_badge_says_who(serial: int) -> None:
    assert parse_code(badge(serial).encode(), rules=RULES) == StaffBadge(issuer=STAFF, number=badge(serial))


def test_every_price_tag_is_read_as_its_product() -> None:
    for product in PRODUCTS:
        meaning = parse_code(product.gtin[1:].encode(), symbology=Symbology.EAN13, rules=RULES)
        assert isinstance(meaning, Product)
        assert meaning.gtin == product.gtin


def test_price_tags_are_jans_of_japan_but_for_what_the_shop_prints() -> None:
    starts = {product.gtin[:3] for product in PRODUCTS}
    assert starts == {"045", "020"}
    assert len({product.gtin for product in PRODUCTS}) == len(PRODUCTS)


def test_no_two_members_carry_the_same_card() -> None:
    for issuer in (APP_ISSUER, OLD_CARD_ISSUER, GROUP_ISSUER):
        carried = [one.cards[issuer] for one in sample_people() if issuer in one.cards]
        assert carried
        assert len(set(carried)) == len(carried)


def test_the_rules_survive_the_way_to_the_box(ginza: StoreContext) -> None:
    assert ginza.policy.codes == RULES
    assert isinstance(ginza.policy, Policy)


@pytest.mark.parametrize("person", sample_people(), ids=lambda person: person.nickname)
def test_every_card_of_a_member_is_read_as_theirs(person: Person) -> None:
    assert APP_ISSUER in person.cards or OLD_CARD_ISSUER in person.cards
    for issuer, number in person.cards.items():
        data = f"https://id.hanada.example/8018/{number}" if issuer == GROUP_ISSUER else number
        assert parse_code(data.encode(), rules=RULES) == MemberCode(issuer=issuer, number=number)
