"""The rules of the shop floor that a machine can check in a browser; each returns what breaks it."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

AXE = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# What a person can see now.
_SEEN = """const seen = e => { const v = getComputedStyle(e), r = e.getBoundingClientRect();
  return v.visibility !== 'hidden' && !e.closest('[hidden], [inert]') && r.width > 1 && r.height > 1 && !e.closest('.vh'); };
const name = e => (e.className || e.tagName) + ' ' + e.textContent.trim().slice(0, 16);"""


def axe(page: Page) -> list[str]:
    """WCAG 2.2 A and AA, and axe's own advice."""
    found = Axe().run(page, options={"runOnly": AXE})
    return [f"{one['id']}: {one['nodes'][0]['html'][:140]}" for one in found.response["violations"]]


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
    """Text under `least` px; furigana is measured by the word it stands over."""
    found: list[str] = page.evaluate(
        f"""least => {{ {_SEEN} return [...document.querySelectorAll('body *')]
          .filter(e => seen(e) && !e.closest('svg, rt, rp, script'))
          .filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))
          .filter(e => parseFloat(getComputedStyle(e).fontSize) < least - 0.01).map(name); }}""",
        least,
    )
    return found


def out_of_reach(page: Page) -> list[str]:
    """Controls above 40 % of a portrait screen."""
    found: list[str] = page.evaluate(
        f"""() => {{ {_SEEN} return [...document.querySelectorAll('button, a[href]')].filter(seen)
          .filter(e => e.getBoundingClientRect().top < innerHeight * 0.4).map(name); }}"""
    )
    return found


def off_screen(page: Page) -> list[str]:
    """What lies outside the screen, or is cut by what holds it; a kiosk does not scroll."""
    found: list[str] = page.evaluate(
        f"""() => {{ {_SEEN} return [...document.querySelectorAll('body *')]
          .filter(e => seen(e) && !e.closest('svg, ruby, .photo, .scene, .pic, q'))
          .filter(e => {{ const r = e.getBoundingClientRect();
            const cut = e.matches('.body, .cards, .bar, .foot, .tile, .card:not(.good), .btn') &&
              (e.scrollWidth > e.clientWidth + 2 || e.scrollHeight > e.clientHeight + 2);
            return cut || r.right > innerWidth + 1 || r.bottom > innerHeight + 1 || r.left < -1 || r.top < -1; }})
          .map(name); }}"""
    )
    return found


def overlaps(page: Page) -> list[str]:
    """Controls that lie over one another."""
    found: list[str] = page.evaluate(
        f"""() => {{ {_SEEN} const all = [...document.querySelectorAll('button, a[href]')].filter(seen);
          const hit = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1;
          return all.flatMap((a, at) => all.slice(at + 1)
            .filter(b => hit(a.getBoundingClientRect(), b.getBoundingClientRect())).map(b => name(a) + ' / ' + name(b))); }}"""
    )
    return found
