"""Practice 6: an order is handed over, comes back at the tablet, and HQ has each fact and the refund task once."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect

from edge.demo.stack import DemoStack
from sync.hq.cli.main import hq
from tests.processes import town as towns
from tests.processes.chromium import PATIENCE, chromium, patient, ready

SWEATER = "04599990392012"  # of the sample's catalogue
CLERK_PIN = "1470"
HEAD = "order,number,state,lines,paid,placed_at,hold_until"


def say(town: DemoStack, *words: str) -> str:
    result = CliRunner().invoke(hq, [*words, "--dir", str(town.hq)])
    assert result.exit_code == 0, result.output
    return result.output


def pushed(town: DemoStack, folder: Path) -> str:
    """An order of two sweaters that waits at the counter; its pickup code."""
    lines = f'"[{{""line"":1,""gtin"":""{SWEATER}"",""quantity"":2,""price"":4990}}]"'
    placed, hold = (datetime.now(UTC) + timedelta(days=days) for days in (-1, 6))
    row = f"o-back,9006,ready_for_pickup,{lines},true,{placed.isoformat()},{hold.isoformat()}"
    file, codes = folder / "orders.csv", folder / "codes.csv"
    file.write_text(f"{HEAD}\n{row}\n", encoding="utf-8")
    say(town, "push", "orders", str(file), "--store", "ginza", "--out", str(codes))
    towns.eventually(lambda: towns.look(town.data / "hq.db", "select 1 from orders where key = 'o-back'"), "the order")
    return codes.read_text(encoding="utf-8-sig").splitlines()[1].split(",")[2]


def sign_in(page: Page, town: DemoStack) -> None:
    page.goto(town.url("/staff/c1"))
    ready(page)
    page.locator(".person", has_text="gz-02").click()
    for digit in CLERK_PIN:
        page.click(f'[data-digit="{digit}"]')
    page.click(".key.go")
    expect(page.locator(".rail")).to_be_visible()


def hand_over(page: Page, town: DemoStack, code: str) -> None:
    towns.scan(town, "c1", code)
    for piece in ("1-1", "1-2"):
        page.locator(f"[data-piece='{piece}']").click()
        expect(page.locator(f"[data-piece='{piece}'][aria-checked=true]")).to_be_visible()
    page.locator("#hand .primary").click()
    expect(page.locator(".big-word.ok")).to_be_visible()


def take_back(page: Page, town: DemoStack, code: str) -> None:
    """The shopper's code opens the return; the tag chooses the piece, two touches say why and where it goes."""
    page.goto(town.url("/staff/c1/returns"))
    ready(page)
    towns.scan(town, "c1", code)
    expect(page.locator("#return")).to_be_visible()
    towns.scan(town, "c1", SWEATER[1:])
    page.locator(".how:visible .choices.two .pick").first.click()
    page.locator(".how:visible .choices.three .pick").first.click()
    page.locator("#return .primary").click()
    expect(page.locator(".big-word.ok")).to_be_visible()


def kept(town: DemoStack) -> Counter[str]:
    return Counter(kind.removeprefix("noren.") for _, _, kind in towns.kept(town))


@pytest.mark.practice(6)
def test_goods_come_back_once_and_hq_has_one_refund_task(tmp_path: Path) -> None:
    expect.set_options(timeout=1000 * PATIENCE)
    with towns.a_town(tmp_path / "town") as town, chromium() as browser:
        code = pushed(town, tmp_path)
        page = patient(browser, viewport={"width": 1280, "height": 800}).new_page()
        sign_in(page, town)
        hand_over(page, town, code)
        for _ in range(2):
            take_back(page, town, code)
        page.goto(town.url("/staff/c1/returns/order/o-back"))
        ready(page)
        expect(page.locator(".refusal")).to_have_count(2)  # both pieces have come back: no third return
        expect(page.locator("[name=piece]")).to_have_count(0)
        page.locator("[form=refuse]").click()
        expect(page.locator("[data-returns=open]")).to_be_visible()
        towns.eventually(lambda: towns.kept(town) == towns.made(town), "HQ holds what the store has made")
        facts = kept(town)
        assert (facts["return.accepted"], facts["return.refused"], facts["pickup.handed_over"]) == (2, 1, 1)
        tasks = msgspec.json.decode(say(town, "returns", "list", "--json"))
        assert [(task["order"], task["state"], task["refund"], task["conflict"]) for task in tasks] == [
            ("o-back", "open", 4990, 0)
        ] * 2
        back = "select json_extract(body, '$.returned') from orders where key = 'o-back'"
        towns.eventually(
            lambda: towns.look(town.data / "hq.db", back) == [(f'{{"{SWEATER}":2}}',)], "HQ's word of what came back"
        )
