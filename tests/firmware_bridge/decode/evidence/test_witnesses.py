"""What the rows of damaged labels bear out, and what engines make of them."""

import pytest

from edge.codes.symbology import Symbology
from firmware_bridge.decode.cascade import RETAIL_SYMBOLOGIES, Decoder, DecodeSettings
from firmware_bridge.decode.detection import BelievedCode
from firmware_bridge.decode.temporal_dedup import TemporalDedup, codes_after_frame
from tests.bench.decoding.damage import Case, Label, held, label

UNHURRIED = 60.0  # seconds of budget: a busy machine must not change what is read
FRAMES = 6
BETWEEN = 0.2  # seconds


def shown(drawn: Label, seed: str) -> tuple[list[BelievedCode], list[BelievedCode]]:
    """What the first look at a label finds sure, and what is read of it in some more."""
    decoder = Decoder(DecodeSettings(symbologies=RETAIL_SYMBOLOGIES | {drawn.kind}, budget=UNHURRIED))
    state, told, first = TemporalDedup(), list[BelievedCode](), list[BelievedCode]()
    for n, gray in enumerate(held(drawn, FRAMES, seed)):
        found = decoder.read(gray, deep=True)
        first += [code for code in found if code.sure and not n]
        state, new = codes_after_frame(state, found, n * BETWEEN)
        told += new
    return first, told


@pytest.mark.parametrize(
    ("how", "kind", "number"),
    [
        ("worn", Symbology.CODABAR, 0),
        ("worn", Symbology.ITF, 2),
        ("worn", Symbology.ITF, 4),
        ("blotted", Symbology.ITF, 2),
        ("scratched", Symbology.ITF, 0),
        ("crinkled", Symbology.CODABAR, 2),
        ("scratched", Symbology.UPCA, 1),
    ],
)
def test_a_damaged_label_whose_rows_show_each_character_somewhere_is_read_in_one_look(
    how: str, kind: Symbology, number: int
) -> None:
    drawn = label(Case(seed="t1", how=how, kind=kind, number=number))
    first, told = shown(drawn, "t1")
    assert {code.data.decode() for code in first} == {drawn.text}
    assert {code.data.decode() for code in told} == {drawn.text}


@pytest.mark.parametrize(
    ("seed", "how", "kind", "number"),
    [
        ("t3", "covered", Symbology.ITF, 22),  # a sticker leaves the first digits, and an edge like an end
        ("t1", "scratched", Symbology.CODE128, 0),  # both engines take the scratches for the same other text
        ("t1", "crinkled", Symbology.EAN13, 4),  # rows say the true one, views of all of them another
    ],
)
def test_what_engines_make_of_damage_is_not_told(seed: str, how: str, kind: Symbology, number: int) -> None:
    drawn = label(Case(seed=seed, how=how, kind=kind, number=number))
    first, told = shown(drawn, seed)
    assert {code.data.decode() for code in (*first, *told)} <= {drawn.text}
