"""What is believed, and what is not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.codes.symbology import Symbology
from firmware_bridge.decode.found import Sighting
from firmware_bridge.decode.retail import check_holds, expanded, suppressed
from firmware_bridge.decode.trust import Claim, Vote, heard, is_sure, plausible, stands

PLACE = ((100, 100), (300, 100), (300, 160), (100, 160))
ELSEWHERE = ((100, 500), (300, 500), (300, 560), (100, 560))
VIEWS = ("as it is", "tilted", "larger", "smaller", "even")


def seen(data: bytes, symbology: Symbology = Symbology.EAN13) -> Sighting:
    return Sighting(symbology=symbology, aim="]E0", data=data, corners=PLACE, engine="zxing")


def claim(
    symbology: Symbology = Symbology.EAN13,
    data: bytes = b"4901234567894",
    corners: tuple[tuple[int, int], ...] = PLACE,
    **votes: int,
) -> Claim:
    cast = {
        Vote(engine=engine.replace("_", " "), view=VIEWS[n]) for engine, count in votes.items() for n in range(count)
    }
    return Claim(symbology=symbology, aim="]E0", data=data, corners=corners, votes=frozenset(cast))


@pytest.mark.parametrize(
    ("symbology", "data"),
    [
        (Symbology.EAN13, b"4901234567895"),
        (Symbology.EAN8, b"49123457"),
        (Symbology.UPCA, b"036000291453"),
        (Symbology.EAN13, b"0000000000000"),
        (Symbology.EAN8, b"00000000"),
        (Symbology.EAN13, b"49012345"),
        (Symbology.UPCE, b"01234566"),
        (Symbology.CODE39, b"SEC"),
        (Symbology.CODE128, b"C"),
        (Symbology.ITF, b"1234567"),
        (Symbology.ITF, b"1234"),
        (Symbology.QR, b""),
    ],
)
def test_what_cannot_be_true_by_itself_is_not_heard(symbology: Symbology, data: bytes) -> None:
    assert plausible(seen(data, symbology)) is None


@pytest.mark.parametrize(
    ("symbology", "data", "ours", "spelled"),
    [
        (Symbology.EAN13, b"4901234567894", Symbology.EAN13, b"4901234567894"),
        (Symbology.EAN13, b"0036000291452", Symbology.UPCA, b"036000291452"),
        (Symbology.UPCA, b"036000291452", Symbology.UPCA, b"036000291452"),
        (Symbology.UPCE, b"0012345000065", Symbology.UPCE, b"01234565"),
        (Symbology.UPCE, b"01234565", Symbology.UPCE, b"01234565"),
        (Symbology.CODE39, b"AB12", Symbology.CODE39, b"AB12"),
        (Symbology.QR, b"x", Symbology.QR, b"x"),
    ],
)
def test_one_number_is_spelled_one_way(symbology: Symbology, data: bytes, ours: Symbology, spelled: bytes) -> None:
    heard_as = plausible(seen(data, symbology))
    assert heard_as is not None
    assert (heard_as.symbology, heard_as.data) == (ours, spelled)


@pytest.mark.parametrize(
    ("upce", "upca"),  # GS1 General Specifications 5.2.2.4.2: one example for each way of leaving noughts out
    [
        (b"01234505", b"012000003455"),
        (b"01234514", b"012100003454"),
        (b"01234531", b"012300000451"),
        (b"01234543", b"012340000053"),
        (b"01234565", b"012345000065"),
        (b"01234598", b"012345000096"),
    ],
)
def test_a_upc_e_and_its_upc_a_are_made_from_each_other(upce: bytes, upca: bytes) -> None:
    assert expanded(upce)[:11] == upca[:11]
    assert suppressed(expanded(upce)) == upce


@given(st.from_regex(rb"[01][0-9]{7}", fullmatch=True))
def test_every_upc_e_suppresses_to_one_that_expands_the_same(upce: bytes) -> None:
    upca = expanded(upce)
    again = suppressed(upca)
    assert again is not None
    assert expanded(again) == upca


@given(st.from_regex(rb"[0-9]{12}", fullmatch=True), st.integers(0, 11), st.integers(1, 9))
def test_one_digit_misread_never_keeps_its_check_digit(body: bytes, place: int, off: int) -> None:
    whole = next(body + bytes([48 + check]) for check in range(10) if check_holds(body + bytes([48 + check])))
    digit = 48 + (whole[place] - 48 + off) % 10
    assert not check_holds(whole[:place] + bytes([digit]) + whole[place + 1 :])


@pytest.mark.parametrize(
    ("votes", "believed"),
    [
        ({"zxing": 1}, False),
        ({"zxing": 2}, False),
        ({"zxing": 3}, True),
        ({"zbar": 3}, False),
        ({"zbar": 4}, True),
        ({"opencv_bars": 3}, False),
        ({"opencv_bars": 4}, True),
        ({"zxing": 1, "zbar": 1}, False),
        ({"zxing": 2, "zbar": 1}, True),
        ({"zbar": 2, "opencv_bars": 1}, True),
    ],
)
def test_bars_stand_when_enough_views_agree(votes: dict[str, int], believed: bool) -> None:
    one = claim(**votes)
    assert stands(one, (one,)) is believed


@pytest.mark.parametrize("symbology", [Symbology.UPCE, Symbology.EAN8])
def test_a_short_code_needs_two_engines(symbology: Symbology) -> None:
    alone, both = claim(symbology, b"01234565", zxing=5), claim(symbology, b"01234565", zxing=2, zbar=1)
    assert not stands(alone, (alone,))
    assert stands(both, (both,))


def test_a_rival_at_the_same_place_takes_the_trust_away() -> None:
    one, rival = claim(zxing=3), claim(data=b"4909876543214", zxing=2)
    assert not stands(one, (one, rival))
    assert stands(claim(zxing=4), (claim(zxing=4), rival))


def test_another_code_elsewhere_is_no_rival() -> None:
    one, other = claim(zxing=3), claim(data=b"4909876543214", corners=ELSEWHERE, zxing=3)
    assert stands(one, (one, other))
    assert stands(other, (one, other))


def test_a_short_code_that_cannot_stand_does_not_stand_in_the_way() -> None:
    one, part = claim(zxing=3), claim(Symbology.UPCE, b"02212166", zbar=5)
    assert stands(one, (one, part))


def test_zbar_losing_fnc4_of_a_code_128_is_no_rival() -> None:
    latin = claim(Symbology.CODE128, b"\xf3\xf31234", zxing=3)
    assert stands(latin, (latin, claim(Symbology.CODE128, b"ss1234", zbar=5)))


def test_a_matrix_code_stands_alone_unless_only_opencv_read_it() -> None:
    for votes, believed in (
        ({"zxing": 1}, True),
        ({"zbar": 1}, True),
        ({"opencv_qr": 1}, False),
        ({"opencv_qr": 2}, True),
    ):
        qr = claim(Symbology.QR, b"hello", **votes)
        assert stands(qr, (qr,)) is believed


def test_the_same_view_heard_twice_is_one_vote() -> None:
    claims: tuple[Claim, ...] = ()
    for view in ("as it is", "as it is", "tilted"):
        claims = heard(claims, seen(b"4901234567894"), view)
    assert [len(c.votes) for c in claims] == [2]


def test_another_text_is_another_claim() -> None:
    claims = heard((), seen(b"4901234567894"), "as it is")
    claims = heard(claims, replace(seen(b"49123456"), symbology=Symbology.EAN8), "as it is")
    assert [c.data for c in claims] == [b"4901234567894", b"49123456"]


def test_a_weak_symbology_of_one_engine_waits_for_a_second_frame() -> None:
    assert not is_sure(claim(Symbology.CODE39, b"AB12", zxing=3))
    assert is_sure(claim(Symbology.CODE39, b"AB12", zxing=2, zbar=1))
    assert is_sure(claim(zxing=3))
