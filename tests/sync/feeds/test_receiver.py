"""The mirror: what HQ says is applied once and in order, gaps are asked for, and a wrong mirror is loaded anew."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from edge.facts.fact import RelayedFact
from edge.platform.clock import now
from edge.platform.database import open_hq, rows, writing
from edge.platform.migration import migrate
from sync.feeds import staging
from sync.feeds.receiver import REPAIR_INTERVAL_S, FeedReceiver
from sync.feeds.requests import REQUEST_SPREAD_S
from sync.feeds.versions import FeedPosition
from sync.protocol import digest
from sync.protocol.feed_types import row_fault
from sync.protocol.messages import NULL_BODY, FeedDelta, FeedHead, FeedPage, FeedRow, Head, Want

NOW = now()
PAGE = 3


def member(name: str, *codes: str) -> dict[str, Any]:
    return {"member": name, "nickname": "サトウ", "stage": "gold", "codes": list(codes)}


@dataclass
class HqFeed:
    """What HQ has of one feed; it answers as HQ does."""

    feed: str = "members"
    epoch: str = "f1"
    version: int = 0
    table: dict[str, tuple[int, Any]] = field(default_factory=dict)

    def put(self, key: str, body: Any) -> None:
        self.version += 1
        self.table[key] = (self.version, body)

    def since(self, since: int, to: int) -> list[FeedRow]:
        found = [
            FeedRow(
                key=key, version=version, body=NULL_BODY if body is None else msgspec.Raw(msgspec.json.encode(body))
            )
            for key, (version, body) in self.table.items()
            if since < version <= to
        ]
        return sorted(found, key=lambda row: row.version)

    def delta(self, since: int) -> tuple[FeedDelta, list[FeedRow]]:
        header = FeedDelta(feed=self.feed, epoch=self.epoch, since=since, version=self.version)
        return header, self.since(since, self.version)

    def page(self, want: Want) -> tuple[FeedPage, list[FeedRow]]:
        since = want.version if want.epoch == self.epoch else 0
        found = self.since(since, self.version)
        more = len(found) > PAGE
        version = found[PAGE - 1].version if more else self.version
        return FeedPage(feed=self.feed, epoch=self.epoch, since=since, version=version, more=more), found[:PAGE]

    @property
    def head(self) -> FeedHead:
        live = [(key, version) for key, (version, body) in self.table.items() if body is not None]
        mark = 0
        for key, version in live:
            mark = digest.add_row(mark, key, version)
        return FeedHead(epoch=self.epoch, version=self.version, rows=len(live), digest=digest.digest_text(mark))

    def live(self) -> dict[str, Any]:
        return {key: body for key, (_, body) in self.table.items() if body is not None}


@dataclass
class Mirror:
    """The feeds under test, and what they asked and said."""

    feeds: FeedReceiver = field(init=False)
    wants: list[Want] = field(default_factory=list)
    said: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    folder: Path = Path()
    clock: float = 1000.0

    def open(self) -> None:
        self.feeds = FeedReceiver(open_hq(self.folder), self._ask, self._say)
        self.feeds.asking.dice = random.Random(1)

    def _say(self, fact: RelayedFact) -> None:
        self.said.append((fact.TYPE, msgspec.to_builtins(fact)))

    def _ask(self, want: Want) -> bool:
        self.wants.append(want)
        return True

    def head(self, hq: HqFeed) -> None:
        self.feeds.on_head("ginza", Head(feeds={hq.feed: hq.head}), self.clock, NOW)

    def hear(self, message: tuple[FeedDelta | FeedPage, list[FeedRow]]) -> str | None:
        return self.feeds.on_rows(*message, self.clock, NOW)

    def restart(self) -> None:
        """As after a kill: only what is on the card is known."""
        self.feeds.db.conn.close()
        self.open()

    def round(self, hq: HqFeed, *, heard: bool = True) -> None:
        """Ask for what is due; the answers come, or are lost."""
        self.clock += REQUEST_SPREAD_S
        self.wants.clear()
        self.feeds.send(self.clock)
        for want in self.wants if heard else ():
            self.hear(hq.page(want))

    def talk(self, hq: HqFeed) -> int:
        """Ask and be answered until nothing is asked any more; how many questions."""
        asked = 0
        for _ in range(1000):
            busy = bool(staging.complete_loads(self.feeds.db))
            self.round(hq)
            asked += bool(self.wants)
            if not self.wants and not busy:
                return asked
        raise AssertionError("it never ends")

    @property
    def position(self) -> FeedPosition:
        return self.feeds.positions()["members"]

    def live(self, feed: str = "members") -> dict[str, Any]:
        found = rows(self.feeds.db, f"select key, body from {feed} where body is not null")
        return {row["key"]: msgspec.json.decode(row["body"]) for row in found}


@pytest.fixture
def mirror(tmp_path: Path) -> Iterator[Mirror]:
    migrate(tmp_path)
    made = Mirror(folder=tmp_path)
    made.open()
    yield made
    made.feeds.db.conn.close()


def filled(count: int) -> HqFeed:
    hq = HqFeed()
    for number in range(count):
        hq.put(f"m{number}", member(f"m{number}", f"card:{number}"))
    return hq


def test_a_first_load_asks_page_after_page_until_it_has_all(mirror: Mirror) -> None:
    hq = filled(10)
    mirror.head(hq)
    assert mirror.talk(hq) == 4
    assert mirror.live() == hq.live()
    assert mirror.position.digest == int(hq.head.digest, 16)


def test_a_long_first_load_waits_beside_the_feed_until_it_is_whole_and_is_moved_by_key(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "KEYS_PER_MOVE", 2)
    hq = HqFeed()
    for number in (7, 3, 9, 1, 5):
        hq.put(f"m{number}", member(f"m{number}"))
    mirror.head(hq)
    mirror.round(hq)
    hq.put("m3", member("m3", "card:newer"))  # while the load is under way: it comes twice
    mirror.hear(hq.delta(5))
    assert mirror.live() == {}
    mirror.round(hq)
    moved = [sorted(mirror.live())]
    while staging.complete_loads(mirror.feeds.db):
        mirror.round(hq)
        moved.append(sorted(mirror.live()))
    assert moved == [["m1", "m3"], ["m1", "m3", "m5", "m7"], ["m1", "m3", "m5", "m7", "m9"]]
    assert mirror.live() == hq.live()
    assert mirror.position.digest == int(hq.head.digest, 16)
    assert rows(mirror.feeds.db, "select name from sqlite_master where name like '%loading%'") == []


@pytest.mark.parametrize("killed", range(9))
def test_a_first_load_goes_on_after_a_kill_wherever_it_stood(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch, killed: int
) -> None:
    monkeypatch.setattr(staging, "KEYS_PER_MOVE", 2)
    hq = filled(10)
    hq.put("m4", {"member": "m4"})  # a bad row is set aside on the way
    mirror.head(hq)
    for _ in range(killed):
        mirror.round(hq)
    load = staging.load_under_way(mirror.feeds.db, "members")
    version = load.version if load else 0
    mirror.restart()
    mirror.head(hq)
    mirror.round(hq)
    assert all(want.version >= version for want in mirror.wants), "it begins anew"
    mirror.talk(hq)
    assert mirror.live() == {key: body for key, body in hq.live().items() if key != "m4"}
    assert mirror.position.digest == int(hq.head.digest, 16)


@pytest.mark.parametrize("killed", range(12))
def test_a_long_reload_takes_over_in_stretches_and_goes_on_after_a_kill_wherever_it_stood(
    mirror: Mirror, monkeypatch: pytest.MonkeyPatch, killed: int
) -> None:
    monkeypatch.setattr(staging, "KEYS_PER_MOVE", 2)
    mirror.hear(filled(8).delta(0))
    hq = HqFeed(epoch="f2")
    for number in (9, 6, 2, 3, 7, 4):
        hq.put(f"m{number}", member(f"m{number}", f"fresh:{number}"))
    mirror.head(hq)
    for _ in range(killed):
        mirror.round(hq)
    mirror.restart()
    mirror.head(hq)
    mirror.round(hq)
    hq.put("m5", member("m5", "fresh:5"))  # while it takes over: asked for afterwards
    mirror.hear(hq.delta(hq.version - 1))
    mirror.head(hq)
    mirror.talk(hq)
    assert mirror.live() == hq.live()
    assert mirror.position.digest == int(hq.head.digest, 16) == _digest(mirror)
    assert ("feed.epoch", {"feed": "members", "from": "f1", "to": "f2"}) in mirror.said
    assert not mirror.feeds.is_loading("members")


def test_a_long_reload_never_shows_a_product_less(mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "KEYS_PER_MOVE", 2)
    mirror.hear(filled(8).delta(0))
    hq = HqFeed(epoch="f2")
    for number in range(8):
        hq.put(f"m{number}", member(f"m{number}", f"fresh:{number}"))
    mirror.head(hq)
    shown = set()
    while mirror.position.version == 0 or mirror.position.epoch == "f1":
        mirror.round(hq)
        shown.add(len(mirror.live()))
    assert shown == {8}


def test_a_row_that_turns_bad_during_a_load_is_set_aside_and_its_good_one_stays(mirror: Mirror) -> None:
    hq = filled(5)
    mirror.head(hq)
    mirror.round(hq)
    hq.put("m1", {"member": "m1"})
    mirror.talk(hq)
    assert mirror.live() == {**hq.live(), "m1": member("m1", "card:1")}
    assert rows(mirror.feeds.db, "select key, version from set_aside") == [{"key": "m1", "version": 6}]
    mirror.head(hq)
    assert mirror.talk(hq) == 0, "it counts in the digest, as at HQ"


def test_a_row_that_is_mended_during_a_load_is_not_set_aside(mirror: Mirror) -> None:
    hq = HqFeed()
    hq.put("m0", {"member": "m0"})
    for number in range(1, 5):
        hq.put(f"m{number}", member(f"m{number}"))
    mirror.head(hq)
    mirror.round(hq)
    hq.put("m0", member("m0"))
    mirror.talk(hq)
    assert mirror.live() == hq.live()
    assert rows(mirror.feeds.db, "select key from set_aside") == []


def test_a_row_set_aside_that_hq_has_no_more_is_gone_after_a_reload(mirror: Mirror) -> None:
    old = filled(2)
    old.put("m9", {"member": "m9"})
    mirror.hear(old.delta(0))
    hq = HqFeed(epoch="f2")
    hq.put("m0", member("m0"))
    mirror.head(hq)
    mirror.talk(hq)
    assert rows(mirror.feeds.db, "select key from set_aside") == []


def test_a_repair_writes_only_the_rows_that_differ(mirror: Mirror) -> None:
    hq = filled(9)
    mirror.hear(hq.delta(0))
    with writing(mirror.feeds.db):
        mirror.feeds.db.conn.execute("delete from members where key = 'm3'")
        mirror.feeds.db.conn.execute("create table written (key text)")
        for when in ("insert", "update", "delete"):
            mirror.feeds.db.conn.execute(
                f"""create trigger seen_{when} after {when} on members begin
                    insert into written values ({"old" if when == "delete" else "new"}.key); end"""
            )
    mirror.feeds.reload("members", mirror.clock, NOW)
    mirror.talk(hq)
    assert rows(mirror.feeds.db, "select key from written") == [{"key": "m3"}]


def test_what_hq_founds_anew_in_the_middle_of_a_load_is_loaded_instead(mirror: Mirror) -> None:
    old, hq = filled(8), HqFeed(epoch="f2")
    for number in range(5):
        hq.put(f"n{number}", member(f"n{number}"))
    mirror.head(old)
    mirror.round(old)
    mirror.head(hq)
    mirror.talk(hq)
    assert mirror.live() == hq.live()


def test_a_delta_that_fits_is_applied_and_asks_nothing(mirror: Mirror) -> None:
    hq = filled(2)
    mirror.hear(hq.delta(0))
    hq.put("m0", None)
    mirror.hear(hq.delta(2))
    mirror.head(hq)
    assert mirror.live() == hq.live()
    assert mirror.talk(hq) == 0


def test_what_was_applied_is_there_after_a_crash(mirror: Mirror) -> None:
    hq = filled(10)
    mirror.head(hq)
    mirror.clock += REQUEST_SPREAD_S
    mirror.feeds.send(mirror.clock)
    mirror.hear(hq.page(mirror.wants[0]))
    mirror.feeds.db.conn.close()
    mirror.open()
    mirror.head(hq)
    mirror.talk(hq)
    assert mirror.live() == hq.live()


def test_a_gap_is_asked_for_after_a_short_random_wait(mirror: Mirror) -> None:
    hq = filled(5)
    mirror.hear(hq.delta(0))
    hq.put("m9", member("m9"))
    hq.put("m8", member("m8"))
    mirror.hear(hq.delta(6))
    mirror.feeds.send(mirror.clock)
    assert mirror.wants == []
    mirror.talk(hq)
    assert mirror.live() == hq.live()


def test_a_page_that_never_comes_is_asked_for_again_later_and_later(mirror: Mirror) -> None:
    mirror.head(filled(1))
    times = []
    for _ in range(4000):
        mirror.clock += 0.1
        mirror.wants.clear()
        mirror.feeds.send(mirror.clock)
        times += [mirror.clock] * len(mirror.wants)
    waits = [later - earlier for earlier, later in pairwise(times)]
    assert 4 <= len(waits) < 20
    assert waits[0] < 7 < 45 < waits[-1] < 75


def test_members_are_found_by_their_cards_after_every_change(mirror: Mirror) -> None:
    hq = filled(3)
    mirror.hear(hq.delta(0))
    hq.put("m0", member("m0", "card:new"))
    hq.put("m1", None)
    mirror.hear(hq.delta(3))
    codes = {row["code"]: row["member"] for row in rows(mirror.feeds.db, "select code, member from member_codes")}
    assert codes == {"card:new": "m0", "card:2": "m2"}


def test_a_new_epoch_is_loaded_beside_and_swapped_in_at_once(mirror: Mirror) -> None:
    mirror.hear(filled(8).delta(0))
    hq = HqFeed(epoch="f2")
    for number in range(4, 12):
        hq.put(f"m{number}", member(f"m{number}", f"fresh:{number}"))
    mirror.head(hq)
    mirror.clock += REQUEST_SPREAD_S
    mirror.feeds.send(mirror.clock)
    mirror.hear(hq.page(mirror.wants[0]))
    assert set(mirror.live()) == {f"m{number}" for number in range(8)}
    mirror.talk(hq)
    assert mirror.live() == hq.live()
    assert [row["code"] for row in rows(mirror.feeds.db, "select code from member_codes where member = 'm5'")] == [
        "fresh:5"
    ]
    assert ("feed.epoch", {"feed": "members", "from": "f1", "to": "f2"}) in mirror.said


def test_an_epoch_that_was_left_is_never_gone_back_to(mirror: Mirror) -> None:
    old = filled(3)
    mirror.hear(old.delta(0))
    hq = HqFeed(epoch="f2")
    hq.put("m0", member("m0"))
    mirror.head(hq)
    mirror.talk(hq)
    assert mirror.hear(old.delta(0)) == "rolled_back"
    mirror.head(old)
    assert mirror.talk(old) == 0
    assert mirror.live() == hq.live()


def test_a_mirror_that_went_wrong_is_found_by_its_digest_and_repaired(mirror: Mirror) -> None:
    hq = filled(9)
    mirror.hear(hq.delta(0))
    with writing(mirror.feeds.db):
        mirror.feeds.db.conn.execute("delete from members where key = 'm3'")
        mirror.feeds.db.conn.execute("update feeds set digest = '0000000000000001' where feed = 'members'")
    mirror.feeds.db.conn.close()
    mirror.open()
    mirror.head(hq)
    mirror.talk(hq)
    assert mirror.live() == hq.live()
    assert mirror.feeds.complete is False  # the chain's own feeds were not announced yet


def test_a_digest_that_hq_itself_has_wrong_is_not_chased_for_ever(mirror: Mirror) -> None:
    hq = filled(4)
    mirror.hear(hq.delta(0))
    wrong = msgspec.structs.replace(hq.head, digest="0" * 16)
    asked = 0
    for _ in range(20):
        mirror.feeds.on_head("ginza", Head(feeds={"members": wrong}), mirror.clock, NOW)
        asked += mirror.talk(hq)
    assert asked == 2  # two pages, once
    mirror.clock += REPAIR_INTERVAL_S
    mirror.feeds.on_head("ginza", Head(feeds={"members": wrong}), mirror.clock, NOW)
    assert mirror.talk(hq) == 2


def test_a_reload_goes_on_after_a_crash(mirror: Mirror) -> None:
    mirror.hear(filled(8).delta(0))
    hq = HqFeed(epoch="f2")
    for number in range(8):
        hq.put(f"n{number}", member(f"n{number}"))
    mirror.head(hq)
    mirror.clock += REQUEST_SPREAD_S
    mirror.feeds.send(mirror.clock)
    mirror.hear(hq.page(mirror.wants[0]))
    mirror.feeds.db.conn.close()
    mirror.open()
    mirror.head(hq)
    assert mirror.talk(hq) == 2
    assert mirror.live() == hq.live()


def test_what_is_shown_never_goes_back_when_a_repair_is_overtaken_by_a_delta(mirror: Mirror) -> None:
    hq = filled(3)
    mirror.hear(hq.delta(0))
    mirror.feeds.reload("members", mirror.clock, NOW)
    late = hq.page(Want(feed="members", epoch="f1", version=0))
    hq.put("m9", member("m9"))
    mirror.hear(hq.delta(3))
    mirror.hear(late)
    assert "m9" in mirror.live()
    mirror.talk(hq)
    assert mirror.live() == hq.live()
    assert not mirror.feeds.is_loading("members")


def test_a_bad_row_is_set_aside_and_told_while_the_rest_applies(mirror: Mirror) -> None:
    hq = filled(2)
    mirror.hear(hq.delta(0))
    hq.put("m0", {"member": "m0"})
    hq.put("m2", member("m2"))
    mirror.hear(hq.delta(2))
    mirror.head(hq)
    assert mirror.talk(hq) == 0
    assert mirror.live()["m0"] == member("m0", "card:0")
    assert "m2" in mirror.live()
    assert [(kind, data["key"]) for kind, data in mirror.said] == [("feed.row_set_aside", "m0")]
    hq.put("m0", member("m0", "card:good"))
    mirror.hear(hq.delta(4))
    mirror.head(hq)
    assert mirror.talk(hq) == 0
    assert mirror.live() == hq.live()
    assert rows(mirror.feeds.db, "select key from set_aside") == []


def test_a_feed_this_version_does_not_know_is_refused(mirror: Mirror) -> None:
    hq = HqFeed(feed="sqlite_master")
    mirror.head(hq)
    assert mirror.hear(hq.delta(0)) == "unknown_feed"


@pytest.mark.parametrize(
    ("feed", "key", "body", "good"),
    [
        ("stock", "04901234567894", '{"gtin":"04901234567894","on_hand":3,"as_of":"2026-11-21T00:00:00Z"}', True),
        ("stock", "04901234567895", '{"gtin":"04901234567895","on_hand":3,"as_of":"2026-11-21T00:00:00Z"}', False),
        ("stock", "04901234567894", '{"gtin":"14901234567891","on_hand":3,"as_of":"2026-11-21T00:00:00Z"}', False),
        ("stock", "04901234567894", '{"gtin":"04901234567894","on_hand":"3","as_of":"x"}', False),
        ("prices", "any", '{"what":"ever"}', True),
        ("prices", "any", "[1]", False),
        ("config", "policy", '{"brand":{"colour":"red"}}', False),
        (
            "content",
            "category/tops",
            '{"what":"category","id":"tops","name":{"ja":"トップス"},"order":1,"picture":"p"}',
            True,
        ),
    ],
)
def test_rows_are_what_their_feed_says_they_are(feed: str, key: str, body: str, good: bool) -> None:
    assert (row_fault(feed, key, body) is None) is good


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("put"), st.integers(0, 6), st.booleans()),
        st.tuples(st.just("delta"), st.integers(0, 40), st.just(False)),
        st.tuples(st.just("page"), st.integers(0, 40), st.booleans()),
        st.tuples(st.just("head"), st.just(0), st.just(False)),
        st.tuples(st.just("epoch"), st.just(0), st.just(False)),
        st.tuples(st.just("round"), st.just(0), st.booleans()),
        st.tuples(st.just("restart"), st.just(0), st.just(False)),
    ),
    max_size=40,
)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(steps=STEPS)
def test_any_order_loss_and_repetition_of_messages_ends_with_hqs_rows(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    steps: list[tuple[str, int, bool]],
) -> None:
    monkeypatch.setattr(staging, "KEYS_PER_MOVE", 2)
    folder = tmp_path_factory.mktemp("mirror")
    migrate(folder)
    mirror = Mirror(folder=folder)
    mirror.open()
    hq, epochs = HqFeed(), 1
    for what, number, flag in steps:
        match what:
            case "put":
                hq.put(f"m{number}", None if flag else member(f"m{number}", f"card:{number}:{hq.version}"))
            case "delta":
                mirror.hear(hq.delta(min(number, hq.version)))
            case "page":
                mirror.hear(
                    hq.page(Want(feed="members", epoch=hq.epoch if flag else "x", version=min(number, hq.version)))
                )
            case "head":
                mirror.head(hq)
            case "round":
                mirror.round(hq, heard=flag)
            case "restart":
                mirror.restart()
            case _:
                epochs += 1
                hq = HqFeed(epoch=f"f{epochs}", table=dict(hq.table), version=hq.version)
        here = mirror.position
        assert here.version == 0 or here.digest == _digest(mirror)
    mirror.feeds.on_new_line()  # what was asked and lost is asked again
    mirror.head(hq)
    mirror.talk(hq)
    mirror.head(hq)
    mirror.talk(hq)
    assert mirror.live() == hq.live()
    codes = {row["code"] for row in rows(mirror.feeds.db, "select code from member_codes")}
    assert codes == {code for body in hq.live().values() for code in body["codes"]}
    mirror.feeds.db.conn.close()


def _digest(mirror: Mirror) -> int:
    mark = 0
    for row in rows(mirror.feeds.db, "select key, version from members where body is not null"):
        mark = digest.add_row(mark, row["key"], row["version"])
    return mark


@pytest.mark.parametrize("way", ["delta", "reload"])
@pytest.mark.parametrize("giver_changes_again", [False, True])
def test_a_card_that_goes_from_one_member_to_another_is_the_second_ones(
    mirror: Mirror, way: str, giver_changes_again: bool
) -> None:
    """The receiver's row may be written before the giver's: of that only the last version is sent, and a reload goes by key."""
    hq = HqFeed()
    hq.put("m2", member("m2", "card:a"))
    hq.put("m9", member("m9", "card:x"))
    mirror.head(hq)
    mirror.talk(hq)
    since = hq.version
    hq.put("m9", member("m9"))
    hq.put("m2", member("m2", "card:a", "card:x", "card:x"))
    if giver_changes_again:
        hq.put("m9", member("m9", "card:z"))
    if way == "delta":
        mirror.hear(hq.delta(since))
    else:
        hq.epoch = "f2"
        mirror.feeds.on_new_line()
        mirror.head(hq)
        mirror.talk(hq)
    assert mirror.live() == hq.live()
    cards = dict(mirror.feeds.db.conn.execute("select code, member from member_codes").fetchall())
    assert cards == {"card:a": "m2", "card:x": "m2"} | ({"card:z": "m9"} if giver_changes_again else {})
