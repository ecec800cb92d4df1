"""However the bytes come in, the same codes come out, and what is no code is never guessed at."""

import itertools
import tracemalloc
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.codes.symbology import Symbology
from edge.scan.log import Reading
from firmware_bridge.devices.events import reading_of_code
from firmware_bridge.framing.framing import MAX_CODE_BYTES, FramedCode, Framer, FramingMode

FRAMINGS: tuple[FramingMode, ...] = ("line", "stx", "idle")


def codes(data: bytes, framing: FramingMode = "line", **options: Any) -> list[bytes]:
    return [code.data for code in Framer(framing, **options).feed(data)]


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\n\r", b"\r\r\n"])
def test_a_line_ends_with_cr_lf_or_both_and_gives_one_code(end: bytes) -> None:
    assert codes(b"4901234567894" + end + b"49123456" + end) == [b"4901234567894", b"49123456"]


def test_a_code_is_there_with_its_cr_before_the_lf_comes() -> None:
    framer = Framer("line")
    assert [code.data for code in framer.feed(b"49123456\r")] == [b"49123456"]
    assert framer.feed(b"\n") == []


def test_between_stx_and_etx_line_ends_belong_to_the_code() -> None:
    assert codes(b"\x02one\r\ntwo\x03\r\n\x02three\x03", "stx") == [b"one\r\ntwo", b"three"]


def test_silence_ends_a_code_where_nothing_else_does() -> None:
    framer = Framer("idle")
    assert framer.feed(b"49123") + framer.feed(b"456\r\n") == []
    assert framer.unfinished
    assert framer.silence() == [FramedCode(data=b"49123456")]
    assert framer.silence() == []
    assert not framer.unfinished


def test_a_code_without_its_etx_is_refused_and_the_next_one_read() -> None:
    framer = Framer("stx")
    assert [code.data for code in framer.feed(b"\x02490123\x0249123456\x03")] == [b"49123456"]
    assert framer.refused == 1


def test_bytes_outside_stx_and_etx_are_no_code_and_counted_once() -> None:
    framer = Framer("stx")
    assert [code.data for code in framer.feed(b"49123456\r\n49123456\r\n\x02ok\x03")] == [b"ok"]
    assert framer.refused == 1


def test_half_a_code_is_dropped_after_silence_and_counted() -> None:
    framer = Framer("line")
    framer.feed(b"49012")
    assert framer.silence() == []
    assert [code.data for code in framer.feed(b"49123456\r")] == [b"49123456"]
    assert framer.refused == 1


@pytest.mark.parametrize(
    ("sent", "aim", "symbology", "data"),
    [
        (b"]E04901234567894", "]E0", Symbology.EAN13, b"4901234567894"),
        (b"]E449123456", "]E4", Symbology.EAN8, b"49123456"),
        (b"]C1010490123456789410AB\x1d1727", "]C1", Symbology.CODE128, b"010490123456789410AB\x1d1727"),
        (b"]Q3https://x", "]Q3", Symbology.QR, b"https://x"),
        (b"]X0abc", "]X0", None, b"abc"),
        (b"]-text", None, None, b"]-text"),
        (b"x]E01", None, None, b"x]E01"),
        (b"]E", None, None, b"]E"),
    ],
)
def test_a_leading_aim_identifier_is_taken_off(
    sent: bytes, aim: str | None, symbology: Symbology | None, data: bytes
) -> None:
    assert [reading_of_code(code) for code in Framer().feed(sent + b"\r")] == [
        Reading(data=data, aim=aim, symbology=symbology)
    ]


def test_an_aim_identifier_stays_where_the_scanner_is_said_to_send_none() -> None:
    assert codes(b"]E049123456\r", aim=False) == [b"]E049123456"]


@pytest.mark.parametrize(
    ("sent", "data"),
    [
        (b"]C110AB{GS}1727", b"10AB\x1d1727"),
        (b"10AB{GS}1727", b"10AB\x1d1727"),
        (b"]Q1a{GS}b", b"a{GS}b"),
    ],
)
def test_the_scanners_stand_in_for_gs_becomes_gs_but_only_where_gs1_may_be(sent: bytes, data: bytes) -> None:
    assert codes(sent + b"\r", gs="{GS}") == [data]


@pytest.mark.parametrize("prefix", [b"", b"]Q1"])
def test_a_code_of_4096_bytes_is_whole_and_one_more_byte_is_kept_to_show_it_was_longer(prefix: bytes) -> None:
    whole = prefix + b"x" * MAX_CODE_BYTES
    assert [len(data) for data in codes(whole + b"\r" + whole + b"y\r" + whole + b"y" * 9000 + b"\r49123456\r")] == [
        MAX_CODE_BYTES,
        MAX_CODE_BYTES + 1,
        MAX_CODE_BYTES + 1,
        8,
    ]


@pytest.mark.parametrize("framing", FRAMINGS)
def test_noise_without_an_end_is_told_once_and_takes_no_memory(framing: FramingMode) -> None:
    framer = Framer(framing)
    framer.feed(b"\x02")
    assert len([code for _ in range(10) for code in framer.feed(b"\xff" * 5000)]) == 1
    tracemalloc.start()
    for _ in range(40):
        assert framer.feed(b"\xff" * 5000) == []
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 50_000


@pytest.mark.parametrize("framing", FRAMINGS)
def test_after_endless_noise_and_silence_the_next_code_is_read(framing: FramingMode) -> None:
    framer = Framer(framing)
    framer.feed(b"\x02" + b"\xff" * 9000)
    assert framer.unfinished
    framer.silence()
    assert (
        next(r.data for r in framer.feed(b"\x0249123456\x03\r") + framer.silence()).strip(b"\x02\x03\r") == b"49123456"
    )


LINE = st.lists(st.sampled_from([b"4901", b"]E0", b"]C1", b"\r", b"\n", b"\x02", b"\x03", b"\x1d", b"~", b"z" * 2100]))
TEXT = LINE.map(b"".join) | st.binary(max_size=300)


@given(
    framing=st.sampled_from(FRAMINGS), text=TEXT, cuts=st.lists(st.integers(0, 9000)), gs=st.sampled_from([None, "~"])
)
def test_any_split_of_the_bytes_gives_the_same_codes(
    framing: FramingMode, text: bytes, cuts: list[int], gs: str | None
) -> None:
    whole, pieces = Framer(framing, gs=gs), Framer(framing, gs=gs)
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    parts = [text[a:b] for a, b in itertools.pairwise(edges)]
    expected = whole.feed(text) + whole.silence()
    assert [code for part in parts for code in pieces.feed(part)] + pieces.silence() == expected
    assert pieces.refused == whole.refused
    assert all(len(code.data) <= MAX_CODE_BYTES + 1 for code in expected)


@given(text=st.lists(st.text("0123456789ABC-", min_size=1, max_size=20)), end=st.sampled_from([b"\r", b"\n", b"\r\n"]))
def test_every_code_sent_is_a_code_read(text: list[str], end: bytes) -> None:
    assert codes(b"".join(code.encode() + end for code in text)) == [code.encode() for code in text]
