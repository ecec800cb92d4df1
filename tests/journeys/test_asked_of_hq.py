"""What HQ knows better than the store's snapshot reaches the screen while the shopper looks; without HQ nothing waits."""

import base64
import re
import secrets
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as NotSeen

from edge.codes.issued import totp
from edge.codes.issued.member_token import TokenClaims, mint_token
from edge.demo.stack import DemoStack
from edge.features.member import Member
from edge.features.stock import StockRow
from edge.platform.database import writing
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.feeds import feed
from sync.hq.queries.stranger_limit import BURST_SIZE, REFILL_INTERVAL_S
from sync.hq.sample.keys import SAMPLE_ISSUER, SAMPLE_KEY_ID, issuer_key
from sync.hq.sample.members import GROUP_ISSUER, sample_people
from tests.processes import town as towns
from tests.processes.chromium import chromium, patient, ready
from tests.support.card_numbers import gsrn

LOOK = 3_000  # ms a page is watched before it is opened anew: HQ's word is worth nothing after 0.8 s, on any machine


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStack]:
    """One town for all: building it takes longer than what is asked of it."""
    with towns.a_town(tmp_path_factory.mktemp("town")) as one:
        yield one


@pytest.fixture(scope="module")
def kiosk(town: DemoStack) -> Iterator[Page]:
    with chromium() as browser:
        page = patient(browser, viewport={"width": 1080, "height": 1920}).new_page()
        page.goto(town.url("/kiosk/k1"))
        ready(page)
        yield page


def sees(page: Page, selector: str, words: str) -> bool:
    """Whether the words come into a part of the page while it is watched."""
    found = page.locator(selector, has_text=words).first
    try:
        found.wait_for(timeout=LOOK)
    except NotSeen:
        return False
    return True


def at_home(page: Page) -> None:
    """End the session that is on the screen."""
    if not page.locator(".stage.home").count():
        # by script: a screen that was left alone for long has a warning over it, which takes the touch
        page.evaluate("document.querySelector('.bar [data-end]')?.click()")
    page.locator(".stage.home").wait_for()


def sold_out_elsewhere(town: DemoStack, gtin: str) -> None:
    """Every other store sells its last one, and HQ has not sent that to the stores nearby yet."""
    with open_headquarters(town.hq) as db, writing(db):
        for store in ("kichijoji", "yokohama"):
            row = StockRow(gtin=gtin, on_hand=0, as_of=datetime.now(UTC))
            feed.put_rows(db, "stock", store, [(gtin, msgspec.json.encode(row).decode())])


def in_stock_nearby(town: DemoStack) -> str:
    """A product that the snapshot has as in stock in a store around."""
    found = towns.look(
        town.data / "hq.db",
        """select n.key from neighbours n, json_each(n.body, '$.stores') where json_extract(value, '$.on_hand') > 9
           and n.key in (select key from catalog where not coalesce(json_extract(body, '$.online_only'), false)) limit 1""",
    )
    return str(found[0][0])


def test_a_shopper_sees_the_snapshot_at_once_and_then_what_hq_says(town: DemoStack, kiosk: Page) -> None:
    gtin = in_stock_nearby(town)
    sold_out_elsewhere(town, gtin)

    def heard() -> bool:
        # a tile leads to the product: tapped, not scanned, so that no other test's screen is in the way
        kiosk.evaluate("gtin => { document.querySelector('.tile').dataset.go = `/kiosk/k1/product/${gtin}` }", gtin)
        kiosk.locator(".tile").first.click()
        kiosk.locator(".stage.product").wait_for()
        told = sees(kiosk, ".nearby[data-told]", "たった")
        words = kiosk.locator(".near").inner_text()
        if not told:
            assert "在庫" in words.replace("\n", "")
            at_home(kiosk)
        return told

    towns.eventually(heard, "HQ's word comes into the page")
    near = kiosk.locator(".near li .stock").all()
    assert near
    assert all("none" in (one.get_attribute("class") or "") for one in near)


def test_a_member_of_another_store_is_checked_in_once_and_greeted_by_name(town: DemoStack, kiosk: Page) -> None:
    stranger = next(one for one in sample_people() if "ginza" not in one.stores and one.app)
    name = f"{stranger.nickname[0]}＊＊"

    def greeted() -> bool:
        assert stranger.app
        towns.scan(town, "k1", stranger.app)
        kiosk.locator(".stage.member").wait_for()
        return sees(kiosk, ".hello", name)

    towns.eventually(greeted, "the greeting has a name")
    towns.eventually(lambda: towns.kept(town) == towns.made(town), "HQ holds every fact")
    assert [kind for _, _, kind in towns.kept(town)].count("noren.visit.checked_in") == 1
    ours = towns.look(town.data / "hq.db", "select key from members where body like ?", (f"%{stranger.app}%",))
    assert len(ours) == 1


PHONE = Member(
    member="chain-7",
    nickname="ミズノ",
    stage="gold",
    codes=[f"{GROUP_ISSUER}:{gsrn(7_777_777)}"],
    wallet_secret="JBSWY3DPEHPK3PXP",
)


def signed() -> str:
    """The rotating code of the chain's app, made now."""
    made = int(time.time())
    claims = TokenClaims(iss=SAMPLE_ISSUER, sub=PHONE.member, iat=made, exp=made + 60, jti=secrets.token_hex(8))
    return mint_token(issuer_key(), claims, kid=SAMPLE_KEY_ID)


def pass_now() -> str:
    """The wallet pass as its phone shows it now."""
    secret = base64.b32decode(PHONE.wallet_secret or "")
    number = PHONE.codes[0].partition(":")[2]
    return f"https://id.gs1.org/8018/{number}/8019/{totp.one_time_password(secret, int(time.time()) // totp.TOTP_PERIOD_S)}"


@pytest.mark.parametrize("shows", [signed, pass_now], ids=["a signed code", "a wallet pass"])
def test_who_shows_a_phone_is_greeted_by_name_where_only_another_store_knows_them(
    town: DemoStack, kiosk: Page, shows: Callable[[], str]
) -> None:
    """HQ holds them to what the phone shows; the store has neither the member nor the secret before."""
    with open_headquarters(town.hq) as db, writing(db):
        feed.put_rows(db, "members", "ginza", [(PHONE.member, None)])
        feed.put_rows(db, "members", "yokohama", [(PHONE.member, msgspec.json.encode(PHONE).decode())])
    ours = "select key from members where body like '%ミズノ%'"
    towns.eventually(lambda: not towns.look(town.data / "hq.db", ours), "the store knows nobody of that name")

    def greeted() -> bool:
        before = towns.outcomes(town)[-1][0]
        towns.scan(town, "k1", shows())
        towns.eventually(lambda: towns.outcomes(town)[-1][0] > before, "the scan is answered")
        return sees(kiosk, ".hello", "ミ＊＊")

    at_home(kiosk)  # who was greeted before by this name may still stand there
    towns.eventually(greeted, "the greeting has a name")
    assert len(towns.look(town.data / "hq.db", ours)) == 1
    shown = towns.look(town.hq / "hq-store.db", "select name from shown_codes")
    assert {name.partition(":")[0] for (name,) in shown} & {"jti", "totp"}
    if shows is signed:
        at_hq = towns.look(town.hq / "hq-store.db", "select key from rows where feed = 'members' and scope = 'ginza'")
        assert (PHONE.member,) in [tuple(row) for row in at_hq]


def test_of_eight_strangers_in_a_second_hq_names_a_few_and_sends_no_other(town: DemoStack) -> None:
    """Somebody with a list of cards before the kiosk."""
    cards = [one.app for one in sample_people() if "ginza" not in one.stores and one.app][1:9]
    before, begun = towns.outcomes(town)[-1][0], time.monotonic()
    for one in cards:
        towns.scan(town, "k1", one)
        seq = towns.eventually(
            lambda card=one: next((row[0] for row in towns.outcomes(town) if row[0] > before and card in row[5]), None),
            "the scan is answered",
        )
        fetch(town, f"/kiosk/k1/outcome/{seq}/met")
    most = BURST_SIZE + (time.monotonic() - begun) / REFILL_INTERVAL_S + 1
    towns.eventually(lambda: towns.kept(town) == towns.made(town), "HQ holds every fact")
    sql = "select count(*) from rows where feed = 'members' and scope = 'ginza' and body like ?"
    sent = [towns.look(town.hq / "hq-store.db", sql, (f"%{card}%",))[0][0] for card in cards]
    asked = towns.look(
        town.hq / "hq-store.db", "select count(*) from meetings where asked is not null and store = 'ginza'"
    )
    assert sum(sent) <= asked[0][0]
    print(f"8 cards in {time.monotonic() - begun:.1f} s: {sum(sent)} sent to the store, {most:.1f} at most")
    assert sum(sent) <= most


def fetch(town: DemoStack, path: str) -> tuple[int, str]:
    with urllib.request.urlopen(town.url(path), timeout=towns.WITHIN) as reply:
        return reply.status, reply.read().decode()


def test_with_hq_away_the_snapshot_stays_with_its_own_time_and_nobody_is_asked(town: DemoStack) -> None:
    gtin = in_stock_nearby(town)
    town.children["hq"].kill()
    towns.eventually(lambda: towns.line_is(town, "down"), "the store knows that HQ is away")
    asked = towns.look(town.data / "store.db", "select count(*) from questions")
    status, page = fetch(town, f"/kiosk/k1/product/{gtin}?lang=en")
    assert re.search(r"as of <?.*\d\d:\d\d", page[page.index("nearby") :])
    assert (status, fetch(town, f"/kiosk/k1/product/{gtin}/near")) == (200, (204, ""))
    assert towns.look(town.data / "store.db", "select count(*) from questions") == asked
    town.children["hq"].start()
