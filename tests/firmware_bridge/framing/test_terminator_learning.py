"""A scanner's end is found by its first scans: nothing it sends is lost, cut or joined to the next."""

import itertools
import random
from collections.abc import Iterable

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from edge.codes.check_digits import mod10_digit
from edge.codes.completeness import is_probably_complete
from firmware_bridge.framing.framing import MAX_CODE_BYTES, RefusalReason
from firmware_bridge.framing.idle_gaps import SHORTEST_CODE
from firmware_bridge.framing.terminator_learning import RUN_GAP_S, LearningFramer
from firmware_bridge.framing.terminators import Terminator, split_scans, terminator_of

CARD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:\xe6\x9a\x96\xe7\xb0\xbe\rTEL:\t03-0000-0000\nEND:VCARD"
SETS: dict[str, tuple[bytes, bytes]] = {
    "cr": (b"", b"\r"),
    "lf": (b"", b"\n"),
    "crlf": (b"", b"\r\n"),
    "tab": (b"", b"\t"),
    "stx": (b"\x02", b"\x03"),
    "stx cr": (b"\x02", b"\x03\r"),
    "etx": (b"", b"\x03"),
    "nothing": (b"", b""),
}
HAND = 0.6  # seconds between two scans of somebody who is quick


def jan(chance: random.Random) -> bytes:
    body = chance.choice(["45", "49"]) + "".join(chance.choices("0123456789", k=10))
    return f"{body}{mod10_digit(body)}".encode()


def over(line: Iterable[tuple[bytes, float]], framer: LearningFramer) -> list[bytes]:
    """What comes out of a line of bytes, each followed by that many seconds of silence."""
    found: list[bytes] = []
    for data, silence in line:
        found += [code.data for code in framer.feed(data)]
        while framer.unfinished and framer.patience <= silence:
            found += [code.data for code in framer.silence()]
    return found


def scans(codes: list[bytes], how: str, silence: float = HAND) -> list[tuple[bytes, float]]:
    """Each code as a scanner of that setting sends it; the last one is waited for."""
    before, after = SETS[how]
    return [(before + code + after, silence) for code in codes] + [(b"", 60.0)]


@pytest.mark.parametrize("how", SETS)
@pytest.mark.parametrize("silence", [HAND, 5.0, 100.0])
def test_every_scan_is_read_from_the_first_on_whatever_ends_it(how: str, silence: float) -> None:
    chance = random.Random(how)
    codes = [jan(chance) for _ in range(6)] + [b"M12345678", b"noren:p:o-1:abc", jan(chance)]
    framer = LearningFramer()
    assert over(scans(codes, how, silence), framer) == codes
    assert framer.refused == 0


@pytest.mark.parametrize("how", SETS)
def test_line_ends_and_tabs_inside_a_code_belong_to_it(how: str) -> None:
    chance = random.Random(how)
    codes = [jan(chance), jan(chance), CARD, jan(chance), CARD]
    framer = LearningFramer()
    assert over(scans(codes, how), framer) == codes
    assert framer.refused == 0


@pytest.mark.parametrize("how", ["cr", "lf", "crlf", "tab", "etx", "stx"])
def test_a_card_with_lines_may_be_the_very_first_scan(how: str) -> None:
    assert over(scans([CARD], how), LearningFramer()) == [CARD]


def test_a_code_is_there_twenty_milliseconds_after_its_end_and_idle_after_silence_once_that_is_known() -> None:
    framer = LearningFramer(idle=0.06)
    assert over([(b"49123456\r", 0.02)], framer) == [b"49123456"]
    silent = LearningFramer(idle=0.06)
    over(scans([b"49123456"], "nothing"), silent)
    assert over([(b"M12345678", 0.06)], silent) == [b"M12345678"]


@pytest.mark.parametrize("how", ["cr", "tab", "stx"])
@pytest.mark.parametrize("before", [0, 1, 5])
def test_a_pause_inside_a_code_cuts_nothing(how: str, before: int) -> None:
    chance = random.Random(f"{how}{before}")
    framer = LearningFramer()
    known = [jan(chance) for _ in range(before)]
    start, end = SETS[how]
    code = jan(chance)
    for cut in range(1, 13):
        line = [*scans(known, how)[:-1], (start + code[:cut], 1.5), (code[cut:] + end, HAND)]
        assert over(line, framer)[-1] == code
    assert framer.refused == 0


@pytest.mark.parametrize("how", ["cr", "lf", "crlf", "tab", "etx"])
@pytest.mark.parametrize("pauses", [1, 2, 3])
def test_a_scanner_that_pauses_inside_its_first_codes_is_understood_all_the_same(how: str, pauses: int) -> None:
    _, end = SETS[how]
    code = b"noren:p:12:abcdef"
    pieces = [code[4 * n : 4 * n + 4] for n in range(pauses)] + [code[4 * pauses :] + end]
    line = [(piece, 0.3) for piece in pieces[:-1]] + [(pieces[-1], HAND)]
    framer = LearningFramer()
    assert over([*line * 4, (b"", 60.0)], framer) == [code] * 4
    assert (framer.end, framer.refused) == (terminator_of(end), 0)


def test_who_took_a_scanner_for_one_without_an_end_finds_out() -> None:
    framer = LearningFramer(end=Terminator.SILENCE)
    code, line = b"noren:p:12:abcdef", [(b"noren:p:", 0.3), (b"12:abcdef\r", HAND)]
    found = over([*line * 6, (b"", 60.0)], framer)
    assert framer.end is Terminator.LINE
    assert found[-3:] == [code] * 3


def test_half_a_code_is_refused_once_the_end_is_known_and_the_next_one_is_read() -> None:
    framer = LearningFramer()
    over(scans([b"4901234567894", b"49123456", b"4901234567894"], "cr"), framer)
    for nth in (1, 2):
        assert over([(b"M1234", 30.0), (b"49123456\r", HAND)], framer) == [b"49123456"]
        assert (framer.refused, framer.why) == (nth, RefusalReason.UNFINISHED)


@pytest.mark.parametrize(("one", "other"), list(itertools.permutations(["cr", "tab", "stx", "nothing"], 2)))
def test_a_scanner_that_is_set_anew_is_followed_and_loses_no_scan_of_a_product(one: str, other: str) -> None:
    chance = random.Random(one + other)
    before, after = [jan(chance) for _ in range(4)], [jan(chance) for _ in range(6)]
    framer = LearningFramer()
    found = over(scans(before, one), framer)
    assert found + over(scans(after, other), framer) == before + after


def test_several_codes_of_one_label_are_several_scans() -> None:
    assert over([(b"4901234567894\r49123456\r", HAND)], LearningFramer()) == [b"4901234567894", b"49123456"]
    run = b"]E04901234567894\r]C101049012345678941\r]Q1two\rlines\r"
    found = LearningFramer().feed(run)
    assert found == []
    framer = LearningFramer()
    framer.feed(run)
    assert [(code.aim, code.data) for code in framer.silence()] == [
        ("]E0", b"4901234567894"),
        ("]C1", b"01049012345678941"),
        ("]Q1", b"two\rlines"),
    ]


def test_a_doubtful_line_takes_a_first_code_without_an_end_only_where_it_looks_whole() -> None:
    framer = LearningFramer(doubtful=True)
    assert over([(b"4901", 60.0)], framer) == []
    assert framer.refused == 1
    assert over([(b"4901234567894", 60.0)], framer) == [b"4901234567894"]
    stubborn = LearningFramer(doubtful=True)
    assert over(scans([b"M1", b"M2", b"M3"], "nothing", 60.0), stubborn) == [b"M2", b"M3"]


def test_what_is_longer_than_any_code_is_told_once_and_skipped_to_its_end() -> None:
    framer = LearningFramer()
    assert [len(data) for data in over([(b"x" * 9000 + b"\r49123456\r", HAND)], framer)] == [MAX_CODE_BYTES + 1, 8]


def test_lost_bytes_cost_their_own_code() -> None:
    framer = LearningFramer()
    framer.feed(b"4901")
    framer.lost()
    assert over([(b"234567894\r49123456\r", HAND)], framer) == [b"49123456"]
    assert (framer.refused, framer.why) == (1, RefusalReason.LOST)


@pytest.mark.parametrize(
    ("run", "end"),
    [
        (b"1\r", Terminator.LINE),
        (b"1\n", Terminator.LINE),
        (b"1\t", Terminator.TAB),
        (b"\x021\x03", Terminator.ETX),
        (b"1\x03\r\n", Terminator.ETX),
        (b"1", None),
        (b"", None),
    ],
)
def test_the_end_of_a_run(run: bytes, end: Terminator | None) -> None:
    assert terminator_of(run) is end


@pytest.mark.parametrize("how", ["cr", "lf", "crlf", "tab", "stx"])
@pytest.mark.parametrize(
    "code", [b"4901234567894", b"noren:p:o-1:abc", b"A1234567B", b"AB-1234-56", b"]C101049012345678941", b"M12345678"]
)
def test_once_its_end_is_known_what_stands_alone_waits_for_no_silence(how: str, code: bytes) -> None:
    before, after = SETS[how]
    framer = LearningFramer()
    over(scans([b"4901234567894"] * 2, how), framer)
    found: list[bytes] = []
    for byte in before + code + after:  # however the line hands it over
        found += [told.data for told in framer.feed(bytes([byte]))]
    assert found == [code.removeprefix(b"]C1")]
    assert not framer.unfinished


@pytest.mark.parametrize("how", ["cr", "tab"])
def test_what_may_have_lines_waits_for_silence_however_well_the_end_is_known(how: str) -> None:
    _, after = SETS[how]
    framer = LearningFramer()
    over(scans([b"4901234567894"] * 5, how), framer)
    assert framer.feed(b"SHOP NOREN" + after) == []
    assert framer.feed(b"4901234567894" + after) == []
    assert [code.data for code in framer.silence()] == [b"SHOP NOREN" + after + b"4901234567894"]
    framer.feed(b"4901234567894" + after + b"x")
    assert over([(after, HAND)], framer) == [b"4901234567894" + after + b"x"]


def test_keys_somebody_may_have_pressed_are_waited_behind() -> None:
    framer = LearningFramer(doubtful=True)
    over(scans([b"4901234567894"] * 5, "cr"), framer)
    assert framer.feed(b"4901234567894\r") == []
    assert over([(b"TEL\r", HAND)], framer) == [b"4901234567894\rTEL"]


def test_what_a_shop_scans_line_by_line_are_scans_and_words_in_lines_are_one() -> None:
    shop = [
        b"123",
        b"4901234567894",
        b"M12345678",
        b"noren:p:o-1:abc",
        b"https://id.gs1.org/01/04901234567894",
        b"eyJhbGci",
        b"A1234567B",
        b"t38-12345e",
        b"AB-1234-56",
        b"*HN.12/34*",
        b"HN000123",
    ]
    assert split_scans(b"".join(code + b"\r" for code in shop), Terminator.LINE, aim=True) == shop
    assert split_scans(b"one\rtwo\r", Terminator.LINE, aim=True) == [b"one\rtwo"]
    assert split_scans(b"]E0123\r", Terminator.LINE, aim=False) == [b"]E0123"]
    for words in (b"TARO YAMADA", b"TOKYO-1", b"TEL:03-1234-5678", b"Room-101"):
        assert split_scans(words + b"\r03-1234-5678\r", Terminator.LINE, aim=True) == [words + b"\r03-1234-5678"]


PIECES = st.lists(
    st.sampled_from(
        [b"4901234567894", b"M1", b"]E0", b"]C1", b"\r", b"\n", b"\t", b"\x02", b"\x03", b"\x1d", b"z" * 2100]
    )
).map(b"".join)


@given(
    text=PIECES | st.binary(max_size=300),
    cuts=st.lists(st.integers(0, 9000)),
    end=st.sampled_from([None, *Terminator]),
)
def test_any_split_of_the_bytes_gives_the_same_codes(text: bytes, cuts: list[int], end: Terminator | None) -> None:
    whole, pieces = LearningFramer(end=end), LearningFramer(end=end)
    edges = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    parts = [(text[a:b], 0.0) for a, b in itertools.pairwise(edges)]
    expected = over([(text, 60.0)], whole)
    assert over([*parts, (b"", 60.0)], pieces) == expected
    assert pieces.refused == whole.refused
    assert not whole.unfinished
    assert all(len(data) <= MAX_CODE_BYTES + 1 for data in expected)


# What codes hold: text, and lines of text; a code that begins or ends with a line end or tab would tell nothing.
# None is shorter than four characters: a shorter one is a piece of a code, if no end says otherwise.
TEXTS = st.text("0123456789ABCabc-._:/ ", min_size=SHORTEST_CODE, max_size=20).filter(lambda text: text == text.strip())
CODES = st.lists(TEXTS, min_size=1, max_size=4).map(
    lambda lines: "\r\n".join(["x", *lines[1:]] if lines[1:] else lines)
)


@given(codes=st.lists(CODES, min_size=1, max_size=8), how=st.sampled_from(list(SETS)), data=st.data())
def test_every_code_sent_is_a_code_read(codes: list[str], how: str, data: st.DataObject) -> None:
    silences = [data.draw(st.sampled_from([RUN_GAP_S + 0.1, 1.0, 3.0, 30.0])) for _ in codes]
    sent = [code.encode() for code in codes]
    before, after = SETS[how]
    if not after:  # two that make a whole code together cannot be told from one with a pause
        assume(
            not any(
                is_probably_complete(b"".join(sent[a:b]))
                for a, b in itertools.combinations(range(len(sent) + 1), 2)
                if b - a > 1
            )
        )
    line = [(before + code + after, silence) for code, silence in zip(sent, silences, strict=True)]
    framer = LearningFramer()
    assert over([*line, (b"", 60.0)], framer) == sent
    assert framer.refused == 0
