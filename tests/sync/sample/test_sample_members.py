"""A store is sent the members who come by, under names of its own for them."""

from edge.features import member
from edge.platform.clock import now
from edge.store_context import StoreContext
from sync.hq.sample.members import people_of_store, sample_people
from sync.hq.sample.orders import orders_of_store
from sync.hq.sample.tables import SAMPLE_STORES


def test_there_are_forty() -> None:
    assert len(sample_people()) == 40


def test_every_member_comes_by_some_store_and_no_store_knows_all() -> None:
    assert all(person.stores for person in sample_people())
    assert all(len(people_of_store(store)) < len(sample_people()) for store in SAMPLE_STORES)


def test_no_two_stores_call_a_member_by_the_same_name() -> None:
    names = [name for person in sample_people() for name in person.names.values()]
    assert len(set(names)) == len(names)


def test_a_member_is_found_by_each_card_they_carry(ginza: StoreContext) -> None:
    for row in people_of_store("ginza"):
        assert row.codes
        for card in row.codes:
            issuer, _, number = card.partition(":")
            assert member.member_by_card(ginza.hq, issuer, number) == row.member


def test_a_store_is_not_sent_a_members_full_name() -> None:
    names = {order.member: order.name for order in orders_of_store("ginza", now().time) if order.member}
    assert names
    for row in people_of_store("ginza"):
        assert not (row.member in names and names[row.member] in str(row))


def test_nicknames_are_kana() -> None:
    assert all("ァ" <= letter <= "ー" for person in sample_people() for letter in person.nickname)
