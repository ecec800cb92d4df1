"""Which of several codes in one picture count."""

from hypothesis import given
from hypothesis import strategies as st

from edge.codes.symbology import Symbology
from firmware_bridge.camera.code_selection import select_codes
from firmware_bridge.decode.detection import BelievedCode


def code(x: int, y: int) -> BelievedCode:
    corners = ((x - 5, y - 5), (x + 5, y - 5), (x + 5, y + 5), (x - 5, y + 5))
    return BelievedCode(symbology=Symbology.EAN13, aim="]E0", data=b"%d,%d" % (x, y), corners=corners, stage="drawn")


PLACES = st.lists(st.tuples(st.integers(0, 1280), st.integers(0, 720)), unique=True, max_size=8)


@given(PLACES)
def test_all_are_told_from_the_top_down(places: list[tuple[int, int]]) -> None:
    told = select_codes([code(x, y) for x, y in places], (1280, 720), "all")
    assert [seen.data for seen in told] == [b"%d,%d" % place for place in sorted(places, key=lambda p: (p[1], p[0]))]


@given(PLACES)
def test_the_one_nearest_the_centre_is_alone(places: list[tuple[int, int]]) -> None:
    told = select_codes([code(x, y) for x, y in places], (1280, 720), "centre")
    off = sorted((x - 640) ** 2 + (y - 360) ** 2 for x, y in places)
    assert len(told) == min(1, len(places))
    for seen in told:
        x, y = map(int, seen.data.split(b","))
        assert (x - 640) ** 2 + (y - 360) ** 2 == off[0]
