"""What HQ knows better comes into a page that is already there; with HQ away nothing waits and nothing changes."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask.testing import FlaskClient

from edge.codes.code_rules import CodeRules, IssuerRule, TokenKey
from edge.codes.issued import member_token
from edge.features.member import Member
from edge.features.outcome import last_seq
from edge.platform.clock import now
from edge.platform.database import open_hq, rows
from edge.replica import hq_query
from edge.replica.hq_link import LinkReason
from edge.replica.hq_query import Question
from sync.transport.link_status import LinkStatus
from tests.ui.hq_voice import hq_says
from tests.ui.shop_floor import PIN, POLICY, SHIRT_M, Floor

KIOSK = "/kiosk/kiosk-1"
NEAR = f"{KIOSK}/product/{SHIRT_M}/near"
STRANGER = "M77777777"


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """HQ's answer is worth waiting for on a slow machine too."""
    with monkeypatch.context() as patch:
        patch.setattr(hq_query, "ANSWER_TIMEOUT_MS", 60_000)
        yield


def plain(html: str) -> str:
    html = re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>", "", html)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def stock_of(*told: tuple[str, int]) -> str:
    return msgspec.json.encode([{"store": store, "on_hand": count} for store, count in told]).decode()


def test_the_snapshot_is_there_at_once_and_says_as_of_when(client: FlaskClient) -> None:
    page = client.get(f"{KIOSK}/product/{SHIRT_M}?lang=en").text
    assert f'data-ask="{NEAR}"' in page
    near = plain(page[page.index("nearby") :])
    assert "as of now" not in near
    assert re.search(r"as of \d\d:\d\d Yurakucho 7 min walk In stock Marunouchi 12 min walk Few left", near)


@pytest.mark.usefixtures("patient")
def test_hqs_word_takes_the_snapshots_place(client: FlaskClient, floor: Floor) -> None:
    asked: list[Question] = []

    def says(it: Question) -> str:
        asked.append(it)
        return stock_of(("marunouchi", 12), ("yurakucho", 0), ("sapporo", 99))

    with hq_says(floor, says):
        told = client.get(f"{NEAR}?lang=ja")
    assert "data-told" in told.text
    assert "Noren-Page" in told.headers
    words = plain(told.text).replace(" ", "")
    assert words == "近くの店舗Mたった今の在庫有楽町店徒歩7分在庫なし丸の内店徒歩12分在庫あり"
    assert [(one.question, one.args) for one in asked] == [("stock", f'{{"gtin":"{SHIRT_M}"}}')]


@pytest.mark.usefixtures("patient")
def test_where_no_other_store_keeps_it_nothing_of_the_snapshot_stays(client: FlaskClient, floor: Floor) -> None:
    with hq_says(floor, lambda _: "[]"):
        told = client.get(NEAR)
    assert (told.status_code, plain(told.text)) == (200, "")
    assert "hidden" in told.text


def test_with_the_line_down_nobody_is_asked(client: FlaskClient, floor: Floor) -> None:
    LinkStatus(floor.db).note_disconnected(LinkReason.LOST, "cut", now())
    assert client.get(NEAR).status_code == 204
    assert rows(floor.db, "select * from questions") == []


def test_a_silent_hq_is_waited_for_no_longer_than_its_word_is_worth(client: FlaskClient, floor: Floor) -> None:
    with hq_says(floor, lambda _: None):
        before = now().uptime_ms
        assert client.get(NEAR).status_code == 204
        assert now().uptime_ms - before >= hq_query.ANSWER_TIMEOUT_MS - 25
    assert len(rows(floor.db, "select * from questions")) == 1


def test_a_product_that_is_not_in_the_catalogue_is_not_asked_about(client: FlaskClient) -> None:
    assert client.get(f"{KIOSK}/product/00000000000000/near").status_code == 404


@pytest.mark.usefixtures("patient")
def test_a_clerk_reads_hqs_numbers(client: FlaskClient, floor: Floor) -> None:
    path = f"/staff/counter-1/goods/{SHIRT_M}/near?lang=en"
    assert client.get(path).status_code == 303
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    page = client.get(f"/staff/counter-1/goods/{SHIRT_M}?lang=en").text
    assert f'data-ask="{path}"' in page
    with hq_says(floor, lambda _: stock_of(("yurakucho", 41))):
        told = plain(client.get(path).text)
    assert told == "Stores nearby (M) as of now Yurakucho 7 min walk 41 items"


def introduce(floor: Floor) -> str:
    """HQ lets the store know a member: the row by its feed, and its word for who asked."""
    known = Member(member="m-77", nickname="ハナダ", stage="gold", codes=[f"own:{STRANGER}"], coupons=1)
    row = msgspec.json.encode(known).decode()
    floor.feed("members", "m-77", known)
    return f"[{row}]"


def facts(floor: Floor, kind: str) -> int:
    return len(rows(floor.db, "select 1 from journal where type = ?", (f"noren.{kind}",)))


@pytest.mark.usefixtures("patient")
def test_a_stranger_is_checked_in_at_once_and_greeted_by_name_when_hq_knows_them(
    client: FlaskClient, floor: Floor
) -> None:
    seq = floor.scan(STRANGER)
    page = client.get(f"{KIOSK}/outcome/{seq}?lang=en").text
    met = f"{KIOSK}/outcome/{seq}/met"
    assert f'data-ask="{met}"' in page
    assert "Thank you for coming today" in page
    assert STRANGER not in page
    row = introduce(floor)
    floor.hq.conn.execute("update members set body = null where key = 'm-77'")  # its feed is behind its answer
    with hq_says(floor, lambda it: row if it.question == "member" else None, then=lambda: _comes_down(floor, row)):
        told = client.get(f"{met}?lang=en").text
    assert "data-told" in told
    assert "Welcome, ハ＊＊" in told
    assert "1 coupon" in told
    assert (facts(floor, "visit.checked_in"), last_seq(floor.db)) == (1, seq)
    floor.scan(STRANGER, "kiosk-2")
    assert (facts(floor, "visit.checked_in"), facts(floor, "visit.repeated")) == (1, 1)


def _comes_down(floor: Floor, row: str) -> None:
    """Sync writes the member's row while the answer is already known, and has been for a while."""
    time.sleep(4 * hq_query.POLL_INTERVAL)
    other = open_hq(Path(floor.config.store.data))
    other.conn.execute("update members set body = ? where key = 'm-77'", (row[1:-1],))
    other.close()


@pytest.mark.usefixtures("patient")
def test_a_card_hq_does_not_know_either_changes_nothing(client: FlaskClient, floor: Floor) -> None:
    seq = floor.scan(STRANGER)
    with hq_says(floor, lambda _: "[]"):
        assert client.get(f"{KIOSK}/outcome/{seq}/met").status_code == 204


def test_nobody_is_asked_about_a_member_who_is_known_or_a_screen_that_was_left(
    client: FlaskClient, floor: Floor
) -> None:
    known = floor.scan("M12345678")
    assert "data-ask" not in client.get(f"{KIOSK}/outcome/{known}").text
    left = floor.scan(STRANGER)
    client.post(f"{KIOSK}/end")
    with hq_says(floor, lambda _: "[]"):
        for seq in (known, left, left + 1):
            assert client.get(f"{KIOSK}/outcome/{seq}/met").status_code == 204
    assert rows(floor.db, "select * from questions") == []


def test_a_member_who_became_known_may_say_that_they_are_coming(client: FlaskClient, floor: Floor) -> None:
    seq = floor.scan(STRANGER)
    introduce(floor)
    floor.order("4821", member="m-77")
    assert "4821" in client.get(f"{KIOSK}/outcome/{seq}").text
    assert client.post(f"{KIOSK}/on-my-way/{seq}/o-4821").status_code == 200
    assert client.post(f"{KIOSK}/on-my-way/{seq}/o-4777").status_code == 404


@pytest.mark.usefixtures("patient")
def test_a_clerk_too_learns_who_a_stranger_is(client: FlaskClient, floor: Floor) -> None:
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    seq = floor.scan(STRANGER, "counter-1")
    page = f"/staff/counter-1/visitor/{seq}"
    assert f'data-ask="{page}/met"' in client.get(page).text
    with hq_says(floor, lambda _: "[]"):
        assert client.get(f"{page}/met").status_code == 204
    row = introduce(floor)
    assert "data-ask" not in client.get(page).text
    with hq_says(floor, lambda _: row):
        assert "ハ＊＊" in client.get(page).text
        assert "ハ＊＊" in client.get(f"{page}/met").text  # HQ may have been quicker than the page


KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PASS = "459900000000000007"


@pytest.fixture
def phones(floor: Floor) -> None:
    """A chain whose members show signed codes and wallet passes."""
    issuers = (*POLICY.codes.issuers, IssuerRule(issuer="group", prefix="4599", key="gsrn"))
    keys = {"key-1": TokenKey(issuer="app", public=member_token.public_key_text(KEY))}
    floor.policy(msgspec.structs.replace(POLICY, codes=CodeRules(issuers=issuers, keys=keys)))


def signed(member: str) -> str:
    made = int(now().time.timestamp())
    return member_token.mint_token(
        KEY, member_token.TokenClaims(iss="app", sub=member, iat=made, exp=made + 60, jti="j1"), kid="key-1"
    )


@pytest.mark.usefixtures("patient", "phones")
@pytest.mark.parametrize("kind", ["code", "pass"])
@pytest.mark.parametrize("station", ["kiosk-1", "counter-1"])
def test_hq_hears_what_a_phone_showed_and_the_page_has_the_name(
    client: FlaskClient, floor: Floor, kind: str, station: str
) -> None:
    client.post("/staff/counter-1/login", data={"staff": "s-1", "pin": PIN})
    heard: list[dict[str, str]] = []
    known = Member(member="m-77", nickname="ハナダ", stage="gold", codes=[f"group:{PASS}"])
    least = msgspec.json.encode([msgspec.structs.replace(known, codes=[])]).decode()
    code = signed("m-77") if kind == "code" else f"]C18018{PASS}\x1d8019123456"

    def says(it: Question) -> str:
        heard.append(msgspec.json.decode(it.args))
        hq = open_hq(Path(floor.config.store.data))  # in the thread that plays sync
        Floor(config=floor.config, box=floor.box, db=floor.db, hq=hq).feed("members", "m-77", known)
        hq.close()
        return least

    with hq_says(floor, says):
        seq = floor.scan(code, station)
        at = f"{KIOSK}/outcome/{seq}" if station == "kiosk-1" else f"/staff/counter-1/visitor/{seq}"
        told = client.get(f"{at}/met?lang=en")
    assert "ハ＊＊" in told.text
    assert heard == [{"token": code} if kind == "code" else {"card": f"group:{PASS}", "totp": "123456"}]
    assert "ハ＊＊" in client.get(f"{at}?lang=en").text
    assert facts(floor, "member.identified") == 1


@pytest.mark.usefixtures("phones")
@pytest.mark.parametrize("says", ["[]", None])
def test_where_hq_says_nothing_the_check_in_stays_and_has_no_name(
    client: FlaskClient, floor: Floor, says: str | None
) -> None:
    with hq_says(floor, lambda _: says):
        seq = floor.scan(signed("m-77"))
        page = client.get(f"{KIOSK}/outcome/{seq}?lang=en").text
        assert f'data-ask="{KIOSK}/outcome/{seq}/met"' in page
        assert "m-77" not in page
        assert client.get(f"{KIOSK}/outcome/{seq}/met").status_code == 204
    assert facts(floor, "visit.checked_in") == 1
    assert client.get(f"{KIOSK}/outcome/{seq}/met").status_code == 204  # and it is not asked again
    assert len(rows(floor.db, "select * from questions")) == 1
