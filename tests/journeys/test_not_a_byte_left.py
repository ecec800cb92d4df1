"""Another program fills the disk to the last byte: price tags are still answered, what promises is refused in words."""

import json
import re
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from edge.demo.stack import DemoStack
from edge.disk.reserve import START_RESERVE_FILE
from tests.processes import town as towns
from tests.processes.chromium import KIOSK, chromium, patient, ready
from tests.support.small_disk import fill, small_disk

DISK = 100  # MB: the sample store's files, and more than `watermarks.WAL_BYTES` besides
TAGS = 120
BOX = ("web", "bridge", "sync")


@pytest.fixture
def town(tmp_path: Path) -> Iterator[DemoStack]:
    with small_disk(tmp_path / "ginza" / "data", DISK), towns.a_town(tmp_path) as one:
        yield one


def products(town: DemoStack) -> list[str]:
    found = towns.look(town.data / "hq.db", "select key from catalog where body is not null order by key limit 12")
    return [key[1:] for (key,) in found]


def kinds(town: DemoStack) -> list[str]:
    return [row[4] for row in towns.outcomes(town)]


def page(town: DemoStack, path: str) -> str:
    with urllib.request.urlopen(town.url(path), timeout=towns.WITHIN) as reply:
        return str(reply.read().decode())


def plain(html: str) -> str:
    return " ".join(re.sub(r"<rp>.*?</rp>|<rt>.*?</rt>|<[^>]+>", "", html).split())


def type_into(town: DemoStack, code: str) -> tuple[int, str]:
    """What a page answers to a code that a keyboard wedge typed into it."""
    asked = urllib.request.Request(
        town.url("/kiosk/k1/scan?lang=en"),
        data=json.dumps({"code": code}).encode(),
        headers={"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"},
    )
    try:
        with urllib.request.urlopen(asked, timeout=towns.WITHIN) as reply:
            return reply.status, reply.read().decode()
    except urllib.error.HTTPError as no:
        with no:
            return no.code, no.read().decode()


def _answered(town: DemoStack, count: int) -> None:
    towns.eventually(lambda: len(towns.outcomes(town)) == count, f"code {count} is answered")


def told_views(town: DemoStack) -> int:
    sql = "select event from facts where type = 'noren.disk.thinned'"
    events = [json.loads(event) for (event,) in towns.look(town.hq / "hq-store.db", sql)]
    return sum(event["data"]["count"] for event in events if event["data"]["what"] == "views")


def test_a_price_tag_is_answered_without_a_byte_left_and_nothing_that_promises_is(town: DemoStack) -> None:
    tags = products(town)
    hog = fill(town.data)
    towns.eventually(lambda: json.loads(page(town, "/healthz"))["disk"] == "full", "the box knows it")
    fill(town.data)
    for number in range(TAGS):
        towns.scan(town, "k1", tags[number % len(tags)])
        _answered(town, number + 1)
        fill(town.data)
    assert shutil.disk_usage(town.data).free == 0
    assert set(kinds(town)) == {"product"}
    assert "stage product" in page(town, f"/kiosk/k1/outcome/{towns.outcomes(town)[-1][0]}")

    towns.scan(town, "k1", towns.card(town, "member", "App member code"))
    towns.scan(town, "k1", towns.card(town, "pickup", "Ready to pick up"))
    towns.scan(town, "k1", tags[0])
    _answered(town, TAGS + 1)
    assert set(kinds(town)) == {"product"}

    status, _ = type_into(town, tags[1])
    assert status == 202
    _answered(town, TAGS + 2)
    status, told = type_into(town, towns.card(town, "member", "App member code"))
    assert (status, "There is no room to record this" in told) == (507, True)
    assert "お調べできます" in plain(page(town, "/kiosk/k1"))

    hog.unlink()
    towns.eventually(lambda: json.loads(page(town, "/healthz"))["disk"] == "ok", "there is room again")
    towns.scan(town, "k1", towns.card(town, "member", "App member code"))
    towns.eventually(lambda: kinds(town)[-1] == "checked_in", "what promises is taken again")
    shown = len([fact for fact in towns.made(town) if fact[2] == "noren.product.scanned"])
    towns.eventually(lambda: told_views(town) + shown == TAGS + 2, "HQ knows how many tags were looked at")
    towns.eventually(lambda: towns.kept(town) == towns.made(town), "HQ holds every fact")


def stage(page: Page, kind: str) -> str:
    """The words on a kiosk's screen, once it is of that kind."""
    shown = page.locator(f".stage.{kind} #said")
    shown.wait_for(state="attached", timeout=1000 * towns.WITHIN)
    return plain(shown.inner_html())


@pytest.mark.parametrize("code", [("member", "App member code"), ("pickup", "Ready to pick up")])
def test_a_code_refused_at_a_scanner_is_told_at_once_and_the_shopper_before_is_gone(
    town: DemoStack, code: tuple[str, str]
) -> None:
    tag = products(town)[0]
    with chromium() as browser, patient(browser, viewport={"width": KIOSK[0], "height": KIOSK[1]}) as shown:
        kiosk = shown.new_page()
        kiosk.goto(town.url("/kiosk/k1"))
        ready(kiosk)
        for language in ("ja", "en"):
            fill(town.data)
            towns.eventually(lambda: json.loads(page(town, "/healthz"))["disk"] == "full", "the box knows it")
            fill(town.data)
            towns.scan(town, "k1", tag)
            stage(kiosk, "product")
            if language == "en":
                kiosk.locator("[data-lang=en]").click()
                kiosk.locator(".stage.product[lang=en]").wait_for(state="attached")
            seq = towns.outcomes(town)[-1][0]
            assert shutil.disk_usage(town.data).free == 0
            towns.scan(town, "k1", towns.card(town, *code))
            assert "ただいま受付できません" in stage(kiosk, "message")
            assert "stage home" in page(town, f"/kiosk/k1/outcome/{seq}")  # nobody calls the tag before back
        kiosk.locator("[data-lang=en]").click()
        kiosk.locator(".stage.message[lang=en]").wait_for(state="attached")
        assert "We cannot take this" in stage(kiosk, "message")
    told = plain(page(town, "/status?lang=en"))
    assert "Price tags looked up so far: 2; other codes refused: 2." in told
    assert "Reads price tags; 2 other codes were not taken" in told


@pytest.mark.parametrize("how", ["killed", "ended"])
def test_a_box_that_starts_on_a_full_disk_answers_price_tags_too(town: DemoStack, how: str) -> None:
    towns.eventually((town.data / START_RESERVE_FILE).exists, "room was made for a start")
    fill(town.data)
    for name in BOX:
        if how == "killed":
            town.children[name].kill()
        else:
            town.children[name].end()
    fill(town.data)
    assert shutil.disk_usage(town.data).free == 0
    for name in BOX:
        town.children[name].start()
    towns.eventually(town.is_ready, "the pages answer")
    towns.eventually(lambda: towns.has_open(town, "bridge", town.link("k1")), "the scanner's line is open")
    towns.scan(town, "k1", products(town)[0])
    towns.eventually(lambda: kinds(town) == ["product"], "a tag is answered")
    assert not list(town.data.glob("*.damaged-*"))
