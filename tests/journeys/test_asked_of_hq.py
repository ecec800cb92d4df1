"""What HQ knows better than the store's snapshot reaches the screen while the shopper looks; without HQ nothing waits."""

import re
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec
import pytest
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as NotSeen

from edge.clock import utc_text
from edge.demo.town import Town
from edge.stock import StockRow
from edge.store import writing
from sync.hq import feed
from sync.hq.founding import opened
from sync.hq.sample.members import people
from tests import town as towns
from tests.browse import chromium

LOOK = 3_000  # ms a page is watched before it is opened anew: HQ's word is worth nothing after 0.8 s, on any machine


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """One town for all: building it takes longer than what is asked of it."""
    with towns.a_town(tmp_path_factory.mktemp("town")) as one:
        yield one


@pytest.fixture(scope="module")
def kiosk(town: Town) -> Iterator[Page]:
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1080, "height": 1920})
        page.goto(town.url("/kiosk/k1"))
        page.wait_for_function("document.documentElement.dataset.ready")
        yield page


def sees(page: Page, selector: str, words: str) -> bool:
    """Whether the words come into a part of the page while it is watched."""
    found = page.locator(selector, has_text=words).first
    try:
        found.wait_for(timeout=LOOK)
    except NotSeen:
        return False
    return True


def sold_out_elsewhere(town: Town, gtin: str) -> None:
    """Every other store sells its last one, and HQ has not told the stores around yet."""
    with opened(town.hq) as db, writing(db):
        for store in ("kichijoji", "yokohama"):
            row = StockRow(gtin=gtin, on_hand=0, as_of=utc_text(datetime.now(UTC)))
            feed.put(db, "stock", store, [(gtin, msgspec.json.encode(row).decode())])


def in_stock_nearby(town: Town) -> str:
    """A product that the snapshot has as in stock in a store around."""
    found = towns.look(
        town.data / "hq.db",
        """select n.key from neighbours n, json_each(n.body, '$.stores') where json_extract(value, '$.on_hand') > 9
           and n.key in (select key from catalog where not coalesce(json_extract(body, '$.online_only'), false)) limit 1""",
    )
    return str(found[0][0])


def test_a_shopper_sees_the_snapshot_at_once_and_then_what_hq_says(town: Town, kiosk: Page) -> None:
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
            kiosk.locator(".bar [data-end]").click()
            kiosk.locator(".stage.home").wait_for()
        return told

    towns.eventually(heard, "HQ's word comes into the page")
    near = kiosk.locator(".near li .stock").all()
    assert near
    assert all("none" in (one.get_attribute("class") or "") for one in near)


def test_a_member_of_another_store_is_checked_in_once_and_greeted_by_name(town: Town, kiosk: Page) -> None:
    stranger = next(one for one in people() if "ginza" not in one.stores and one.app)
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


def fetch(town: Town, path: str) -> tuple[int, str]:
    with urllib.request.urlopen(town.url(path), timeout=towns.WITHIN) as reply:
        return reply.status, reply.read().decode()


def test_with_hq_away_the_snapshot_stays_with_its_own_time_and_nobody_is_asked(town: Town) -> None:
    gtin = in_stock_nearby(town)
    town.children["hq"].kill()
    towns.eventually(lambda: towns.line_is(town, "down"), "the store knows that HQ is away")
    asked = towns.look(town.data / "store.db", "select count(*) from questions")
    status, page = fetch(town, f"/kiosk/k1/product/{gtin}?lang=en")
    assert re.search(r"as of <?.*\d\d:\d\d", page[page.index("nearby") :])
    assert (status, fetch(town, f"/kiosk/k1/product/{gtin}/near")) == (200, (204, ""))
    assert towns.look(town.data / "store.db", "select count(*) from questions") == asked
    town.children["hq"].start()
