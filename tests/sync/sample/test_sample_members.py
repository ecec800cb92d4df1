"""A store is sent the members who come by, under names of its own for them."""

from edge import member
from edge.shop import Shop
from sync.hq.sample.brand import STORES
from sync.hq.sample.members import at_store, people, pseudonym


def test_there_are_forty() -> None:
    assert len(people()) == 40


def test_every_member_comes_by_some_store_and_no_store_knows_all() -> None:
    assert all(person.stores for person in people())
    assert all(len(at_store(shop.id)) < len(people()) for shop in STORES)


def test_no_two_stores_call_a_member_by_the_same_name() -> None:
    names = [pseudonym(person, shop.id) for person in people() for shop in STORES]
    assert len(set(names)) == len(names)


def test_a_member_is_found_by_each_card_they_carry(ginza: Shop) -> None:
    for _, row in at_store("ginza"):
        assert row.codes
        for card in row.codes:
            issuer, _, number = card.partition(":")
            assert member.by_card(ginza.hq, issuer, number) == row.member


def test_a_store_is_not_sent_a_members_full_name() -> None:
    for person, row in at_store("ginza"):
        assert person.name not in str(row)
        assert person.id not in str(row)


def test_nicknames_are_kana() -> None:
    assert all("ァ" <= letter <= "ー" for person in people() for letter in person.nickname)
