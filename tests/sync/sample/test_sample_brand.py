"""The brand's colours can be read: WCAG 2.2 contrast, and the sample's chance is its own."""

from sync.hq.sample.brand import BRAND, STORES, chance, digest, others, place

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
    for one in STORES:
        near = {neighbour.store: neighbour.way for neighbour in place(one.id).neighbours}
        assert set(near) == {other.id for other in others(one.id)}
        for other in others(one.id):
            back = {neighbour.store: neighbour.way for neighbour in place(other.id).neighbours}
            assert back[one.id] == near[other.id]


def test_chance_is_the_same_at_every_run_and_another_for_every_thing() -> None:
    assert chance("a").random() == chance("a").random() != chance("b").random()
    assert digest("a", "b") != digest("ab")
