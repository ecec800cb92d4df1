"""HQ finds that its own database is an older copy by what the stores have, and its feeds begin anew, once."""

import pytest
from sqlite_utils import Database

from edge.platform.clock import now
from edge.platform.database import writing
from sync.hq import epoch_reset
from sync.hq.feeds import feed
from sync.hq.feeds.feed import FeedPosition
from sync.hq.stores import presence
from sync.protocol.messages import FeedState, State, Want

OWN, ALL = ("stock", "ginza"), ("catalog", "all")


@pytest.fixture
def pushed(hq: Database) -> Database:
    with writing(hq):
        for name, scope in (OWN, ALL, ("stock", "yokohama")):
            feed.put_rows(hq, name, scope, [("a", "1"), ("b", "2")])
    return hq


def stand(db: Database, name: str, scope: str) -> FeedPosition:
    found = feed.feed_position(db, name, scope)
    assert found
    return found


def notice(db: Database, store: str, told: FeedState | Want, name: str = "catalog") -> bool:
    with writing(db):
        return epoch_reset.renew_if_store_ahead(db, store, {name: told})


def said(here: FeedPosition, more: int) -> FeedState:
    return FeedState(epoch=here.epoch, version=here.version + more, rows=here.rows)


@pytest.mark.parametrize(("name", "scope"), [OWN, ALL])
def test_a_store_that_has_more_than_hq_ever_said_makes_all_feeds_begin_anew(
    pushed: Database, name: str, scope: str
) -> None:
    before, _ = feed.changed_positions(pushed)
    assert notice(pushed, "ginza", said(stand(pushed, name, scope), 1), name)
    after, stamp = feed.changed_positions(pushed)
    assert {one.epoch for one in before}.isdisjoint({one.epoch for one in after})
    assert [(one.version, one.digest) for one in before] == [(one.version, one.digest) for one in after]
    assert stamp > max(one.stamp for one in before)  # the publisher tells of it
    (seen,) = epoch_reset.recent_epoch_renewals(pushed)
    assert (seen.store, seen.feed, seen.theirs, seen.ours, seen.renewed) == ("ginza", name, 3, 2, 3)


@pytest.mark.parametrize("more", [0, -1])
def test_a_store_that_is_where_hq_is_or_behind_shows_nothing(pushed: Database, more: int) -> None:
    here = stand(pushed, *ALL)
    assert not notice(pushed, "ginza", said(here, more))
    assert not notice(pushed, "ginza", FeedState(epoch="", version=0, rows=0))
    assert not notice(pushed, "ginza", said(here, 5), "unknown")
    assert stand(pushed, *ALL) == here
    assert epoch_reset.recent_epoch_renewals(pushed) == []


def test_what_the_other_stores_say_of_the_life_before_renews_nothing_again(pushed: Database) -> None:
    old = stand(pushed, *ALL)
    assert notice(pushed, "ginza", said(old, 1))
    anew = stand(pushed, *ALL)
    for store in ("ginza", "yokohama"):
        assert not notice(pushed, store, said(old, 1))
    assert stand(pushed, *ALL) == anew


def test_a_store_that_counts_wrongly_does_not_make_the_chain_load_for_ever(pushed: Database) -> None:
    assert notice(pushed, "ginza", said(stand(pushed, *ALL), 1))
    anew = stand(pushed, *ALL)
    for _ in range(3):
        assert not notice(pushed, "ginza", said(anew, 7))
    assert stand(pushed, *ALL) == anew
    with writing(pushed):  # as on a machine that does all of this within a millisecond
        pushed.conn.execute("update renewals set noted = (select max(noted) from renewals)")
    words = [epoch_reset.renewal_in_words(seen) for seen in epoch_reset.recent_epoch_renewals(pushed)]
    assert len(words) == 2
    assert "nothing is to be done" in words[0]
    assert "noren hq restored" in words[1]


def test_a_question_behind_hqs_own_end_shows_it_too(pushed: Database) -> None:
    here = stand(pushed, *ALL)
    assert not epoch_reset.is_store_ahead(pushed, "ginza", Want(feed="catalog", epoch=here.epoch, version=2))
    want = Want(feed="catalog", epoch=here.epoch, version=3)
    assert epoch_reset.is_store_ahead(pushed, "ginza", want)
    assert notice(pushed, "ginza", want)


def on_the_line(db: Database, *stores: str) -> None:
    with writing(db):
        for store in stores:
            born = State(store=store, state="birth", boot=1, epoch="e", box="b")
            presence.note_presence(db, born, now().text)


def epochs(db: Database) -> dict[tuple[str, str], str]:
    return {(one.feed, one.scope): one.epoch for one in feed.changed_positions(db)[0]}


def test_a_box_that_is_alone_with_it_among_others_costs_its_own_feeds_and_no_more(pushed: Database) -> None:
    on_the_line(pushed, "ginza", "yokohama")
    before = epochs(pushed)
    assert not notice(pushed, "ginza", said(stand(pushed, *ALL), 1))
    assert epochs(pushed) == before
    assert notice(pushed, "ginza", said(stand(pushed, *OWN), 1), "stock")
    changed = {at for at, epoch in epochs(pushed).items() if epoch != before[at]}
    assert changed == {OWN}
    for _ in range(3):  # and not again within the hour
        assert not notice(pushed, "ginza", said(stand(pushed, *OWN), 1), "stock")
    assert all(
        "look at this store's box" in epoch_reset.renewal_in_words(seen)
        for seen in epoch_reset.recent_epoch_renewals(pushed)
    )


def test_where_a_second_store_agrees_all_feeds_begin_anew(pushed: Database) -> None:
    on_the_line(pushed, "ginza", "yokohama", "kichijoji")
    before = epochs(pushed)
    assert notice(pushed, "ginza", said(stand(pushed, *OWN), 1), "stock")
    assert notice(pushed, "yokohama", said(stand(pushed, *ALL), 1))
    assert set(before.values()).isdisjoint(epochs(pushed).values())
    assert not notice(pushed, "kichijoji", said(stand(pushed, *ALL), 1))  # what led to this counts no more


def test_a_copy_older_than_the_last_renewal_is_found_by_the_epoch_it_does_not_know(pushed: Database) -> None:
    """Stores have left HQ's old epoch for good: nothing that is said of it would ever reach them."""
    older = epochs(pushed)[ALL]
    assert notice(pushed, "ginza", FeedState(epoch="begun after the copy", version=1, rows=1))
    assert epochs(pushed)[ALL] not in (older, "begun after the copy")
    (seen,) = epoch_reset.recent_epoch_renewals(pushed)
    assert "which HQ itself does not remember" in epoch_reset.renewal_in_words(seen)
    assert not notice(pushed, "yokohama", FeedState(epoch=older, version=1, rows=1))  # it has only not received it yet
