"""From frames with their times to readings: gate, decoder and hold at work together, without a clock."""

import random

import cv2
import numpy as np
import pytest
import segno
import zxingcpp

from edge.config.toml_schema import CameraDevice
from firmware_bridge.camera.camera import FrameObservation
from firmware_bridge.camera.code_selection import SelectionRule
from firmware_bridge.camera.wanted_codes import WantedCodes
from firmware_bridge.decode.cascade import Decoder, DecodeSettings
from firmware_bridge.decode.detection import BelievedCode
from tests.firmware_bridge.pictures import FPS, desk, showing

JAN, OTHER = "4901234567894", "4912345678904"


class Counted(Decoder):
    """The decoder in this process, its frames counted; it misses every n-th, as one short of time does."""

    frames = 0
    misses = 0
    blind_from = 10_000  # frames after which it reads but every third

    def read(self, gray: np.ndarray, *, deep: bool = False, again: bool = False) -> tuple[BelievedCode, ...]:
        self.frames += 1
        found = super().read(gray, deep=deep, again=again)
        missed = self.misses and self.frames % self.misses == 0
        return () if missed or (self.frames > self.blind_from and self.frames % 3) else found


def told(
    scenes: list[tuple[float, np.ndarray]],
    misses: int = 0,
    several: SelectionRule = "all",
    *,
    every: int = 1,
    blind_from: int = 10_000,
) -> tuple[list[tuple[float, str]], int]:
    """What a film of scenes (each for some seconds) reads as, with times; and how many frames were decoded.

    Only each `every`-th frame is seen.
    """
    decoder = Counted(DecodeSettings(budget=60.0))  # a busy machine must not change what is read
    decoder.misses, decoder.blind_from = misses, blind_from
    view = FrameObservation(
        CameraDevice(id="eye", station="kiosk-1", source="x", several=several), decoder, WantedCodes()
    )
    frames = [gray for seconds, gray in scenes for _ in range(round(seconds * FPS))]
    read = [
        (n / FPS, code.data.decode())
        for n, gray in enumerate(frames)
        if n % every == 0
        for code in view.codes_of_frame(gray, n / FPS)
    ]
    return read, decoder.frames


def test_a_code_held_for_long_is_told_once_at_its_second_frame_and_hardly_decoded_again() -> None:
    read, frames = told([(1, desk()), (12, showing(JAN))])
    assert read == [(1.0 + 1 / FPS, JAN)]
    assert frames < 20


@pytest.mark.parametrize("misses", [0, 5])
def test_a_tag_put_in_the_place_of_another_is_told_though_both_lie_still(misses: int) -> None:
    read, _ = told([(1, showing(JAN)), (1, showing(OTHER))], misses)
    assert [text for _, text in read] == [JAN, OTHER]
    assert read[1][0] < 1.5


ITEMS = ["4901234567894", "4912345678904", "4902102072618", "4987084410030", "4549131970005", "4580111840000"]


def in_hand(texts: list[str], shown: float, between: float, kind: str = "EAN13") -> list[tuple[float, np.ndarray]]:
    """Items one after the other in a hand that never is quite still, over an empty desk that is known by then."""
    dice = random.Random(1)
    scenes: list[tuple[float, np.ndarray]] = [(1, desk())]
    for text in texts:
        places = [(200 + dice.randrange(-16, 17), 200 + dice.randrange(-16, 17)) for _ in range(4)]
        held = [showing(text, kind=kind, at=place) for place in places]
        scenes += [(1 / FPS, held[n % 4]) for n in range(round(shown * FPS))]
        scenes.append((between, desk()))
    return scenes


@pytest.mark.parametrize(("shown", "between", "every"), [(1, 0.5, 1), (0.8, 0.4, 2), (0.5, 0, 1), (0.5, 0, 2)])
def test_each_item_in_one_hand_is_told_once(shown: float, between: float, every: int) -> None:
    read, _ = told([*in_hand(ITEMS, shown, between), (1, desk())], every=every)
    assert [text for _, text in read] == ITEMS


@pytest.mark.parametrize("still", [True, False])
def test_each_renewed_code_of_a_phone_is_told_once(still: bool) -> None:
    texts = [f"noren:m:{n:016x}" for n in range(1, 6)]
    scenes = [(1.5, showing(text, kind="QRCode")) for text in texts] if still else in_hand(texts, 1.5, 0, "QRCode")
    read, _ = told(scenes)
    assert [text for _, text in read] == texts


@pytest.mark.parametrize(
    ("away", "times", "still"), [(1.5, 1, False), (2.2, 2, False), (2.2, 2, True), (4, 2, False), (6, 2, False)]
)
def test_a_tag_that_left_for_the_empty_desk_is_gone(away: float, times: int, still: bool) -> None:
    held = [(1, showing(JAN, at=(200, 200)))] if still else in_hand([JAN], 1, 0)[1:]
    read, _ = told([(1, desk()), *held, (away, desk()), *held, (0.5, desk())])
    assert [text for _, text in read] == [JAN] * times


@pytest.mark.parametrize("away", [1, 3])
def test_another_tag_after_the_empty_desk_is_told(away: float) -> None:
    read, _ = told([(1, desk()), *in_hand([JAN], 1, away)[1:], *in_hand([OTHER], 1, 1)[1:]])
    assert [text for _, text in read] == [JAN, OTHER]


def test_a_tag_that_lies_still_is_told_once_however_seldom_it_is_read() -> None:
    read, _ = told([(1, desk()), (20, showing(JAN))], blind_from=20)
    assert [text for _, text in read] == [JAN]


def test_a_hand_that_passes_over_a_tag_does_not_tell_it_again() -> None:
    covered = showing(JAN)
    covered[:500] = 90
    read, _ = told([(3, showing(JAN)), (1, covered), (8, showing(JAN))])
    assert [text for _, text in read] == [JAN]


def test_light_that_changes_does_not_tell_a_tag_again() -> None:
    dark = (showing(JAN) * 0.6).astype(np.uint8)
    read, _ = told([(3, showing(JAN)), (4, dark), (4, showing(JAN))])
    assert [text for _, text in read] == [JAN]


def test_a_decoder_that_hangs_does_not_tell_a_tag_again() -> None:
    view = FrameObservation(
        CameraDevice(id="eye", station="kiosk-1", source="x"), Decoder(DecodeSettings(budget=60.0)), WantedCodes()
    )
    times = [n / FPS for n in range(10)] + [6 + n / FPS for n in range(10)]
    gray = [showing(JAN, at=(200 + n % 2 * 20, 60)) for n in range(2)]
    assert len([code for n, at in enumerate(times) for code in view.codes_of_frame(gray[n % 2], at)]) == 1


def test_a_tag_taken_away_for_less_than_the_hold_time_is_the_same_scan() -> None:
    read, _ = told([(1, showing(JAN)), (1, desk()), (1, showing(JAN)), (2.2, desk()), (1, showing(JAN))])
    assert [text for _, text in read] == [JAN, JAN]
    assert read[1][0] > 5


def test_an_empty_scene_is_decoded_a_few_times_and_then_once_in_a_while() -> None:
    read, frames = told([(20, desk())])
    assert read == []
    assert frames < 12


def test_the_two_rows_of_a_book_are_told_from_the_top_down() -> None:
    rows = ["9784101092058", "1920193006001"]
    read, _ = told([(1, showing(*rows))])
    assert [text for _, text in read] == rows


def test_of_two_codes_the_one_nearest_the_centre_counts_where_so_configured() -> None:
    read, _ = told([(1, showing(OTHER, JAN, at=(450, 10)))], several="centre")
    assert [text for _, text in read] == [JAN]


class Tired(Decoder):
    """A decoder that needs some frames of a still scene for its whole ladder, and notes how it was asked."""

    def __init__(self, needs: int) -> None:
        self._needs = needs
        self.asked: list[str] = []

    @property
    def unfinished(self) -> bool:
        return self.asked[-1] != "live" and self.asked[-self._needs :] != ["again"] * self._needs

    def read(self, gray: np.ndarray, *, deep: bool = False, again: bool = False) -> tuple[BelievedCode, ...]:
        self.asked.append("again" if again else "deep" if deep else "live")
        return ()


def test_a_still_scene_gets_all_the_ladder_over_some_frames_and_an_old_one_a_single_look() -> None:
    decoder = Tired(needs=3)
    view = FrameObservation(CameraDevice(id="eye", station="kiosk-1", source="x"), decoder, WantedCodes())
    gray = desk()
    for n in range(8 * FPS):
        view.codes_of_frame(gray, n / FPS)
    assert decoder.asked == ["live"] * decoder.asked.count("live") + ["deep", "again", "again", "again", "deep"]


def bars(text: str, *, ink: int = 25, paper: int = 230, module: float = 2.0) -> np.ndarray:
    """A code of bars, 70 rows of it, with its quiet zones."""
    drawn = np.array(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.EAN13).to_image(scale=8))[40:41]
    row = cv2.resize(
        np.pad(drawn, ((0, 0), (64, 64)), constant_values=255), None, fx=module / 8, fy=1, interpolation=cv2.INTER_AREA
    )
    return np.tile(ink + (paper - ink) / 255 * row, (70, 1))


def member(text: str, *, light: int = 230, dark: int = 25) -> np.ndarray:
    """A QR code, its modules `dark` on `light`."""
    matrix = np.array([list(row) for row in segno.make(text, error="m", micro=False).matrix])
    return np.pad(np.where(matrix, dark, light), 4, constant_values=light).repeat(4, axis=0).repeat(4, axis=1)


def laid(*codes: tuple[np.ndarray, int, int]) -> np.ndarray:
    """The desk with pictures of codes at their places (x, y), seen through a lens."""
    gray = desk()
    for code, x, y in codes:
        gray[y : y + code.shape[0], x : x + code.shape[1]] = code
    return cv2.GaussianBlur(gray, (0, 0), 0.7)


POSTER, CARD = "https://shop.example/spring", "noren:m:0123456789ABCDEF"
SHELF = ["4900000000009", "4900000000016", "4900000000023"]
FAINT = {"ink": 150, "paper": 178}


@pytest.mark.parametrize(
    ("codes", "texts"),
    [
        (((member(POSTER), 100, 200), (member(CARD, light=25, dark=230), 700, 300)), {POSTER, CARD}),
        (((member(POSTER), 100, 200), (bars(JAN, module=1.5), 700, 300)), {POSTER, JAN}),
        (((bars(OTHER, module=3.0), 100, 200), (bars(JAN, **FAINT), 700, 300)), {OTHER, JAN}),
    ],
    ids=["a poster and a card in dark mode", "a poster and fine bars", "clear and faint bars"],
)
def test_an_easy_code_hides_no_harder_one_and_is_told_no_later(
    codes: list[tuple[np.ndarray, int, int]], texts: set[str]
) -> None:
    alone, _ = told([(1, desk()), (2, laid(codes[0]))])
    both, frames = told([(1, desk()), (3, laid(*codes))])
    assert {text for _, text in both} == texts
    assert both[0] == alone[0]
    assert frames < 60


def test_the_faint_labels_of_a_shelf_are_told_after_the_clear_ones() -> None:
    faint = ["4900000000030", "4900000000047", "4900000000054"]
    rows = [(bars(text), 60 + 400 * n, 100) for n, text in enumerate(SHELF)]
    rows += [(bars(text, **FAINT), 60 + 400 * n, 400) for n, text in enumerate(faint)]
    read, _ = told([(1, desk()), (4, laid(*rows))])
    assert sorted(text for _, text in read) == SHELF + faint
    assert {text for _, text in read[:3]} == set(SHELF)


def test_what_only_looks_like_a_code_beside_one_is_given_up_and_costs_nothing_any_more() -> None:
    stripes = np.where(np.random.default_rng(0).random((1, 60)) < 0.5, 30, 220).repeat(3, axis=1).repeat(80, axis=0)
    read, frames = told([(1, desk()), (2.5, laid((bars(JAN), 100, 200), (stripes, 700, 300)))])
    longer, later = told([(1, desk()), (3.5, laid((bars(JAN), 100, 200), (stripes, 700, 300)))])
    assert [text for _, text in read] == [text for _, text in longer] == [JAN]
    assert later - frames <= 2
