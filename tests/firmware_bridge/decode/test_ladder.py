"""The ladder reads what no engine reads alone, and says nothing rather than something wrong."""

from collections.abc import Mapping

import numpy as np
import pytest

from edge.codes.symbology import Symbology
from firmware_bridge.decode.found import Sighting
from firmware_bridge.decode.ladder import RETAIL, Decoder, DecodeSettings, engines
from firmware_bridge.decode.look import Look
from firmware_bridge.decode.pace import Pace, Usual
from firmware_bridge.decode.plain import live, patient
from firmware_bridge.decode.rungs import AGAIN, AGAIN_MATRIX, LADDER, SHAKES, Depth, Rung
from tests.bench.decoding import camera

SEED = "test"
HUNG = 60.0  # seconds: a busy machine must not change what is read
MIDDLE = np.s_[120:600, 250:1030]  # of a frame, where the code is: the rest only takes time


@pytest.fixture(scope="module")
def still() -> Decoder:
    return Decoder(DecodeSettings(patient=True))


def photo(kind: Symbology, how: str, level: float, seed: int = 0) -> tuple[bytes, np.ndarray]:
    rng = camera.seeded(SEED, kind, how, level, seed)
    text = camera.text_for(kind, rng)
    return text.encode(), camera.photograph(kind, text, how, level, rng)[MIDDLE]


@pytest.mark.parametrize("kind", camera.KINDS)
def test_a_clean_code_is_read_in_its_place(still: Decoder, kind: Symbology) -> None:
    text, frame = photo(kind, "clean", 0)
    (found,) = still.read(frame)
    assert (found.symbology, found.data) == (kind, text)
    assert found.sure
    middle = np.mean(found.corners, axis=0)
    assert abs(middle[0] - 390) < 120
    assert abs(middle[1] - 240) < 120


HARD = [
    (Symbology.EAN13, "defocus", 2.5),
    (Symbology.EAN13, "motion", 3),
    (Symbology.EAN13, "rotation", 45),
    (Symbology.UPCA, "lowlight", 50),
    (Symbology.EAN8, "shadow", 0.5),
    (Symbology.CODE128, "inverted", 0),
    (Symbology.CODE39, "occlusion", 0.5),
    (Symbology.UPCA, "rotation", 90),
    (Symbology.QR, "module", 2.0),
    (Symbology.QR, "moire", 0.6),
    (Symbology.QR, "perspective", 0.3),
    (Symbology.DATAMATRIX, "clean", 0),
]


@pytest.mark.parametrize(("kind", "how", "level"), HARD)
def test_a_damaged_code_is_read_by_some_rung(still: Decoder, kind: Symbology, how: str, level: float) -> None:
    text, frame = photo(kind, how, level)
    assert [found.data for found in still.read(frame)] == [text]


def test_more_is_read_than_by_all_engines_together() -> None:
    decoder, alone = Decoder(DecodeSettings(patient=True)), engines(RETAIL)
    ours = theirs = 0
    for kind, how, level in HARD[:6]:
        text, frame = photo(kind, how, level, 1)
        ours += any(found.data == text for found in decoder.read(frame))
        theirs += any(text in seen.data for name in alone for seen in alone[name].read(frame))
    assert ours > theirs


@pytest.mark.parametrize("seed", range(2))
def test_nothing_is_read_where_nothing_is(still: Decoder, seed: int) -> None:
    assert still.read(camera.empty(camera.seeded(SEED, seed))[MIDDLE]) == ()


@pytest.mark.parametrize("kind", [Symbology.EAN13, Symbology.UPCA, Symbology.CODE128, Symbology.CODE39])
@pytest.mark.parametrize("level", camera.NEGATIVES["cut"])
def test_half_a_code_is_never_read_as_another(still: Decoder, kind: Symbology, level: float) -> None:
    text, frame = photo(kind, "cut", level)
    assert [found.data for found in still.read(frame) if found.data != text] == []


def test_two_codes_in_view_are_both_read(still: Decoder) -> None:
    first, left = photo(Symbology.EAN13, "clean", 0)
    second, right = photo(Symbology.QR, "clean", 0)
    frame = np.hstack([left, right])
    assert {found.data for found in still.read(frame)} == {first, second}


def test_only_what_is_asked_for_is_read() -> None:
    _, frame = photo(Symbology.EAN13, "clean", 0)
    assert Decoder(DecodeSettings(symbologies=frozenset({Symbology.QR}))).read(frame, deep=True) == ()


@pytest.mark.parametrize("shape", [(1, 1), (2, 500), (500, 2), (24, 24)])
def test_a_picture_of_any_size_is_looked_at(still: Decoder, shape: tuple[int, int]) -> None:
    assert still.read(np.full(shape, 128, np.uint8)) == ()


def test_a_picture_that_is_a_slice_of_another_is_read_alike(still: Decoder) -> None:
    text, frame = photo(Symbology.EAN13, "clean", 0)
    wide = np.repeat(frame, 2, axis=1)
    assert [found.data for found in still.read(wide[:, ::2])] == [text]


def test_without_any_time_the_first_rung_still_looks() -> None:
    text, frame = photo(Symbology.QR, "clean", 0)
    assert [found.data for found in Decoder(DecodeSettings(budget=0.0)).read(frame)] == [text]


def test_what_one_look_does_not_reach_the_next_frame_of_the_same_scene_does() -> None:
    text, frame = photo(Symbology.EAN13, "motion", 5, 1)
    decoder = Decoder(DecodeSettings(budget=HUNG))
    assert decoder.read(frame, deep=True) == ()
    assert decoder.unfinished
    assert [found.data for found in decoder.read(frame, again=True)] == [text]
    assert not decoder.unfinished


def test_an_empty_scene_is_finished_after_some_frames() -> None:
    decoder, frame = Decoder(), np.full((480, 640), 200, np.uint8)
    decoder.read(frame, deep=True)
    for _ in LADDER:
        if not decoder.unfinished:
            return
        decoder.read(frame, again=True)
    pytest.fail("each frame climbs one rung at least")


def test_the_name_of_the_rung_is_one_of_the_ladder(still: Decoder) -> None:
    _, frame = photo(Symbology.EAN13, "defocus", 2.5)
    (found,) = still.read(frame)
    assert found.rung in {rung.name for rung in LADDER}


def test_every_rung_names_an_engine_and_gets_dearer_going_down() -> None:
    known = engines(RETAIL)
    assert all(rung.engine in known for rung in LADDER)
    assert all(engine in known and shake in SHAKES for engine, shake in AGAIN + AGAIN_MATRIX)
    assert [rung.depth for rung in LADDER] == sorted(rung.depth for rung in LADDER)
    assert len({rung.name for rung in LADDER}) == len(LADDER)


def what_suits(rung: Rung) -> tuple[str, float]:
    """A damage this rung is there for, or at least stands."""
    match rung.picture.split(", ")[0].split():
        case ["tilted", degrees] if float(degrees) > 4:
            return "rotation", float(degrees)
        case ["inverted"]:
            return "inverted", 0
        case ["a", "third"] | ["half"]:
            return "module", 5.0
        case words if "sharper" in words:
            return "defocus", 1.5
        case _:
            return "clean", 0


@pytest.mark.parametrize("rung", LADDER, ids=lambda rung: rung.name)
def test_each_rung_reads_something_by_itself(rung: Rung) -> None:
    kinds = {"opencv qr": [Symbology.QR], "opencv bars": [Symbology.UPCA]}.get(rung.engine, [Symbology.EAN13])
    readable, known = [*kinds, Symbology.QR], engines(RETAIL)
    for seed in range(5):
        for kind in readable:
            text, frame = photo(kind, *what_suits(rung), seed)
            look = Look(frame, known, Pace(Usual()), float("inf"))
            look.climb(rung)
            if [found.data for found in look.found()] == [text]:
                return
    pytest.fail("it read none of ten pictures")


class Liar:
    """An engine of its own mind, to see what the ladder believes."""

    def __init__(self, name: str, data: bytes, views: int) -> None:
        self._name, self._data, self._left = name, data, views

    def read(self, gray: np.ndarray) -> tuple[Sighting, ...]:
        self._left -= 1
        if self._left < 0:
            return ()
        corners = ((10, 10), (90, 10), (90, 40), (10, 40))
        return (Sighting(symbology=Symbology.EAN13, aim="]E0", data=self._data, corners=corners, engine=self._name),)


def judged(rivals: Mapping[str, Liar]) -> list[bytes]:
    known = engines({Symbology.DATAMATRIX}) | rivals
    look = Look(np.full((100, 200), 200, np.uint8), known, Pace(Usual()), float("inf"))
    look.climb(LADDER[0])
    return [found.data for found in look.found()]


def test_a_text_that_falls_apart_when_shaken_is_not_believed() -> None:
    assert judged({"zxing quick": Liar("zxing", b"4901234567894", 2)}) == []
    assert judged({"zxing quick": Liar("zxing", b"4901234567894", 9)}) == [b"4901234567894"]


def test_a_second_engine_that_reads_another_text_there_takes_the_trust_away() -> None:
    one, other = Liar("zxing", b"4901234567894", 2), Liar("zbar", b"4909876543214", 2)
    assert judged({"zxing quick": one, "zbar": other}) == []


def test_a_second_engine_that_agrees_makes_up_for_a_lost_view() -> None:
    one, other = Liar("zxing", b"4901234567894", 2), Liar("zbar", b"4901234567894", 1)
    assert judged({"zxing quick": one, "zbar": other}) == [b"4901234567894"]


def test_the_plain_callables_give_format_and_text() -> None:
    text, frame = photo(Symbology.EAN13, "clean", 0)
    assert live()(frame) == patient()(frame) == [("ean13", text.decode())]


def test_depths_are_ordered() -> None:
    assert Depth.LIVE < Depth.DEEP < Depth.PATIENT
