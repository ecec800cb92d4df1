"""Each document is drawn whole at every width, and what it carries as a code is read back by the decoder of the shop."""

from functools import cache

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from edge.features.printing.document import Document, PickupLabel, PriceTag, decode_document, encode_document
from firmware_bridge.decode.simple_api import SimpleReader, still_picture_reader
from firmware_bridge.printing.drawing import fonts
from firmware_bridge.printing.drawing.draw import draw
from firmware_bridge.printing.drawing.sheet import MARGIN, DoesNotFit, Sheet, wrapped

WIDTHS = (384, 576)  # dots of paper 58 mm and 80 mm wide
LABEL = PickupLabel(
    number="4821",
    code="noren:o:ord-20261128-0001",
    name="サトウ 様",
    shelf="R-12",
    zone="冷蔵",
    until="11/30(月) 21:00 まで",
    made="11/28(土) 13:05",
    package=1,
    packages=2,
)
TAG = PriceTag(
    name="オーガニックコットン クルーネック 長袖Tシャツ",
    detail="ネイビー / M",
    price="¥3,990",
    before="¥4,990",
    note="税込",
    gtin="4901234567894",
)
GREEDY = PickupLabel(
    number="W" * 40,
    code=f"noren:o:{'x' * 64}",
    name="シュヴァルツェンベルガー・マクシミリアン・アレクサンダー様" * 4,
    shelf="REFRIGERATOR-12345",
    zone="要冷凍（−18℃以下）取り扱い注意の品物です",
    until="Saturday, November 28, 2026, 21:00 までにお渡しください",
    made="11/28(土) 13:05",
    package=99,
    packages=99,
)
GREEDY_TAG = PriceTag(name="超" * 200, detail="W" * 200, price="¥" + "9" * 60, before="9" * 99, gtin="49123456")

a_text = st.text(max_size=200)


@cache
def reader() -> SimpleReader:
    return still_picture_reader()


def ink(picture: Image.Image) -> tuple[int, int, int, int]:
    """The box around all that is black."""
    box = Image.eval(picture.convert("L"), lambda value: 255 - value).getbbox()
    assert box is not None
    return box


def within(picture: Image.Image, width: int) -> bool:
    left, top, right, bottom = ink(picture)
    return (
        picture.mode == "1"
        and picture.width == width
        and left >= MARGIN - 2
        and right <= width - 1  # the tail of a letter may lean into the margin
        and top >= 1
        and bottom <= picture.height - 1
    )


def read_back(picture: Image.Image) -> list[str]:
    """As a camera would see it: paper around it, in grey."""
    seen = Image.new("L", (picture.width + 80, picture.height + 80), 255)
    seen.paste(picture.convert("L"), (40, 40))
    return [text for _, text in reader()(np.asarray(seen))]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("document", [LABEL, TAG, GREEDY, GREEDY_TAG], ids=["label", "tag", "greedy", "greedy-tag"])
def test_nothing_of_a_document_is_cut(document: Document, width: int) -> None:
    assert within(draw(document, width), width)


@settings(max_examples=40, deadline=None)
@given(texts=st.lists(a_text, min_size=6, max_size=6), width=st.sampled_from(WIDTHS))
def test_whatever_is_written_nothing_is_cut(texts: list[str], width: int) -> None:
    number, name, shelf, zone, until, made = texts
    label = PickupLabel(
        number=number or "1", code="noren:o:1", name=name, shelf=shelf, zone=zone, until=until, made=made
    )
    assert within(draw(label, width), width)


@pytest.mark.parametrize("width", WIDTHS)
def test_the_code_of_a_label_is_read_back(width: int) -> None:
    assert read_back(draw(LABEL, width)) == [LABEL.code]
    assert read_back(draw(GREEDY, width)) == [GREEDY.code]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("digits", ["4901234567894", "49123456"])
def test_the_barcode_of_a_price_tag_is_read_back(width: int, digits: str) -> None:
    tag = PriceTag(name="もめんの手ぬぐい", price="¥1,200", gtin=digits)
    assert [text.lstrip("0") for text in read_back(draw(tag, width))] == [digits]


def test_a_number_with_a_wrong_check_digit_is_no_price_tag() -> None:
    with pytest.raises(ValueError, match="check"):
        draw(PriceTag(name="手ぬぐい", price="¥1", gtin="4901234567890"), 384)


def test_the_same_document_gives_the_same_picture() -> None:
    assert draw(LABEL, 576).tobytes() == draw(decode_document(encode_document(LABEL)), 576).tobytes()


def test_what_differs_differs_on_paper() -> None:
    plain = PickupLabel(number="4821", code="noren:o:1")
    pictures = {
        draw(label, 384).tobytes()
        for label in (
            plain,
            PickupLabel(number="4822", code="noren:o:1"),
            PickupLabel(number="4821", code="noren:o:2"),
            PickupLabel(number="4821", code="noren:o:1", shelf="R-1"),
            PickupLabel(number="4821", code="noren:o:1", zone="冷凍"),
            PickupLabel(number="4821", code="noren:o:1", package=2, packages=2),
        )
    }
    assert len(pictures) == 6


@pytest.mark.parametrize("character", "A9ｱあア漢髙﨑々〜①℃￥")
def test_what_is_written_in_japan_has_a_font(character: str) -> None:
    assert fonts.printable(character) == character
    assert fonts.text_width(character, 24, fonts.BOLD) > 0


def test_a_character_without_a_font_is_seen_to_be_missing() -> None:
    assert fonts.printable("A\N{GREEK SMALL LETTER ALPHA WITH PSILI}\U0001f600\nB") == "A〓〓 B"


def test_a_line_wider_than_the_paper_is_refused_and_a_wrapped_one_fits() -> None:
    sheet, text = Sheet(384), "受け取りカウンターでお渡しします" * 3
    with pytest.raises(DoesNotFit):
        sheet.line(text, 40)
    lines = wrapped(text, sheet.inner, 40, fonts.BOLD, 2)
    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(fonts.text_width(line, 40, fonts.BOLD) <= sheet.inner for line in lines)
