"""The rules of the shop floor that a machine can check in a browser; each returns what breaks it."""

from collections.abc import Sequence
from pathlib import Path

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# What a person can see now.
_SEEN = """const seen = e => { const v = getComputedStyle(e), r = e.getBoundingClientRect();
  return v.visibility !== 'hidden' && !e.closest('[hidden], [inert]') && r.width > 1 && r.height > 1 && !e.closest('.vh'); };
const name = e => (e.className || e.tagName) + ' ' + e.textContent.trim().slice(0, 16);"""


def axe(page: Page) -> list[str]:
    """WCAG 2.2 A and AA, and axe's own advice."""
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    # if it also reports each rule that holds, axe takes three times as long
    options = {"runOnly": AXE, "resultTypes": ["violations"]}
    found = page.evaluate("options => axe.run(options).then(found => found.violations)", options)
    return [f"{one['id']}: {one['nodes'][0]['html'][:140]}" for one in found]


def small_targets(page: Page, least: int) -> list[str]:
    """What is to be touched, and smaller than `least` px on a side."""
    found: list[str] = page.evaluate(
        f"""least => {{ {_SEEN} return [...document.querySelectorAll('button, a[href], input')].filter(seen)
          .filter(e => {{ const r = e.getBoundingClientRect(); return Math.min(r.width, r.height) < least - 0.5; }})
          .map(e => name(e) + ' ' + e.getBoundingClientRect().width + 'x' + e.getBoundingClientRect().height); }}""",
        least,
    )
    return found


def small_text(page: Page, least: int) -> list[str]:
    """Text under `least` px; furigana is measured by the word below it."""
    found: list[str] = page.evaluate(
        f"""least => {{ {_SEEN} return [...document.querySelectorAll('body *')]
          .filter(e => seen(e) && !e.closest('svg, rt, rp, script'))
          .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
          .filter(e => parseFloat(getComputedStyle(e).fontSize) < least - 0.01).map(name); }}""",
        least,
    )
    return found


_LAYOUT = (Path(__file__).parent / "layout.js").read_text(encoding="utf-8").rstrip().removesuffix(";")


def layout(page: Page, target: float, text: float, *, staff: bool = False, still: bool = False) -> list[str]:
    """What is cut, lies over something else, cannot be reached, is too small, or scrolls without saying so.

    A clerk's screen (`staff`) is held in a hand, which reaches all of it, and rolls as any list does; but for one that is to
    stand `still`.
    """
    return layouts(page, target, text, "() => {}", [None], staff=staff, still=still)[0]


def layouts(
    page: Page,
    target: float,
    text: float,
    change: str,
    states: Sequence[object],
    *,
    staff: bool = False,
    still: bool = False,
) -> list[list[str]]:
    """The same for each of some states, which the JavaScript function `change` brings about; one trip to the browser."""
    size = page.viewport_size
    assert size is not None
    upright = size["height"] > size["width"]
    settings = {"target": target, "text": text, "reach": upright and not staff, "hint": not staff, "still": still}
    found = page.evaluate(
        f"""async ([states, rules]) => {{ const change = {change}, layout = {_LAYOUT}, found = [];
          for (const state of states) {{ await change(state); found.push(layout(rules)); }}
          return found; }}""",
        [list(states), settings],
    )
    return [sorted({f"{rule}: {what}" for rule, what in one}) for one in found]


def beside(page: Page) -> list[str]:
    """What runs out of the screen to a side."""
    found: list[str] = page.evaluate(
        f"""() => {{ {_SEEN} return [...document.querySelectorAll('body *')].filter(e => seen(e) && !e.closest('svg'))
          .filter(e => e.getBoundingClientRect().right > innerWidth + 1 || e.getBoundingClientRect().left < -1
            || e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline' && !e.matches('input, select'))
          .map(name); }}"""
    )
    return found
