"""A scanner that sends no end and types slowly, or pauses inside a code: nothing is lost, and no piece is taken for a code."""

import os
import pty
import random
import threading
import time
import tty
from collections.abc import Callable, Iterator

import pytest

from edge.codes.check_digits import mod10_digit
from edge.config.toml_schema import SerialDevice
from edge.scan.log import Reading
from firmware_bridge.devices.events import BytesReceived, RefusedInput
from firmware_bridge.devices.serial_scanner import SerialScanner
from firmware_bridge.framing.framing import RefusalReason
from firmware_bridge.framing.idle_gaps import (
    CODE_START_HOLD_S,
    PAUSE_FORGOTTEN_AFTER,
    STEADY_CODES,
    LearnedPauses,
    split_into_codes,
)
from firmware_bridge.framing.terminator_learning import LearningFramer
from firmware_bridge.framing.terminators import Terminator
from tests.firmware_bridge.framing.test_terminator_learning import over
from tests.firmware_bridge.rig import HUNG

HAND = 0.9  # seconds from the last key of a scan to the next scan: a hand that is quick
Line = list[tuple[bytes, float]]


def jan(chance: random.Random, digits: int = 13) -> bytes:
    body = "49" + "".join(chance.choices("0123456789", k=digits - 3))
    return f"{body}{mod10_digit(body)}".encode()


def ean_13_with_an_ean_8(chance: random.Random, *, at_end: bool) -> bytes:
    """A number whose last, or first, eight digits have a true check digit of their own: one in ten has."""
    while True:
        code = jan(chance)
        eight = (code[5:] if at_end else code[:8]).decode()
        if mod10_digit(eight[:7]) == int(eight[7]):
            return code


def typed(code: bytes, key: float, behind: float = HAND) -> Line:
    """Key by key, with that many seconds between them."""
    return [(bytes([byte]), key) for byte in code[:-1]] + [(code[-1:], behind)]


def paused(code: bytes, at: int, seconds: float, behind: float = HAND) -> Line:
    return [(code[:at], seconds), (code[at:], behind)]


def read(lines: list[Line], framer: LearningFramer | None = None) -> list[bytes]:
    return over([*(part for line in lines for part in line), (b"", 60.0)], framer or LearningFramer())


@pytest.mark.parametrize("key", [0.02, 0.05, 0.07, 0.1, 0.14, 0.2])
def test_slow_keys_lose_nothing_from_the_first_scan_on(key: float) -> None:
    chance, framer = random.Random(str(key)), LearningFramer()
    codes = [jan(chance) for _ in range(6)] + [jan(chance, 8), b"M12345678", jan(chance), b"M12345678", jan(chance, 8)]
    assert read([typed(code, key, HAND + 2 * key) for code in codes], framer) == codes
    assert (framer.end, framer.refused) == (Terminator.SILENCE, 0)
    assert framer.pauses.widened is (key > 0.06)
    assert framer.ending == ("idle_slow" if key > 0.06 else "idle")


@pytest.mark.parametrize("first", [b"M12345678", b"noren:p:o-1:abcdefgh", b"https://id.gs1.org/01/04901234567894"])
@pytest.mark.parametrize("key", [0.07, 0.14])
def test_a_code_without_a_check_digit_typed_slowly_is_one(key: float, first: bytes) -> None:
    framer = LearningFramer(end=Terminator.SILENCE)
    codes = [first, b"M12345679", first]
    assert read([typed(code, key, 3.0) for code in codes], framer) == codes


@pytest.mark.parametrize("at", range(1, 13))
@pytest.mark.parametrize("seconds", [0.1, 0.3, 1.0, 1.9])
def test_a_pause_anywhere_in_a_code_cuts_nothing(at: int, seconds: float) -> None:
    chance = random.Random(f"{at} {seconds}")
    for known in (0, 1, 5):
        codes = [jan(chance) for _ in range(known + 4)]
        lines = [[(code, HAND)] for code in codes[:known]] + [
            paused(code, at, seconds, HAND + CODE_START_HOLD_S) for code in codes[known:]
        ]
        framer = LearningFramer()
        assert read(lines, framer) == codes
        assert framer.refused == 0
        if known and seconds > 0.06:
            assert framer.ending == "idle_pauses"


@pytest.mark.parametrize("known", [0, 1, 5])
@pytest.mark.parametrize("at_end", [True, False])
def test_an_ean_8_inside_an_ean_13_is_never_shown(known: int, at_end: bool) -> None:
    chance = random.Random(f"{known}{at_end}")
    codes = [jan(chance) for _ in range(known)] + [ean_13_with_an_ean_8(chance, at_end=at_end) for _ in range(4)]
    for seconds in (0.1, 0.3, 1.5):
        lines = [[(code, HAND)] for code in codes[:known]]
        lines += [paused(code, 5 if at_end else 8, seconds, HAND + CODE_START_HOLD_S) for code in codes[known:]]
        assert read(lines) == codes
    for key in (0.07, 0.14):
        assert read([typed(code, key, HAND + CODE_START_HOLD_S) for code in codes]) == codes


def test_an_ean_8_that_stood_alone_once_is_quick_after_that_and_its_rest_is_refused_if_one_comes() -> None:
    chance, framer = random.Random(1), LearningFramer(end=Terminator.SILENCE)
    eight, other = jan(chance, 8), jan(chance, 8)
    assert over([(eight, CODE_START_HOLD_S - 0.1)], framer) == []
    assert over([(b"", CODE_START_HOLD_S)], framer) == [eight]
    assert over([(other, 0.06)], framer) == [other]
    cut = ean_13_with_an_ean_8(chance, at_end=False)
    assert over([(b"", CODE_START_HOLD_S), (cut[:8], 0.5), (cut[8:], CODE_START_HOLD_S)], framer) == [cut[:8]]
    assert (framer.refused, framer.why) == (1, RefusalReason.UNFINISHED)
    assert over(paused(cut, 8, 0.5, CODE_START_HOLD_S), framer) == [cut]  # and not again
    assert not framer.unfinished


def test_a_scanner_that_neither_pauses_nor_types_slowly_is_as_quick_as_before() -> None:
    chance, framer = random.Random(2), LearningFramer(end=Terminator.SILENCE)
    for code in (jan(chance), b"M12345678", jan(chance, 14), b"noren:p:o-1:abc"):
        assert over([(code, 0.06)], framer) == [code]
    assert framer.ending == "idle"


@pytest.mark.parametrize("seed", range(40))
def test_any_scanner_that_types_slowly_or_pauses_is_read(seed: int) -> None:
    """Slow keys of uneven pace lose nothing; nor does a pause now and then, if hands are slower than it."""
    chance = random.Random(seed)
    kinds: list[Callable[[random.Random], bytes]] = [
        jan,
        lambda it: jan(it, 8),
        lambda it: ean_13_with_an_ean_8(it, at_end=True),
    ]
    codes = [chance.choice(kinds)(chance) for _ in range(8)]
    key = chance.uniform(0.02, 0.14)
    behind = chance.choice([HAND, 1.5, 3.0])
    assert read([typed(code, key * chance.uniform(0.8, 1.2), behind) for code in codes]) == codes
    lines = [
        paused(code, chance.randrange(1, len(code)), chance.uniform(0.05, 1.8), HAND + CODE_START_HOLD_S)
        for code in codes
    ]
    got = read(lines)
    assert len([code for code in codes if code in got]) >= len(codes) - 1


def test_scans_in_quick_succession_are_a_scan_each() -> None:
    chance = random.Random(3)
    codes = [jan(chance) for _ in range(3)] + [b"M12345678", jan(chance, 8), jan(chance), b"M12345678", jan(chance)]
    for silence in (0.1, 0.3, 1.0):
        framer = LearningFramer(end=Terminator.SILENCE)
        assert read([[(code, silence)] for code in codes], framer) == codes


@pytest.mark.parametrize(
    ("parts", "codes"),
    [
        ([b"4901234567894"], [1]),
        ([b"49012", b"34567894"], [2]),
        ([b"49012", b"34567894", b"4901234567894"], [2, 1]),
        ([b"4901234567894", b"M1234567"], [1, 1]),
        ([b"M1234567", b"49123456", b"4901234567894"], [1, 1, 1]),
        ([b"4", b"9", b"0", b"1234567894"], [4]),
        ([b"M", b"1", b"2"], [3]),
        ([b"M1234567", b"M12"], [2]),
        ([b"https://id.gs1.org/01/04901234567894", b"M1234567"], [1, 1]),
        ([b"noren:p:o-1:", b"abc"], [2]),
    ],
)
def test_which_parts_are_a_code(parts: list[bytes], codes: list[int]) -> None:
    assert [len(group) for group in split_into_codes(parts, [0.06] * (len(parts) - 1))] == codes


def test_what_was_learned_of_a_scanner_stays_when_it_is_plugged_in_anew() -> None:
    known = LearnedPauses(idle=0.06)
    chance = random.Random(4)
    read([typed(jan(chance), 0.1) for _ in range(3)], LearningFramer(pauses=known))
    again = LearningFramer(end=Terminator.SILENCE, pauses=known)
    assert known.idle > 0.1
    assert over(typed(b"M12345678", 0.1, known.idle), again) == [b"M12345678"]


def test_a_quick_scanner_in_a_slow_ones_place_is_quick_again_after_a_while() -> None:
    chance, framer = random.Random(5), LearningFramer()
    read([typed(jan(chance), 0.14) for _ in range(4)], framer)
    assert framer.ending == "idle_slow"
    codes = [jan(chance) for _ in range(3 * STEADY_CODES)]
    assert read([[(code, HAND)] for code in codes], framer) == codes
    assert (framer.pauses.idle, framer.ending) == (0.06, "idle")
    slow = [jan(chance) for _ in range(3)]
    assert read([typed(code, 0.14) for code in slow], framer) == slow


class Gun:
    """A scanner at one end of a real pty, which types what it is given."""

    def __init__(self) -> None:
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)
        self.path = os.ttyname(self.slave)

    def type(self, line: Line) -> None:
        for data, silence in line:
            os.write(self.master, data)
            time.sleep(silence)

    def close(self) -> None:
        os.close(self.master)
        os.close(self.slave)


@pytest.fixture
def gun() -> Iterator[Gun]:
    one = Gun()
    yield one
    one.close()


def heard(gun: Gun, lines: list[Line], count: int) -> tuple[list[bytes], int, str]:
    """What the scanner's reader gives until it has given that many codes; what it refused; the last reported line end."""
    found, refused, ending = [], 0, ""
    scanner = SerialScanner(SerialDevice(id="gun", station="k1", path=gun.path, baud=115200))
    typist = threading.Thread(target=lambda: [gun.type(line) for line in lines])
    until = time.monotonic() + HUNG
    with scanner as words:
        typist.start()
        for word in words:
            match word:
                case Reading(data=data):
                    found.append(data)
                case RefusedInput(count=n):
                    refused += n
                case BytesReceived(ending=said):
                    ending = said
            if (len(found) >= count and not typist.is_alive()) or time.monotonic() > until:
                break
    typist.join()
    return found, refused, ending


@pytest.mark.parametrize("key", [0.02, 0.07, 0.1, 0.14])
def test_on_a_real_line_slow_keys_lose_nothing(gun: Gun, key: float) -> None:
    chance = random.Random(f"pty {key}")
    codes = [
        jan(chance),
        ean_13_with_an_ean_8(chance, at_end=True),
        jan(chance),
        ean_13_with_an_ean_8(chance, at_end=False),
    ]
    found, refused, ending = heard(gun, [typed(code, key) for code in codes], len(codes))
    assert (found, refused) == (codes, 0)
    assert ending == ("idle_slow" if key > 0.06 else ending)


@pytest.mark.parametrize("at", [5, 8])
def test_on_a_real_line_a_pause_cuts_nothing(gun: Gun, at: int) -> None:
    chance = random.Random(f"pty {at}")
    codes = [jan(chance), ean_13_with_an_ean_8(chance, at_end=at == 5), jan(chance), jan(chance)]
    lines = [[(codes[0], HAND)], *(paused(code, at, 0.4) for code in codes[1:])]
    found, refused, _ = heard(gun, lines, len(codes))
    assert (found, refused) == (codes, 0)


def number(chance: random.Random, digits: int) -> bytes:
    return "".join(chance.choices("0123456789", k=digits)).encode()


@pytest.mark.parametrize("digits", [(6, 6), (7, 6), (6, 7), (5, 8)])
@pytest.mark.parametrize("behind", [0.5, 1.0, 1.9])
def test_two_numbers_in_a_row_are_two_though_together_they_make_one_that_is_valid(
    digits: tuple[int, int], behind: float
) -> None:
    chance, framer = random.Random(str(digits)), LearningFramer(end=Terminator.SILENCE)
    known = [number(chance, digits[0]), number(chance, digits[1])]
    assert over([(code, 5.0) for code in known], framer) == known
    pairs = [(number(chance, digits[0]), number(chance, digits[1])) for _ in range(60)]
    line = [piece for one, other in pairs for piece in ((one, behind), (other, 5.0))]
    assert over(line, framer) == [code for pair in pairs for code in pair]
    assert framer.refused == 0


@pytest.mark.parametrize("digits", [(6, 6), (7, 6), (6, 7), (5, 7)])
@pytest.mark.parametrize("behind", [0.5, 1.9])
def test_a_scanner_that_has_paused_joins_no_two_numbers_of_the_house_either(
    digits: tuple[int, int], behind: float
) -> None:
    chance, framer = random.Random(str(digits)), LearningFramer(end=Terminator.SILENCE)
    known = [number(chance, digits[0]), number(chance, digits[1])]
    assert over([(code, 5.0) for code in known], framer) == known
    code = jan(chance)
    assert over(paused(code, 3, 0.4, 5.0), framer) == [code]
    assert framer.pauses.inside
    pairs = [(number(chance, digits[0]), number(chance, digits[1])) for _ in range(60)]
    line = [piece for one, other in pairs for piece in ((one, behind), (other, 5.0))]
    assert over(line, framer) == [code for pair in pairs for code in pair]
    assert over(paused(code, 3, 0.4, 5.0), framer) == [code]  # a code's own pieces are still put together
    assert framer.refused == 0


def test_one_pause_is_forgotten_after_many_codes_without_and_an_ean_8_is_quick_again() -> None:
    chance, framer = random.Random(6), LearningFramer(end=Terminator.SILENCE)
    code, eight = jan(chance), jan(chance, 8)
    assert over(paused(code, 5, 0.4, 5.0), framer) == [code]
    assert over([(eight, 0.5)], framer) == []
    assert over([(b"", CODE_START_HOLD_S)], framer) == [eight]
    for _ in range(PAUSE_FORGOTTEN_AFTER):
        code = jan(chance)
        assert over([(code, 0.5)], framer) == [code]
    assert framer.ending == "idle"
    assert over([(eight, CODE_START_HOLD_S)], framer) == [eight]
    assert over([(eight, 0.06)], framer) == [eight]


def test_a_pause_that_comes_back_is_remembered_ten_times_as_long_each_time() -> None:
    chance, framer = random.Random(7), LearningFramer(end=Terminator.SILENCE)
    lasted: list[int] = []
    for _ in range(3):
        over(paused(jan(chance), 5, 0.4, 5.0), framer)
        assert framer.pauses.inside
        quick = 0
        while framer.pauses.inside:
            over([(jan(chance), HAND)], framer)
            quick += 1
        lasted.append(quick)
    assert lasted == [200, 2000, 20_000]


@pytest.mark.parametrize("rate", [0.003, 0.01, 0.03, 0.1])
def test_what_a_forgotten_pause_costs_is_bounded(rate: float) -> None:
    """A thousand codes, one in seven of which has an EAN-8 at its beginning, of a scanner that pauses seldom."""
    chance = random.Random(f"seldom {rate}")
    kinds = [
        jan,
        jan,
        jan,
        lambda it: jan(it, 8),
        *(lambda it, at=at: ean_13_with_an_ean_8(it, at_end=at) for at in (0, 1)),
    ]
    codes = [chance.choice(kinds)(chance) for _ in range(1000)]
    lines = [
        paused(code, chance.randrange(1, len(code)), chance.uniform(0.05, 1.8), HAND + CODE_START_HOLD_S)
        if chance.random() < rate
        else [(code, HAND + CODE_START_HOLD_S)]
        for code in codes
    ]
    found = read(lines)
    lost = len([code for code in codes if code not in found])
    assert lost <= 3 + 1000 * rate / 20
