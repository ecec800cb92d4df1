"""What is believed, and what is not."""
# mypy: disable-error-code="arg-type"
# votes are keywords by engine, and mypy takes a dict of them for any of the parameters

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.codes.symbology import Symbology
from firmware_bridge.decode.detection import Detection
from firmware_bridge.decode.engines.plausibility import normalized_if_plausible
from firmware_bridge.decode.engines.upc_ean import check_digit_holds, upca_to_upce, upce_to_upca
from firmware_bridge.decode.evidence.claim import (
    MAX_NEEDED_BANDS,
    MAX_OUTDONE_LEAD,
    MIN_CLEAR_LEAD,
    Claim,
    Vote,
    claims_with_sighting,
)
from firmware_bridge.decode.evidence.rivals import TWO_BAND_MIN_LEAD, contested_keys
from firmware_bridge.decode.evidence.voting import is_believed, is_sure

PLACE = ((100, 100), (300, 100), (300, 160), (100, 160))
ELSEWHERE = ((100, 500), (300, 500), (300, 560), (100, 560))
VIEWS = ("as it is", "tilted", "larger", "smaller", "even")


def seen(data: bytes, symbology: Symbology = Symbology.EAN13) -> Detection:
    return Detection(symbology=symbology, aim="]E0", data=data, corners=PLACE, engine="zxing")


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


def borne_out(shaken: Claim, bands: int, engines: tuple[str, ...] = ("zxing", "zbar")) -> Claim:
    """The same claim, read in so many bands of rows as well, by these engines in turn."""
    votes = {Vote(engine=engines[band % len(engines)], view="rows", band=band) for band in range(bands)}
    return replace(shaken, votes=shaken.votes | votes)


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
    assert normalized_if_plausible(seen(data, symbology)) is None


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
    heard_as = normalized_if_plausible(seen(data, symbology))
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
    assert upce_to_upca(upce)[:11] == upca[:11]
    assert upca_to_upce(upce_to_upca(upce)) == upce


@given(st.from_regex(rb"[01][0-9]{7}", fullmatch=True))
def test_every_upc_e_suppresses_to_one_that_expands_the_same(upce: bytes) -> None:
    upca = upce_to_upca(upce)
    again = upca_to_upce(upca)
    assert again is not None
    assert upce_to_upca(again) == upca


@given(st.from_regex(rb"[0-9]{12}", fullmatch=True), st.integers(0, 11), st.integers(1, 9))
def test_one_digit_misread_never_keeps_its_check_digit(body: bytes, place: int, off: int) -> None:
    whole = next(body + bytes([48 + check]) for check in range(10) if check_digit_holds(body + bytes([48 + check])))
    digit = 48 + (whole[place] - 48 + off) % 10
    assert not check_digit_holds(whole[:place] + bytes([digit]) + whole[place + 1 :])


@pytest.mark.parametrize(
    ("votes", "believed"),
    [
        ({"zxing": 1}, False),
        ({"zxing": 2}, False),
        ({"zxing": 3}, True),
        ({"zbar": 3}, False),
        ({"zbar": 4}, True),
        ({"opencv_bars": 3}, False),
        ({"opencv_bars": 4}, False),
        ({"zxing": 1, "zbar": 1}, False),
        ({"zxing": 2, "zbar": 1}, True),
        ({"zbar": 2, "opencv_bars": 1}, True),
    ],
)
def test_bars_stand_when_enough_views_agree(votes: dict[str, int], believed: bool) -> None:
    one = claim(**votes)
    assert is_believed(one, (one,)) is believed


@pytest.mark.parametrize("symbology", [Symbology.UPCE, Symbology.EAN8])
def test_a_short_code_needs_two_engines(symbology: Symbology) -> None:
    alone, both = (borne_out(claim(symbology, b"01234565", **{engine: 5}), 1) for engine in ("zxing", "zbar"))
    assert not is_believed(alone, (alone,))
    assert is_believed(both, (both,))


def test_a_rival_at_the_same_place_takes_the_trust_away() -> None:
    one, rival = claim(zxing=3), claim(data=b"4909876543214", zxing=2)
    assert not is_believed(one, (one, rival))
    more = borne_out(one, 2)
    assert is_believed(more, (more, rival))


def test_what_no_other_rows_bear_out_does_not_stand_beside_any_vote_for_another_text() -> None:
    shaken, rival = claim(zxing=5, zbar=5), claim(data=b"4909876543214", zbar=1)
    assert not is_believed(shaken, (shaken, rival))
    one = borne_out(shaken, 1)
    assert not is_believed(one, (one, rival))
    two = borne_out(shaken, 2)
    assert is_believed(two, (two, rival))


def test_another_code_elsewhere_is_no_rival() -> None:
    one, other = claim(zxing=3), claim(data=b"4909876543214", corners=ELSEWHERE, zxing=3)
    assert is_believed(one, (one, other))
    assert is_believed(other, (one, other))


def test_a_short_code_that_cannot_stand_does_not_stand_in_the_way() -> None:
    one, part = claim(zxing=3), claim(Symbology.UPCE, b"02212166", zbar=5)
    assert is_believed(one, (one, part))


def test_zbar_losing_fnc4_of_a_code_128_is_no_rival() -> None:
    latin = claim(Symbology.CODE128, b"\xf3\xf31234", zxing=3)
    assert is_believed(latin, (latin, claim(Symbology.CODE128, b"ss1234", zbar=5)))


def test_a_matrix_code_stands_alone_unless_only_opencv_read_it() -> None:
    for votes, believed in (
        ({"zxing": 1}, True),
        ({"zbar": 1}, True),
        ({"opencv_qr": 1}, False),
        ({"opencv_qr": 2}, True),
    ):
        qr = claim(Symbology.QR, b"hello", **votes)
        assert is_believed(qr, (qr,)) is believed


def test_the_same_view_heard_twice_is_one_vote() -> None:
    claims: tuple[Claim, ...] = ()
    for view in ("as it is", "as it is", "tilted"):
        claims = claims_with_sighting(claims, seen(b"4901234567894"), view)
    assert [len(c.votes) for c in claims] == [2]


def test_another_text_is_another_claim() -> None:
    claims = claims_with_sighting((), seen(b"4901234567894"), "as it is")
    claims = claims_with_sighting(claims, replace(seen(b"49123456"), symbology=Symbology.EAN8), "as it is")
    assert [c.data for c in claims] == [b"4901234567894", b"49123456"]


def test_a_weak_symbology_of_one_engine_waits_for_a_second_frame() -> None:
    assert not is_sure(claim(Symbology.CODE39, b"AB12", zxing=3))
    assert is_sure(borne_out(claim(Symbology.CODE39, b"AB12", zxing=2, zbar=1), 2))


def test_bars_that_no_other_rows_bear_out_wait_for_a_second_frame() -> None:
    shaken = claim(zxing=3, zbar=3)
    assert is_believed(shaken, (shaken,))
    assert not is_sure(shaken)
    assert not is_sure(borne_out(shaken, 1))
    assert is_sure(borne_out(shaken, 2))


def test_rows_that_say_something_else_take_the_trust_from_all_the_shakes_of_others() -> None:
    shaken, rows = claim(zxing=5, zbar=5), borne_out(claim(data=b"4909876543214"), 1)
    assert not is_believed(shaken, (shaken, rows))
    some, most = borne_out(shaken, MAX_NEEDED_BANDS - 1), borne_out(shaken, MAX_NEEDED_BANDS)
    assert not is_believed(some, (some, rows))
    assert is_believed(most, (most, rows))


def test_what_rows_contradicted_in_a_frame_before_needs_most_of_the_rows_in_this_one() -> None:
    some = borne_out(claim(zxing=5, zbar=5), MAX_NEEDED_BANDS - 1)
    assert is_believed(some, (some,))
    assert not is_believed(some, (some,), {some.key})
    most = borne_out(some, MAX_NEEDED_BANDS)
    assert is_believed(most, (most,), {most.key})


def test_most_of_the_rows_to_one_engine_alone_are_not_enough_where_others_say_something_else() -> None:
    rows = borne_out(claim(data=b"4909876543214"), 1)
    alone = borne_out(claim(zxing=1), MAX_NEEDED_BANDS, engines=("zbar",))
    assert is_believed(alone, (alone,))
    assert not is_believed(alone, (alone, rows))


def test_rows_that_look_more_like_another_text_take_the_trust_from_all_but_most_of_them() -> None:
    some = borne_out(claim(zxing=5, zbar=2), MAX_NEEDED_BANDS - 1)
    for lead, believed in ((None, True), (1.0, True), (MAX_OUTDONE_LEAD, True), (MAX_OUTDONE_LEAD - 0.01, False)):
        one = replace(some, lead=lead)
        assert is_believed(one, (one,)) is believed
    most = replace(borne_out(some, MAX_NEEDED_BANDS), lead=MAX_OUTDONE_LEAD - 0.01)
    assert is_believed(most, (most,))
    assert not is_sure(most)
    assert not is_believed(most, (most,), {most.key})
    other = borne_out(claim(data=b"4909876543214"), 1)
    assert not is_believed(most, (most, other))


def test_a_text_outdone_that_two_engines_read_in_view_after_view_stands_where_nobody_reads_another() -> None:
    outdone = replace(claim(zxing=3, zbar=3), lead=MAX_OUTDONE_LEAD - 0.01)
    assert is_believed(outdone, (outdone,))
    assert not is_sure(outdone)
    assert not is_believed(outdone, (outdone, claim(data=b"4909876543214", zbar=1)))
    assert not is_believed(outdone, (outdone,), {outdone.key})
    no_check_digit = borne_out(claim(Symbology.CODE39, b"D2YBW1T9", zxing=3, zbar=3), 2)
    no_check_digit = replace(no_check_digit, lead=MAX_OUTDONE_LEAD - 0.01)
    assert not is_believed(no_check_digit, (no_check_digit,))
    alone = replace(claim(zxing=5), lead=MAX_OUTDONE_LEAD - 0.01)
    assert not is_believed(alone, (alone,))


def test_what_rows_clearly_show_needs_none_that_shows_it_from_end_to_end() -> None:
    one = replace(claim(zxing=3), lead=MIN_CLEAR_LEAD + 0.01)
    assert is_believed(one, (one,))
    assert is_sure(one)
    itf = replace(claim(Symbology.ITF, b"12345678", zxing=2, zbar=1), lead=MIN_CLEAR_LEAD + 0.01)
    assert is_believed(itf, (itf,))


@pytest.mark.parametrize("symbology", [Symbology.UPCE, Symbology.EAN8, Symbology.CODE39, Symbology.CODABAR])
def test_rows_that_clearly_show_a_text_stand_in_for_a_second_engine(symbology: Symbology) -> None:
    alone = claim(symbology, b"01234565", zxing=3)
    assert not is_believed(alone, (alone,))
    shown = replace(alone, lead=MIN_CLEAR_LEAD + 0.01)
    assert is_believed(shown, (shown,))
    assert is_sure(shown)


def test_opencvs_word_alone_counts_against_the_long_ones_it_reads_and_no_others() -> None:
    word = claim(data=b"4909876543214", opencv_bars=1)
    for symbology, data, believed in (
        (Symbology.EAN13, b"4901234567894", False),
        (Symbology.CODE128, b"AB12CD", True),
        (Symbology.CODABAR, b"A123456B", True),
    ):
        one = borne_out(claim(symbology, data, zxing=3, zbar=1), 1)
        assert is_believed(one, (one, word)) is believed


@pytest.mark.parametrize(
    ("lead", "one_band", "two_bands"),
    [
        (TWO_BAND_MIN_LEAD - 0.01, True, True),
        (MAX_OUTDONE_LEAD - 0.01, True, False),
        (MIN_CLEAR_LEAD - 0.01, True, False),
        (None, True, False),
    ],
)
def test_beside_a_text_that_rows_clearly_show_another_counts_when_two_bands_say_it_and_it_is_as_likely(
    lead: float | None, one_band: bool, two_bands: bool
) -> None:
    true = replace(borne_out(claim(zxing=3), 2), lead=MIN_CLEAR_LEAD + 0.01)
    for bands, believed in ((1, one_band), (2, two_bands)):
        other = replace(borne_out(claim(data=b"4909876543214", zbar=3), bands), lead=lead)
        assert is_believed(true, (true, other)) is believed
        assert (true.key in contested_keys((true, other))) is not believed
    shown = replace(borne_out(claim(data=b"4909876543214", zbar=3), 1), lead=MIN_CLEAR_LEAD + 0.01)
    assert not is_believed(true, (true, shown))


def test_a_text_that_another_outdoes_is_no_rival_of_one_that_none_does() -> None:
    true = replace(borne_out(claim(zxing=3), 2), lead=MIN_CLEAR_LEAD - 0.01)
    outdone = replace(borne_out(claim(data=b"4909876543214", zbar=3), 1), lead=MAX_OUTDONE_LEAD - 0.01)
    assert is_believed(true, (true, outdone))
    assert not is_believed(replace(true, lead=None), (replace(true, lead=None), outdone))
    assert contested_keys((true, outdone)) == {outdone.key}


def test_what_rows_do_not_clearly_show_needs_two_bands_that_say_it_or_two_engines() -> None:
    alone, both = (
        replace(claim(**votes), lead=MIN_CLEAR_LEAD - 0.01) for votes in ({"zxing": 5}, {"zxing": 3, "zbar": 3})
    )
    assert not is_believed(alone, (alone,))
    assert not is_believed(borne_out(alone, 1), (borne_out(alone, 1),))
    assert is_believed(borne_out(alone, 2), (borne_out(alone, 2),))
    assert is_believed(both, (both,))
    for votes, believed in (({"zxing": 3, "zbar": 1}, False), ({"zxing": 4, "zbar": 1}, True)):
        together = replace(claim(**votes), lead=MIN_CLEAR_LEAD - 0.01)
        assert is_believed(together, (together,)) is believed
        assert not is_believed(together, (together, claim(data=b"4909876543214", zbar=1)))


@pytest.mark.parametrize(("bands", "believed"), [(MAX_NEEDED_BANDS - 1, False), (MAX_NEEDED_BANDS, True)])
def test_a_text_without_a_check_digit_of_which_a_character_is_hidden_needs_most_rows(
    bands: int, believed: bool
) -> None:
    hidden = replace(borne_out(claim(Symbology.CODE39, b"D2YBW1T9", zxing=3, zbar=3), bands), lead=0.0)
    assert is_believed(hidden, (hidden,)) is believed


def test_what_rows_clearly_show_may_still_be_a_part_of_a_longer_text() -> None:
    part = replace(borne_out(claim(Symbology.ITF, b"12345678", zxing=3, zbar=3), 4), lead=MIN_CLEAR_LEAD + 0.01)
    longer = claim(Symbology.ITF, b"1234567890", zxing=1)
    assert not is_believed(part, (part, longer))


def test_two_texts_of_which_an_engine_told_one_end_each_are_at_one_place_once_another_told_both() -> None:
    claims: tuple[Claim, ...] = ()
    for data, end in ((b"4901234567894", (100, 100)), (b"4909876543214", (300, 104))):
        claims = claims_with_sighting(claims, replace(seen(data), engine="zbar", corners=(end,) * 4), "as it is")
    claims = claims_with_sighting(claims, seen(b"4901234567894"), "tilted")
    one = borne_out(claims[0], 1)
    assert one.corners == PLACE
    assert not is_believed(one, (one, claims[1]))


def test_what_only_opencv_has_read_needs_a_row_of_its_own() -> None:
    one = claim(opencv_bars=4)
    assert not is_believed(one, (one,))
    rows = replace(one, votes=one.votes | {Vote(engine="opencv bars", view="rows", band=0)})
    assert is_believed(rows, (rows,))


def test_an_itf_without_rows_is_never_believed_and_a_part_of_a_longer_one_neither() -> None:
    shaken = claim(Symbology.ITF, b"12345678", zxing=3, zbar=3)
    assert not is_believed(shaken, (shaken,))
    whole = borne_out(shaken, 4)
    assert is_believed(whole, (whole,))
    longer = claim(Symbology.ITF, b"1234567890", zxing=1)
    assert not is_believed(whole, (whole, longer))
    assert whole.key in contested_keys((whole, longer))


@pytest.mark.parametrize(
    ("data", "bands"), [(b"14901234567891", 2), (b"14901234567892", 3), (b"4901234567894012", 3), (b"12345670", 3)]
)
def test_an_itf_that_is_a_cases_number_needs_fewer_rows(data: bytes, bands: int) -> None:
    few, enough = (borne_out(claim(Symbology.ITF, data, zxing=3, zbar=3), count) for count in (bands - 1, bands))
    assert not is_believed(few, (few,))
    assert is_believed(enough, (enough,))


def test_a_weak_symbology_needs_one_band_and_two_engines_at_least() -> None:
    for engines, bands, believed in (({"zxing": 5}, 1, False), ({"zxing": 3, "zbar": 3}, 0, False)):
        one = borne_out(claim(Symbology.CODE39, b"AB12", **engines), bands)
        assert is_believed(one, (one,)) is believed
    both = borne_out(claim(Symbology.CODE39, b"AB12", zxing=3, zbar=3), 1)
    assert is_believed(both, (both,))
