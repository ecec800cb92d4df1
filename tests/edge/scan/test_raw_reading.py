"""Of a code that is answered the card keeps what it was, and not the code."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from edge import registry, scan_processor
from edge.codes.code_rules import CheckScheme, CodeRules, IssuerRule
from edge.config.policy import Policy
from edge.features.check_in import CheckedIn
from edge.features.outcome import NotUnderstood
from edge.features.pickup.arrival import OrderOpened
from edge.features.product import ProductShown, SecondRow
from edge.features.product_label import ProductLabel
from edge.platform.clock import Now, now
from edge.platform.database import cursor, rows, writing
from edge.platform.process import ProcessLife
from edge.registry import decode_outcome
from edge.retention import sweep
from edge.retention.log_retention import LogRetention
from edge.scan import raw_reading
from edge.scan.log import Reading, append_reading
from edge.store_context import StoreContext
from tests.edge import floor as builder
from tests.edge.floor import GTIN, SECRET, last, member, order, product, scan, send
from tests.support.kept_config import keep
from tests.support.keyed_databases import bytes_of

CARD = "2000000000008"
PICKUP = f"noren:p:o-1:{SECRET}"
ISBN, SECOND_ROW = "9784101010014", "1920193010008"
JUNK = "MyCardNumberIs1234567"
RULES = CodeRules(
    issuers=(IssuerRule(issuer="app", prefix="2000", lengths=(13,), check=CheckScheme.LUHN, over_products=True),)
)


@pytest.fixture(autouse=True)
def _shop(floor: StoreContext) -> None:
    keep(floor.db, Policy(codes=RULES))
    send(floor, "catalog", GTIN, product())
    send(floor, "members", "m-1", member())
    send(floor, "orders", "o-1", order())


def typed(floor: StoreContext, data: str, station: str = "k1") -> int:
    """A page's reading, written down and answered."""
    with writing(floor.db):
        seq = append_reading(floor.db, "page_scans", station, "page", Reading(data=data.encode()), now())
    scan_processor.answer_waiting_scans(floor, registry.decide_outcome, lambda _answered: None, ProcessLife())
    return seq


def bridge(floor: StoreContext, moment: Now | None = None) -> None:
    """A round of what the bridge throws away."""
    LogRetention(floor.db, {"scans": "desk:scans"}).run_if_due(moment or now(), 0.0, ProcessLife())


def raw(floor: StoreContext, log: str = "scans") -> list[bytes]:
    return [row["data"] for row in rows(floor.db, f"select data from {log} order by seq")]


def later(**passed: float) -> Now:
    moment, after = now(), timedelta(**passed)
    return replace(moment, time=moment.time + after, uptime_ms=moment.uptime_ms + after // timedelta(milliseconds=1))


def on_the_card(floor: StoreContext) -> bytes:
    """Every byte of the file in the clear, what was let go among them; the log is written into it first."""
    floor.db.conn.execute("pragma wal_checkpoint(truncate)")
    return bytes_of(Path(floor.config.store.data, "store.db"))


def test_a_pages_code_is_gone_with_its_answer(floor: StoreContext) -> None:
    typed(floor, CARD)
    assert isinstance(decode_outcome(last(floor)), CheckedIn)
    typed(floor, PICKUP, station="c1")
    assert isinstance(decode_outcome(last(floor)), OrderOpened)
    assert raw(floor, "page_scans") == [b"", b""]
    assert rows(floor.db, "select code, last, part from outcomes order by seq") == [
        {"code": "MemberCode", "last": "0008", "part": None},
        {"code": "PickupCode", "last": "o-1", "part": None},
    ]
    for text in (CARD, SECRET):
        assert text not in str([list(floor.db.table(name).rows) for name in floor.db.table_names()])


def test_a_scanners_code_is_gone_with_the_bridges_next_round_and_one_that_waits_stays(floor: StoreContext) -> None:
    scan(floor, "k1", CARD)
    scan(floor, "c1", PICKUP)
    with writing(floor.db):
        append_reading(floor.db, "scans", "k1", "scanner", Reading(data=b"waits"), now())
    assert raw(floor) == [CARD.encode(), PICKUP.encode(), b"waits"]
    bridge(floor)
    assert raw(floor) == [b"", b"", b"waits"]
    scan_processor.answer_waiting_scans(floor, registry.decide_outcome, lambda _answered: None, ProcessLife())
    assert rows(floor.db, "select scan, count(*) as n from outcomes group by scan having n > 1") == []
    assert cursor(floor.db, "desk:scans") == 3


@pytest.mark.parametrize("log", ["scans", "page_scans"])
def test_what_nobody_understood_stays_an_hour_of_uptime(floor: StoreContext, log: str) -> None:
    if log == "scans":
        scan(floor, "k1", JUNK)
    else:
        typed(floor, JUNK)
    assert isinstance(decode_outcome(last(floor)), NotUnderstood)
    broom = sweep.RetentionSweep(floor)

    def a_round(moment: Now) -> None:
        broom.run_if_due(moment, 0.0, ProcessLife()) if log == "page_scans" else bridge(floor, moment)

    a_round(later(minutes=59))
    assert raw(floor, log) == [JUNK.encode()]
    a_round(replace(now(), time=now().time + timedelta(days=100)))  # a clock that is set
    assert raw(floor, log) == [JUNK.encode()]
    a_round(later(minutes=61))
    assert raw(floor, log) == [b""]
    assert rows(floor.db, "select code, last from outcomes") == [{"code": "Unknown", "last": "4567"}]


def test_what_nobody_understood_before_the_power_went_goes_with_the_next_start(floor: StoreContext) -> None:
    scan(floor, "k1", JUNK)
    bridge(floor, replace(now(), boot="another boot"))
    assert raw(floor) == [b""]


def test_nothing_of_it_is_left_in_the_file(floor: StoreContext) -> None:
    scan(floor, "k1", CARD)
    typed(floor, PICKUP, station="c1")
    assert CARD.encode() in on_the_card(floor)
    bridge(floor)
    found = on_the_card(floor)
    assert CARD.encode() not in found
    assert SECRET.encode() not in found


def test_a_long_past_is_made_shorter_a_page_at_a_time(floor: StoreContext, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raw_reading, "ROWS_PER_TRANSACTION", 2)
    for _ in range(5):
        scan(floor, "k1", CARD)
    assert raw_reading.delete_due_reading_bytes(floor.db, "scans", 4, now(), ProcessLife()) == 4
    assert [bool(data) for data in raw(floor)] == [False] * 4 + [True]


def test_a_book_typed_into_a_page_still_finds_its_second_row(floor: StoreContext) -> None:
    send(floor, "catalog", f"0{ISBN}", product(f"0{ISBN}"))
    typed(floor, ISBN)
    typed(floor, SECOND_ROW)
    whole = ProductLabel(price=1000, price_includes_tax=False, c_code="0193")
    assert decode_outcome(last(floor)) == ProductShown(gtin=f"0{ISBN}", label=whole)
    assert raw(floor, "page_scans") == [b"", b""]


def test_goods_between_a_book_and_a_row_part_the_two(floor: StoreContext) -> None:
    for code in (ISBN, GTIN[1:]):
        typed(floor, code)
    assert decode_outcome(last(floor)) == ProductShown(gtin=GTIN)
    typed(floor, SECOND_ROW)
    assert decode_outcome(last(floor)) == SecondRow()


def test_the_same_code_has_the_same_hmac_and_no_other_box_has_it(tmp_path: Path) -> None:
    found = []
    for name in ("one", "other"):
        with builder.shop(tmp_path / name) as floor:
            keep(floor.db, Policy(codes=RULES))
            for code in (CARD, CARD, GTIN[1:]):
                scan(floor, "k1", code)
            found += [row["mac"] for row in rows(floor.db, "select mac from outcomes order by seq")]
    assert found[0] == found[1]
    assert found[3] == found[4]
    assert len(set(found)) == 4
