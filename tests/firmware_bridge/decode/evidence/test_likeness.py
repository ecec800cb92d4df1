"""Rows that an engine took for a text are seen to look more like another."""

import cv2
import numpy as np
import pytest

from edge.codes.symbology import Symbology
from firmware_bridge.decode.evidence import bars
from firmware_bridge.decode.evidence.claim import MAX_OUTDONE_LEAD, MIN_CLEAR_LEAD
from firmware_bridge.decode.evidence.likeness import Likeness, likeness_of_rows
from tests.bench.decoding import camera, damage

SEED = "likeness"
SCALE = 0.4  # of a drawn label: some three pixels a module


def printed(kind: Symbology, text: str) -> np.ndarray:
    """A label's picture (uint8), as a still camera takes it."""
    label = cv2.GaussianBlur(damage.drawn(kind, text) * 200 + 30, (0, 0), 2.0)
    return cv2.resize(label, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA).astype(np.uint8)


def looked(gray: np.ndarray, kind: Symbology, text: str, cut: float = damage.QUIET * damage.FINE * SCALE) -> Likeness:
    """How much a picture of a label looks like a text, whose bars begin and end about `cut` pixels within."""
    lines = [bars.median_row(band) for band in np.array_split(gray[10:-10], 4)]
    like = likeness_of_rows(lines, (cut, gray.shape[1] - cut), kind, text.encode())
    assert like is not None
    return like


def a_text(kind: Symbology) -> tuple[str, str]:
    """A text, and another that differs in two characters and passes as well."""
    rng = camera.seeded(SEED, kind)
    text = damage.text_for(kind, rng)
    return text, damage.like(kind, text, rng)


@pytest.mark.parametrize("kind", damage.KINDS)
def test_rows_look_like_their_text_and_like_no_other(kind: Symbology) -> None:
    text, other = a_text(kind)
    assert looked(printed(kind, text), kind, text).lead > 2 * MIN_CLEAR_LEAD
    assert looked(printed(kind, text), kind, other).lead < MAX_OUTDONE_LEAD - MIN_CLEAR_LEAD


@pytest.mark.parametrize("kind", damage.KINDS)
def test_upside_down_light_on_dark_soft_or_told_with_its_quiet_zones_they_look_alike(kind: Symbology) -> None:
    text, _ = a_text(kind)
    gray = printed(kind, text)
    for picture in (gray[::-1, ::-1], 255 - gray, cv2.GaussianBlur(gray, (0, 0), 1.2)):
        assert looked(picture, kind, text).lead > MIN_CLEAR_LEAD
    assert looked(gray, kind, text, cut=8).lead > MIN_CLEAR_LEAD


def test_it_is_told_where_the_bars_are() -> None:
    text, _ = a_text(Symbology.EAN13)
    gray = printed(Symbology.EAN13, text)
    for cut in (8.0, 40.0):
        like = looked(gray, Symbology.EAN13, text, cut)
        quiet = damage.QUIET * damage.FINE * SCALE
        assert (like.left, like.right) == pytest.approx((quiet, gray.shape[1] - quiet), abs=4)


def test_what_nobody_knows_how_to_draw_or_does_not_lie_as_drawn_is_not_judged() -> None:
    text, _ = a_text(Symbology.EAN13)
    gray = printed(Symbology.EAN13, text)
    line, ends = bars.median_row(gray), (0.0, float(gray.shape[1]))
    assert likeness_of_rows([line], ends, Symbology.CODE128, b"A\x1d12") is None
    assert likeness_of_rows([line], ends, Symbology.CODE39, b"lower") is None
    assert likeness_of_rows([line], ends, Symbology.UPCE, b"04321539") is None
    assert likeness_of_rows([], ends, Symbology.EAN13, text.encode()) is None
    noise = camera.seeded(SEED, "noise").normal(128, 20, len(line)).astype(np.float32)
    assert likeness_of_rows([noise], ends, Symbology.EAN13, text.encode()) is None


def test_a_scratch_down_all_the_bars_leaves_rows_that_look_more_like_the_truth_than_what_engines_make_of_it() -> None:
    label = damage.label(damage.Case(seed="report", how="scratched", kind=Symbology.EAN8, number=0))
    gray = cv2.resize(label.print * 200 + 30, None, fx=SCALE, fy=SCALE, interpolation=cv2.INTER_AREA).astype(np.uint8)
    assert looked(gray, Symbology.EAN8, "49485554").lead < MAX_OUTDONE_LEAD
