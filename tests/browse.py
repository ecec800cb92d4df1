"""Debian's Chromium for tests, checks and benches, as the shop's screens run it."""

from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

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
