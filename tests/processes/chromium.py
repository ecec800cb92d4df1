"""Debian's Chromium for tests, checks and benches, as the shop's screens run it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Error, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--autoplay-policy=no-user-gesture-required",  # a kiosk sounds before anybody has touched it
]
LOOKS_EVERY = 20  # ms
PATIENCE = 180.0  # s; a slow machine is no fault of the pages
KIOSK, TABLET, TV = (1080, 1920), (1280, 800), (1920, 1080)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser, closed on the way out."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def patient(browser: Browser, **options: Any) -> BrowserContext:
    """A context whose pages wait as long as a slow machine may need: Playwright's own 30 s are too few for some."""
    made = browser.new_context(**options)
    made.set_default_timeout(1000 * PATIENCE)
    return made


def ready(page: Page) -> None:
    """Wait until the page's own scripts have begun to listen."""
    page.locator("html[data-ready]").wait_for(state="attached")


def until(page: Page, predicate: str, arg: object = None, patience: float = PATIENCE) -> None:
    """Wait until a JavaScript predicate holds; `patience` in seconds, then `TimeoutError`.

    Playwright's own `wait_for_function` asks again by `eval` in the page, which our pages' Content-Security-Policy forbids:
    what was not true at the first look ended the test, and at times the browser's driver with it.
    """
    end = time.monotonic() + patience
    while not _holds(page, predicate, arg):
        if time.monotonic() > end:
            raise TimeoutError(f"{predicate} never held on {page.url}")
        page.wait_for_timeout(LOOKS_EVERY)


def _holds(page: Page, predicate: str, arg: object) -> bool:
    try:
        return bool(page.evaluate(predicate, arg))
    except Error as error:
        if "context was destroyed" in error.message:  # the page is on its way to another one
            return False
        raise
