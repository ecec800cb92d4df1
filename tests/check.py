"""The main job once, end to end, on free ports and in a temporary folder; prints what it saw, exit code 0 if all of it.

Two rounds: with everything up, and with the broker stopped. In each a member is greeted, a price tag opens its product
(by the serial scanner and by a camera), a shopper arrives for an order, and staff hand it over in a real browser. In the
end HQ's own database holds each fact once.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from playwright.sync_api import Browser, Page

from edge.demo.stack import DEMO_STORE, DemoCamera, DemoStack
from edge.features.pickup.order import OrderRow
from edge.features.pickup.state_machine import State
from sync.hq.sample import orders
from tests.processes import town as towns
from tests.processes import video_file
from tests.processes.chromium import KIOSK, TABLET, TV, chromium, until

WITHIN_MS = 30_000.0  # a step that takes longer has not been seen
FILMED = "4599990013016"  # the tag in the film


class NotSeen(Exception):
    """A step did not come to what it should."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Screens:
    """The pages of the shop, each on its own screen."""

    kiosk: Page
    camera: Page
    board: Page
    staff: Page


def photograph(screens: Screens, folder: Path) -> None:
    """The present content of each screen, to see why a step did not appear."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("kiosk", "camera", "board", "staff"):
        getattr(screens, name).screenshot(path=folder / f"{name}.png")


def step(text: str, look: Callable[[], object]) -> None:
    """Do one step and say how long it took."""
    begun = time.monotonic()
    try:
        look()
    except Exception as error:
        print(f"  NOT SEEN  {text}: {error}")
        raise NotSeen(text) from error
    print(f"  {1000 * (time.monotonic() - begun):6.0f} ms  {text}")


def _screens(browser: Browser, town: DemoStack) -> Screens:
    def screen(size: tuple[int, int], path: str) -> Page:
        page = browser.new_page(viewport={"width": size[0], "height": size[1]})
        page.set_default_timeout(WITHIN_MS)
        page.goto(town.url(path))
        return page

    return Screens(
        kiosk=screen(KIOSK, "/kiosk/k1"),
        camera=screen(KIOSK, "/kiosk/cam"),
        board=screen(TV, "/board"),
        staff=screen(TABLET, "/staff/c1"),
    )


def sign_in(page: Page, town: DemoStack) -> None:
    """As a clerk would: choose the name, type the PIN."""
    clerk = json.loads((town.store / "play.json").read_text(encoding="utf-8"))["staff"][0]
    page.locator(f"label.person:has(input[value='{clerk['staff']}'])").click()
    for digit in clerk["pin"]:
        page.locator(f"[data-digit='{digit}']").click()
    page.locator(".key.go").click()
    page.wait_for_selector(".tabs")


def ready_orders(now: datetime) -> list[OrderRow]:
    """The sample's paid orders that wait to be fetched at this store, nobody here for them yet."""
    return [row for row in orders.orders_of_store(DEMO_STORE, now) if row.state is State.READY and row.paid]


def pickup_code(row: OrderRow) -> str:
    return orders.pickup_code(row.order)


def greet(town: DemoStack, screens: Screens, title: str) -> None:
    towns.scan(town, "k1", towns.card(town, "member", title))
    screens.kiosk.wait_for_selector(".stage.member")


def open_product(town: DemoStack, screens: Screens, title: str) -> None:
    towns.scan(town, "k1", towns.card(town, "product", title))
    screens.kiosk.wait_for_selector(".stage.product")


def film_runs(screens: Screens) -> None:
    """The camera's page shows the filmed product anew: back to the first screen, then the next round of the film."""
    screens.camera.evaluate("document.querySelector('[data-end]')?.click()")
    screens.camera.wait_for_selector(".stage.home")
    screens.camera.wait_for_selector(".stage.product")


def arrive(town: DemoStack, screens: Screens, row: OrderRow) -> None:
    towns.scan(town, "k1", pickup_code(row))
    screens.kiosk.wait_for_selector(f".stage.pickup >> text={row.number}")
    screens.board.wait_for_selector(f"[data-number='{row.number}']", state="attached")
    screens.staff.wait_for_selector(f":is(.task, .order.here) >> text={row.number}")


def hand_over(town: DemoStack, screens: Screens, row: OrderRow) -> None:
    """Staff read the shopper's code and each item's tag, then press the button; the number leaves the board."""
    page, unticked = screens.staff, ".item[aria-checked='false']"
    towns.scan(town, "c1", pickup_code(row))
    page.wait_for_selector(f"[data-order='{row.order}'] >> text={row.number}")
    page.wait_for_selector("[data-proven='yes']")
    for line in row.lines:
        for _ in range(line.quantity):
            left = page.locator(unticked).count()
            towns.scan(town, "c1", line.gtin[1:])
            until(page, "([q, n]) => document.querySelectorAll(q).length < n", arg=[unticked, left])
    page.locator("#hand .btn.primary:enabled").click()
    page.wait_for_selector("[data-undo]")
    screens.board.wait_for_selector(f"[data-number='{row.number}']", state="detached")


def round_of(town: DemoStack, screens: Screens, titles: tuple[str, str], row: OrderRow) -> None:
    step("a member code is read, the kiosk greets", lambda: greet(town, screens, titles[0]))
    step("a price tag is read, the kiosk shows the product", lambda: open_product(town, screens, titles[1]))
    step("the camera sees a price tag, its kiosk shows the product", lambda: film_runs(screens))
    step("a pickup code is read: kiosk, board and staff list know", lambda: arrive(town, screens, row))
    step("staff read the code and the tags, and hand over", lambda: hand_over(town, screens, row))
    screens.staff.locator("[data-after]").click()
    screens.staff.wait_for_selector(".tabs")


def both_rounds(town: DemoStack, screens: Screens, rows: list[OrderRow]) -> None:
    """Once with everything up, once without a broker; HQ has it all in the end."""
    first, second = rows
    step("a clerk signs in with a PIN", lambda: sign_in(screens.staff, town))
    round_of(town, screens, ("App member code", "Morning mug"), first)
    step("HQ holds each fact once", lambda: hq_holds_each_fact_once(town, [first]))
    town.children["broker"].end()
    step("the broker is stopped", lambda: towns.eventually(lambda: towns.line_is(town, "down"), "line down"))
    round_of(town, screens, ("Old plastic card", "Washed linen"), second)
    town.children["broker"].start()
    step("the broker is back; HQ holds each fact once", lambda: hq_holds_each_fact_once(town, rows))


def hq_holds_each_fact_once(town: DemoStack, rows: list[OrderRow]) -> None:
    """HQ's own database against the store's journal, and the orders' states as HQ counts them."""
    towns.eventually(lambda: towns.kept(town) == towns.made(town), "HQ holds what the store has made", 30)
    kinds = Counter(kind for _, _, kind in towns.kept(town))
    done = len(rows)
    expected = {"noren.visit.checked_in": done, "noren.pickup.arrived": done, "noren.pickup.handed_over": done}
    if found := {kind: kinds[kind] for kind in expected if kinds[kind] != expected[kind]}:
        raise AssertionError(f"expected {expected}, HQ has {found}")
    for row in rows:
        towns.eventually(partial(_counted, town, row), f"HQ counts order {row.number} as handed over")


def _counted(town: DemoStack, row: OrderRow) -> bool:
    sql = "select json_extract(body, '$.state') from rows where feed = 'orders' and scope = ? and key = ?"
    return towns.look(town.hq / "hq-store.db", sql, (DEMO_STORE, row.order)) == [("handed_over",)]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shots", type=Path, help="where a step is not seen, put pictures of the screens here")
    shots = parser.parse_args().shots
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        tape = Path(folder) / "film.avi"
        video_file.write(tape, FILMED)
        moment = datetime.now(UTC)
        town = towns.built(Path(folder) / "town", (DemoCamera(station="cam", source=tape),))
        try:
            with towns.up(town):
                print(f"  {time.monotonic() - begun:6.1f} s   broker, HQ and store are up")
                screens = _screens(browser, town)
                try:
                    both_rounds(town, screens, ready_orders(moment)[:2])
                except NotSeen:
                    if shots:
                        photograph(screens, shots)
                    raise
        except NotSeen as error:
            print(f"Not all was seen: {error}.")
            return 1
        facts = len(towns.kept(town))
    print(f"All was seen in {time.monotonic() - begun:.0f} s; HQ holds {facts} facts of {DEMO_STORE}, each once.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
