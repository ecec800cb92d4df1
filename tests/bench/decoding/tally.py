"""Hits and misreads, group by group: the table that is shown and the figures that are written down."""

from collections import defaultdict

from tests.bench.decoding.corpus import RETAIL, Picture
from tests.bench.decoding.rivals import ENGINES, LIVE, OURS

Figures = dict[str, float]


class Tally:
    """Hits and misreads of each decoder over one group of pictures."""

    def __init__(self) -> None:
        self.pictures = 0
        self.read: dict[str, int] = defaultdict(int)
        self.wrong: dict[str, int] = defaultdict(int)

    def add(self, results: dict[str, tuple[bool, bool]]) -> None:
        """One picture's results."""
        self.pictures += 1
        for name, (hit, wrong) in results.items():
            self.read[name] += hit
            self.wrong[name] += wrong
        self.read["union"] += any(results[name][0] for name in ENGINES)

    def rate(self, name: str) -> float:
        """Per cent read."""
        return round(100 * self.read[name] / self.pictures, 2)


def groups_of(picture: Picture) -> list[str]:
    """The groups a picture counts in."""
    kind = next((made for made in ("synthetic", "packs") if picture.corpus.startswith(f"{made}-")), "real")
    groups = [picture.corpus, f"{kind}_{picture.symbology.lower()}", f"{kind}_all"]
    return [*groups, f"{kind}_retail"] if picture.symbology in RETAIL else groups


def figures_of(groups: dict[str, Tally]) -> Figures:
    """`decode.<corpus>.<engine>.read` in per cent and `.wrong` in pictures."""
    figures: Figures = {}
    for group, tally in groups.items():
        for name in (OURS, LIVE, *ENGINES):
            figures[f"decode.{group}.{name}.read"] = tally.rate(name)
            figures[f"decode.{group}.{name}.wrong"] = tally.wrong[name]
        figures[f"decode.{group}.union.read"] = tally.rate("union")
    return figures


def show(groups: dict[str, Tally]) -> None:
    """One row a group: per cent read, and pictures with a wrong text if there are any."""
    names = (OURS, LIVE, *ENGINES)
    print(f"\n{'':28}{'pictures':>9}" + "".join(f"{name:>14}" for name in (*names, "union")))
    for group, tally in sorted(groups.items()):
        cells = [f"{tally.rate(n):.0f}%" + (f" w{tally.wrong[n]}" if tally.wrong[n] else "") for n in names]
        print(f"{group:28}{tally.pictures:>9}" + "".join(f"{c:>14}" for c in (*cells, f"{tally.rate('union'):.0f}%")))
