"""A sheet to draw on: marks in order, and definitions whose ids no other picture has."""

import random

from sync.hq.sample.brand import chance
from sync.hq.sample.draw.line import HEIGHT, WIDTH

FABRIC = "var(--fabric)"  # the page puts the product's colour here
SHADE = "#2b2318"  # warm shadow on a warm ground


class Sheet:
    """One picture being drawn. `dice` is its own chance: the same style always falls into the same folds."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._defs: dict[str, str] = {}
        self._marks: list[str] = []
        self.dice: random.Random = chance("picture", name)

    def id(self, what: str) -> str:
        """The picture's own id for something."""
        return f"{self._name}-{what}"

    def ref(self, what: str) -> str:
        """How an attribute names it."""
        return f"url(#{self.id(what)})"

    def define(self, what: str, element: str) -> str:
        """Keep a definition once; `element` has `ID` where its id goes. Returns how an attribute names it."""
        self._defs.setdefault(what, element.replace("ID", f'id="{self.id(what)}"', 1))
        return self.ref(what)

    def put(self, *marks: str) -> None:
        """Draw on top of what is there."""
        self._marks += marks

    def path(self, what: str, d: str) -> str:
        """Keep an outline under a name, to be used several times."""
        return self.define(what, f'<path ID d="{d}"/>')

    def use(self, what: str, style: str) -> None:
        """Draw a kept outline."""
        self.put(f'<use href="#{self.id(what)}" {style}/>')

    def clip(self, what: str) -> str:
        """How an attribute names the clip to a kept outline."""
        return self.define(f"{what}c", f'<clipPath ID><use href="#{self.id(what)}"/></clipPath>')

    def blur(self, by: int) -> str:
        """How an attribute names a blur of `by` units, wide enough not to be cut off."""
        return self.define(
            f"f{by}",
            f'<filter ID filterUnits="userSpaceOnUse" x="-60" y="-60" width="{WIDTH + 120}" height="{HEIGHT + 120}">'
            f'<feGaussianBlur stdDeviation="{by}"/></filter>',
        )

    def ramp(self, what: str, stops: str, *, x1: float = 0, y1: float = 0, x2: float = 1, y2: float = 0) -> str:
        """How an attribute names a linear gradient. `stops`: `offset:light` or `offset:-shade`, e.g. `0:.3 1:-.2`."""
        marks = "".join(_stop(*stop.split(":")) for stop in stops.split())
        line = f'x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}"'
        return self.define(what, f"<linearGradient ID {line}>{marks}</linearGradient>")

    def svg(self) -> str:
        """The picture: nothing loaded, nothing run, transparent ground."""
        defs = "".join(self._defs.values())
        marks = "".join(self._marks)
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">'
        return f"{head}<defs>{defs}</defs>{marks}</svg>"


def _stop(offset: str, light: str) -> str:
    if light.startswith("-"):
        return f'<stop offset="{offset}" stop-color="#1a1410" stop-opacity="{light[1:]}"/>'
    return f'<stop offset="{offset}" stop-color="#fff" stop-opacity="{light}"/>'
