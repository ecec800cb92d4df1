"""Bounds on a station's codes: no scanner meets them, a flood meets them at once."""

import json
import random
from pathlib import Path

from flask.testing import FlaskClient

from edge.platform.database import rows
from tests.processes.attacked_shop import size
from tests.ui.shop_floor import SHIRT_M, Floor, ean13
from ui.process_state.scan_rate import BURST_CODES, CODES_PER_SECOND, MINUTE_S, UNKNOWN_PER_MINUTE, ScanRateLimiter
from ui.wedge.keyboard_wedge import wedge_counters

SCAN = "/kiosk/kiosk-1/scan"


def test_a_scanner_at_full_speed_is_never_refused() -> None:
    pace = ScanRateLimiter()
    assert all(pace.may_send("k1", at / CODES_PER_SECOND) for at in range(10_000))


def test_a_flood_is_held_to_the_rate_and_the_next_station_does_not_feel_it() -> None:
    pace = ScanRateLimiter()
    taken = sum(pace.may_send("k1", at / 1000) for at in range(60_000))  # a thousand a second for a minute
    assert taken <= BURST_CODES + 60 * CODES_PER_SECOND + 1
    assert pace.may_send("k2", 60.0)


def test_after_a_flood_a_scan_is_taken_again_at_once() -> None:
    pace = ScanRateLimiter()
    while pace.may_send("k1", 1.0):
        pass
    assert pace.may_send("k1", 1.0 + 1 / CODES_PER_SECOND)


def test_junk_is_kept_as_often_as_a_damaged_label_is_tried() -> None:
    pace = ScanRateLimiter()
    assert [pace.may_keep_junk("k1", 5.0) for _ in range(UNKNOWN_PER_MINUTE + 1)] == [True] * UNKNOWN_PER_MINUTE + [
        False
    ]
    assert not pace.may_keep_junk("k1", 5.0 + MINUTE_S - 1)
    assert pace.may_keep_junk("k1", 5.0 + MINUTE_S)


def test_a_flood_is_one_word_a_minute_and_none_is_forgotten() -> None:
    pace = ScanRateLimiter()
    told = [pace.refused("k1", at / 100) for at in range(12_001)]  # two minutes of a hundred a second
    assert [count for count in told if count] == [1, 6000, 6000]


def junk(client: FlaskClient, dice: random.Random) -> int:
    return client.post(SCAN, json={"code": f"junk-{dice.getrandbits(60)}"}).status_code


def test_junk_beyond_its_measure_leaves_no_row_and_goods_are_scanned_on(client: FlaskClient, floor: Floor) -> None:
    dice = random.Random(8)
    found = [junk(client, dice) for _ in range(UNKNOWN_PER_MINUTE + 10)]
    assert found == [202] * UNKNOWN_PER_MINUTE + [422] * 10
    assert client.post(SCAN, json={"code": ean13(SHIRT_M)}).status_code == 202
    assert len(rows(floor.db, "select 1 from page_scans")) == UNKNOWN_PER_MINUTE + 1
    standing = wedge_counters(floor.db)["kiosk-1"]
    assert (standing.why, standing.trouble) == ("flood", "")
    assert "last refused: more codes than a scanner reads" in client.get("/status?lang=en").get_data(as_text=True)


def test_a_flood_of_real_codes_is_refused_in_time_and_told(client: FlaskClient, floor: Floor) -> None:
    found = [client.post(SCAN, json={"code": ean13(SHIRT_M)}).status_code for _ in range(BURST_CODES * 3)]
    assert set(found) == {202, 429}
    assert len(rows(floor.db, "select 1 from page_scans")) == found.count(202)
    assert client.post("/kiosk/kiosk-1/scan/broken", json={"why": "cut"}).status_code in (204, 429)


def test_what_is_longer_than_any_code_is_refused_and_written_nowhere(client: FlaskClient, floor: Floor) -> None:
    whole = client.post(SCAN, json={"code": "]Q1" + "9" * 4096})
    longer = client.post(SCAN, json={"code": "9" * 4097})
    assert (whole.status_code, longer.status_code) == (202, 413)
    assert len(rows(floor.db, "select 1 from page_scans")) == 1


def test_eight_kilobytes_again_and_again_do_not_fill_the_card(client: FlaskClient, floor: Floor) -> None:
    folder, dice = Path(floor.config.store.data), random.Random(5)
    before = size(folder)
    for _ in range(300):
        code = "".join(dice.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=8000))
        assert client.post(SCAN, data=json.dumps({"code": code})).status_code in (413, 429)
    assert size(folder) - before < 100_000  # a line of the flood, and no code: 300 of them are 2.4 MB
