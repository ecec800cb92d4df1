"""The ladder reads what no engine reads alone, and says nothing rather than something wrong."""

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
import pytest

from edge.codes.issued.camera_code_lengths import MIN_CAMERA_LENGTHS, START_STOP_LETTERS
from edge.codes.symbology import Symbology
from firmware_bridge.decode.cascade import BUDGET_RESERVE_S, RETAIL_SYMBOLOGIES, Decoder, DecodeSettings, engines
from firmware_bridge.decode.cascade_stages import (
    CASCADE,
    SECOND_MATRIX_READINGS,
    SECOND_READINGS,
    VARIATIONS,
    CascadeDepth,
    Stage,
)
from firmware_bridge.decode.detection import Detection
from firmware_bridge.decode.frame_session import FrameLook
from firmware_bridge.decode.simple_api import frame_reader, still_picture_reader
from firmware_bridge.decode.time_budget import TimeBudget, UsualCosts
from tests.bench.decoding import camera, damage, damaged, packs
from tests.bench.decoding.corpus import score
from tests.firmware_bridge.pictures import showing

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


@pytest.mark.parametrize("symbology", MIN_CAMERA_LENGTHS)
def test_what_is_said_to_be_too_short_for_a_camera_is_and_the_next_is_not(symbology: Symbology) -> None:
    least = MIN_CAMERA_LENGTHS[symbology] - START_STOP_LETTERS.get(symbology, 0)
    kind, paired = {"codabar": "Codabar", "itf": "ITF"}.get(symbology, symbology.title()), symbology is Symbology.ITF
    look = Decoder(DecodeSettings(patient=True, symbologies=frozenset({symbology})))
    for length, is_read in ((least - 1 - paired, False), (least, True)):
        digits = "12345678"[:length]
        text = f"A{digits}A" if symbology is Symbology.CODABAR else digits
        told = [(found.data, found.sure) for found in look.read(showing(text, kind=kind))]
        assert told == ([(text.encode(), True)] if is_read else [])


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


DATABAR = {Symbology.DATABAR, Symbology.DATABAR_LIMITED, Symbology.DATABAR_EXPANDED}
PACKS = [
    ("bottle", 1),
    ("bottle", 6),
    ("askew", 2),
    ("databar", 1),
    ("databar", 4),
    ("hemmed", 2),
    ("hemmed", 3),
]  # no other stage reads them


@pytest.mark.parametrize(("kind", "seed"), PACKS)
def test_a_code_bent_or_moved_or_soft_or_hemmed_in_is_read_in_one_look(kind: str, seed: int) -> None:
    decoder = Decoder(DecodeSettings(symbologies=RETAIL_SYMBOLOGIES | DATABAR, budget=HUNG))
    pack = packs.picture(kind, camera.seeded(SEED, kind, seed), "")
    assert score(pack, [(found.symbology, found.data) for found in decoder.read(pack.gray, deep=True)]) == (True, False)


def test_more_is_read_than_by_all_engines_together() -> None:
    decoder, alone = Decoder(DecodeSettings(patient=True)), engines(RETAIL_SYMBOLOGIES)
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


@pytest.mark.parametrize("how", ["scratched", "crinkled", "covered"])
def test_a_damaged_label_is_told_as_what_it_is_or_not_at_all(how: str) -> None:
    decoder = Decoder(DecodeSettings(symbologies=damaged.ASKED, budget=HUNG))
    results = [
        damaged.told(damage.label(case), decoder, SEED, frames=2) for case in damage.cases(1, SEED) if case.how == how
    ]
    assert not any(result.once_wrong or result.held_wrong for result in results)
    assert sum(result.once for result in results) >= 2


TOLD_WRONG = [  # once, and after so many frames
    # a scratch down a whole bar: all rows said 49485554
    ("report", "scratched", Symbology.EAN8, 0, 7),
    # a dead dot of the printing head: rows said two things, most of them the wrong one
    ("report", "worn", Symbology.EAN13, 1, 5),
    # an engine reported only one end of each of two texts: they were not at one place
    ("report", "crinkled", Symbology.CODE39, 10, 2),
    # a worn spot beside what looks like a beginning: the last six of fourteen digits
    ("report", "worn", Symbology.ITF, 0, 5),
    # a sticker over two of ten digits
    ("f2", "covered", Symbology.ITF, 1, 3),
    # two texts of a scratched label, neither borne out by a row, the other one OpenCV's alone
    ("f3", "scratched", Symbology.UPCA, 17, 10),
    # the check character held for 80RtM56D7], one in a hundred
    ("f1", "scratched", Symbology.CODE128, 1, 4),
]


@pytest.mark.parametrize(("seed", "how", "kind", "number", "frames"), TOLD_WRONG)
def test_a_label_that_was_told_wrong_is_not(seed: str, how: str, kind: Symbology, number: int, frames: int) -> None:
    decoder = Decoder(DecodeSettings(symbologies=damaged.ASKED, budget=HUNG))
    label = damage.label(damage.Case(seed=seed, how=how, kind=kind, number=number))
    result = damaged.told(label, decoder, seed, frames=frames)
    assert (result.once_wrong, result.held_wrong) == ((), ())


@pytest.mark.parametrize("kind", [Symbology.EAN13, Symbology.EAN8, Symbology.CODE39])
def test_a_label_of_which_half_the_rows_say_another_number_is_told_as_neither(kind: Symbology) -> None:
    rng = camera.seeded(SEED, "halves", kind)
    text = damage.text_for(kind, rng)
    upper, lower = damage.drawn(kind, text), damage.drawn(kind, damage.like(kind, text, rng))
    upper[len(upper) // 2 :] = lower[len(lower) // 2 :, : upper.shape[1]]
    decoder = Decoder(DecodeSettings(symbologies=damaged.ASKED, patient=True))
    small: Any = cv2.resize((upper * 200 + 30).astype(np.uint8), None, fx=0.4, fy=0.4)
    assert decoder.read(small) == ()


@pytest.mark.parametrize("length", [10, 12, 14])
@pytest.mark.parametrize("covered", [0.2, 0.35, 0.5])
def test_a_part_of_an_itf_is_not_read_as_a_shorter_number(length: int, covered: float) -> None:
    rng = camera.seeded(SEED, "itf", length)
    decoder = Decoder(DecodeSettings(symbologies=damaged.ASKED, patient=True))
    for _ in range(3):
        text = "".join(rng.choice(list(camera.DIGITS), length))
        drawn = damage.drawn(Symbology.ITF, text)
        drawn[:, : int(covered * drawn.shape[1])] = 0.4
        gray: Any = cv2.resize((drawn * 200 + 30).astype(np.uint8), None, fx=0.4, fy=0.4, interpolation=cv2.INTER_AREA)
        assert decoder.read(gray) == ()


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
    text, frame = photo(Symbology.DATAMATRIX, "motion", 5, 1)
    decoder = Decoder(DecodeSettings(budget=HUNG))
    assert decoder.read(frame, deep=True) == ()
    assert decoder.unfinished
    assert [found.data for found in decoder.read(frame, again=True)] == [text]


@pytest.mark.parametrize(("still", "read"), [(60.0, True), (0.0, False)])
def test_a_rung_that_no_budget_is_enough_for_gets_a_look_of_a_still_scene(still: float, read: bool) -> None:
    text, frame = photo(Symbology.DATAMATRIX, "motion", 5, 1)
    slow = DecodeSettings(budget=BUDGET_RESERVE_S + 1e-6, still=still)  # as if the processor is slow
    decoder, found = Decoder(slow, now=lambda: 0.0), list[bytes]()
    decoder.read(frame, deep=True)
    while decoder.unfinished:
        found += [code.data for code in decoder.read(frame, again=True)]
    assert found[:1] == ([text] if read else [])


def test_a_code_alone_in_the_frame_leaves_nothing_to_climb_for() -> None:
    text, frame = photo(Symbology.EAN13, "clean", 0)
    alone = np.full_like(frame, 200)
    alone[150:330, 200:580] = frame[150:330, 200:580]
    decoder = Decoder(DecodeSettings(budget=HUNG))
    assert [found.data for found in decoder.read(alone, deep=True)] == [text]
    assert not decoder.unfinished


def test_an_empty_scene_is_finished_after_some_frames() -> None:
    decoder, frame = Decoder(), np.full((480, 640), 200, np.uint8)
    decoder.read(frame, deep=True)
    for _ in CASCADE:
        if not decoder.unfinished:
            return
        decoder.read(frame, again=True)
    pytest.fail("each frame climbs one stage at least")


def test_the_name_of_the_rung_is_one_of_the_ladder(still: Decoder) -> None:
    _, frame = photo(Symbology.EAN13, "defocus", 2.5)
    (found,) = still.read(frame)
    assert found.stage in {stage.name for stage in CASCADE}


def test_every_rung_names_an_engine_and_gets_dearer_going_down() -> None:
    known = engines(RETAIL_SYMBOLOGIES)
    assert all(stage.engine in known for stage in CASCADE)
    assert all(engine in known and shake in VARIATIONS for engine, shake in SECOND_READINGS + SECOND_MATRIX_READINGS)
    assert [stage.depth for stage in CASCADE] == sorted(stage.depth for stage in CASCADE)
    assert len({stage.name for stage in CASCADE}) == len(CASCADE)


def what_suits(stage: Stage) -> tuple[str, float]:
    """A damage that this stage is made for, or at least can read."""
    match stage.picture.split(", ")[0].split():
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


@pytest.mark.parametrize("stage", CASCADE, ids=lambda stage: stage.name)
def test_each_rung_reads_something_by_itself(stage: Stage) -> None:
    kinds = {"opencv qr": [Symbology.QR], "opencv bars": [Symbology.UPCA]}.get(stage.engine, [Symbology.EAN13])
    readable, known = [*kinds, Symbology.QR], engines(RETAIL_SYMBOLOGIES)
    for seed in range(5):
        for kind in readable:
            text, frame = photo(kind, *what_suits(stage), seed)
            look = FrameLook(frame, known, TimeBudget(UsualCosts()), float("inf"))
            look.run_stage(stage)
            if [found.data for found in look.found()] == [text]:
                return
    pytest.fail("it read none of ten pictures")


class Liar:
    """An engine of its own mind, to see what the ladder believes."""

    def __init__(self, name: str, data: bytes, views: int, aside: tuple[int, int] = (0, 0)) -> None:
        self._name, self._data, self._left, self._aside = name, data, views, aside

    def read(self, gray: np.ndarray) -> tuple[Detection, ...]:
        self._left -= 1
        if self._left < 0:
            return ()
        x, y = self._aside
        corners = ((10 + x, 10 + y), (90 + x, 10 + y), (90 + x, 40 + y), (10 + x, 40 + y))
        return (Detection(symbology=Symbology.EAN13, aim="]E0", data=self._data, corners=corners, engine=self._name),)


def judged(rivals: Mapping[str, Liar]) -> list[bytes]:
    known = {**engines({Symbology.DATAMATRIX}), **rivals}
    look = FrameLook(np.full((100, 200), 200, np.uint8), known, TimeBudget(UsualCosts()), float("inf"))
    look.run_stage(CASCADE[0])
    return [found.data for found in look.found()]


def test_a_text_that_falls_apart_when_shaken_is_not_believed() -> None:
    assert judged({"zxing quick": Liar("zxing", b"4901234567894", 2)}) == []
    assert judged({"zxing quick": Liar("zxing", b"4901234567894", 9)}) == [b"4901234567894"]


@pytest.mark.parametrize("aside", [(-400, 0), (400, 0), (0, -400), (0, 400)])
@pytest.mark.parametrize("name", ["zbar, tilted 45", "zxing, as it is"])
def test_a_text_whose_place_is_beyond_the_frame_is_not_believed_and_ends_no_decoder(
    name: str, aside: tuple[int, int]
) -> None:
    """Bars that the frame's edge cuts run on in what a tilt puts around it."""
    stage = next(one for one in CASCADE if one.name == name)
    known = engines({Symbology.DATAMATRIX}) | {stage.engine: Liar(stage.engine, b"4901234567894", 9, aside)}
    look = FrameLook(np.full((100, 200), 200, np.uint8), known, TimeBudget(UsualCosts()), float("inf"))
    look.run_stage(stage)
    assert look.found() == ()


def test_a_second_engine_that_reads_another_text_there_takes_the_trust_away() -> None:
    one, other = Liar("zxing", b"4901234567894", 2), Liar("zbar", b"4909876543214", 2)
    assert judged({"zxing quick": one, "zbar": other}) == []


def test_a_second_engine_that_agrees_makes_up_for_a_lost_view() -> None:
    one, other = Liar("zxing", b"4901234567894", 2), Liar("zbar", b"4901234567894", 1)
    assert judged({"zxing quick": one, "zbar": other}) == [b"4901234567894"]


def test_the_plain_callables_give_format_and_text() -> None:
    text, frame = photo(Symbology.EAN13, "clean", 0)
    told, read = [("ean13", text.decode())], frame_reader()
    assert still_picture_reader()(frame) == told
    assert any(read(frame) == told for _ in range(100))  # a busy machine leaves some looks no time


def test_depths_are_ordered() -> None:
    assert CascadeDepth.LIVE < CascadeDepth.DEEP < CascadeDepth.PATIENT
