"""The brand's colours can be read (WCAG 2.2 contrast), and its stores know the way to each other."""

from sync.hq.sample.tables import SAMPLE_STORES, sample_policy

BRAND = sample_policy("ginza").brand
READABLE = 7.0  # WCAG 2.2, success criterion 1.4.6


def _luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance of `#rrggbb`."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, two: str) -> float:
    low, high = sorted((_luminance(one), _luminance(two)))
    return (high + 0.05) / (low + 0.05)


def test_white_can_be_read_on_the_brand_colour() -> None:
    assert _contrast("#ffffff", BRAND.colour) >= READABLE


def test_the_brand_colour_can_be_read_on_its_tint() -> None:
    assert _contrast(BRAND.colour, BRAND.tint) >= READABLE


def test_the_mark_is_one_character() -> None:
    assert len(BRAND.mark) == 1


def test_each_store_is_the_others_neighbour_with_the_same_way() -> None:
    ways = {one: {near.store: near.way for near in sample_policy(one).place.neighbours} for one in SAMPLE_STORES}
    for one, near in ways.items():
        assert set(near) == set(SAMPLE_STORES) - {one}
        assert all(ways[other][one] == way for other, way in near.items())


def test_every_store_is_of_the_same_brand_with_the_same_codes() -> None:
    assert {
        (sample_policy(one).brand, sample_policy(one).codes) == (BRAND, sample_policy("ginza").codes)
        for one in SAMPLE_STORES
    } == {True}
