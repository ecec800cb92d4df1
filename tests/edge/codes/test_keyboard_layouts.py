"""The code itself shows on which keyboard it was typed, if it can."""

import pytest

from edge.codes.keyboard_layouts import (
    AUTO_LAYOUTS,
    KEYCODES,
    LAYOUTS,
    SUBSTITUTE_CHARACTER,
    Layout,
    likeliest_layout,
    undo_caps_lock,
)

PRINTED = "".join(map(chr, range(0x20, 0x7F)))


def on(text: str, typed: Layout, read: Layout) -> bytes:
    """What is read on one keyboard of a text that was typed on another."""
    keys = {
        character: (place, shift)
        for place, pair in sorted(LAYOUTS[typed].items(), key=lambda key: -KEYCODES[key[0]])
        for shift, character in enumerate(pair)
        if character
    }
    spelt = ""
    for character in text:
        place, shift = keys[character]
        spelt += LAYOUTS[read].get(place, ("", ""))[shift] or SUBSTITUTE_CHARACTER.decode()
    return spelt.encode()


@pytest.mark.parametrize("layout", list(LAYOUTS))
def test_every_keyboard_types_every_printed_character(layout: Layout) -> None:
    assert set(PRINTED) <= {character for pair in LAYOUTS[layout].values() for character in pair} | (
        {"`"} if layout == "uk" else set()
    )


@pytest.mark.parametrize("typed", AUTO_LAYOUTS)
@pytest.mark.parametrize(
    "code",
    [
        "noren:p:o-4821:s3cretS3cret",
        "https://id.gs1.org/01/04901234567894",
        "]E04901234567894",
        "ID_42=7",
        "4901234567894",
    ],
)
def test_the_code_tells(code: str, typed: Layout) -> None:
    texts = {layout: on(code, typed, layout) for layout in AUTO_LAYOUTS}
    assert texts[likeliest_layout(texts)] == code.encode()


def test_letters_that_caps_lock_turned_are_turned_back_where_the_code_tells() -> None:
    assert undo_caps_lock(b"NOREN:P:O-1:ABc") == b"noren:p:o-1:abC"
    assert undo_caps_lock(b"M12345678") == b"M12345678"
    assert undo_caps_lock(b"HTTPS://ID.GS1.ORG/01/04901234567894") == b"HTTPS://ID.GS1.ORG/01/04901234567894"
