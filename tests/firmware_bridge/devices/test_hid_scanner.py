"""Keys a scanner types become the code it read, on either keyboard, and lost keys are never guessed at."""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Literal

import pytest

from edge.codes.keyboard_layouts import SUBSTITUTE_CHARACTER, Layout
from edge.config.toml_schema import HidDevice
from edge.scan.log import Reading
from firmware_bridge.devices.events import DeviceFault, DeviceLost, RefusedInput
from firmware_bridge.devices.hid_scanner import EV_KEY, EV_SYN, INPUT_EVENT, SYN_DROPPED, HidScanner, read_events
from firmware_bridge.devices.keymap import CHARACTERS_OF_LAYOUT, KeyboardState
from tests.firmware_bridge.rig import Rig, until

SHIFT, CTRL, ALT, CAPS, ENTER, TAB, KP_ENTER, F8, F1, NUM = 42, 29, 56, 58, 28, 15, 96, 66, 59, 69
PATIENCE = 100  # words a test waits for a code; a tick of silence is one
PRINTED = "".join(map(chr, range(0x20, 0x7F)))


def press(*codes: int) -> bytes:
    """Hold all of them down in order, let go in reverse; each with the kernel's end of report."""
    events = [(code, 1) for code in codes] + [(code, 0) for code in reversed(codes)]
    return b"".join(
        INPUT_EVENT.pack(0, 0, EV_KEY, code, value) + INPUT_EVENT.pack(0, 0, EV_SYN, 0, 0) for code, value in events
    )


def typed(text: str, layout: Layout = "us") -> bytes:
    """A scanner typing `text` on a keyboard of that layout."""
    keys: dict[str, tuple[int, ...]] = {}
    for code, (plain, shifted) in sorted(CHARACTERS_OF_LAYOUT[layout].items(), reverse=True):
        keys[shifted] = (SHIFT, code)
        keys[plain] = (code,)
    return b"".join(press(*keys[character]) for character in text)


class Typed:
    """A pipe in place of an event device."""

    def __init__(self, layout: Layout | Literal["auto"] = "us") -> None:
        self._out, self._in = os.pipe()
        self._words = read_events(self._out, layout)
        self.refused = 0

    def send(self, events: bytes) -> None:
        os.write(self._in, events)

    def code(self) -> Reading:
        """The next code, with what was refused before it counted."""
        for word in islice(self._words, PATIENCE):
            match word:
                case Reading():
                    return word
                case RefusedInput(count):
                    self.refused += count
        raise AssertionError("no code came")

    def wait(self) -> None:
        """One tick of silence."""
        if isinstance(word := next(self._words), RefusedInput):
            self.refused += word.count

    def unplug(self) -> None:
        os.close(self._in)
        self._in = -1

    def close(self) -> None:
        os.close(self._out)
        if self._in >= 0:
            os.close(self._in)


@pytest.fixture
def us() -> Iterator[Typed]:
    pipe = Typed()
    yield pipe
    pipe.close()


@pytest.fixture
def jp() -> Iterator[Typed]:
    pipe = Typed("jp")
    yield pipe
    pipe.close()


@pytest.mark.parametrize("end", [ENTER, TAB, KP_ENTER])
def test_enter_or_tab_ends_a_code(us: Typed, end: int) -> None:
    us.send(typed("4901234567894") + press(end))
    assert us.code() == Reading(data=b"4901234567894")


@pytest.mark.parametrize("layout", ["us", "jp"])
def test_every_printed_character_can_be_typed_on_either_keyboard(layout: Layout) -> None:
    board = KeyboardState(layout)
    events = INPUT_EVENT.iter_unpack(typed(PRINTED, layout))
    assert b"".join(board.key(code, bool(value)) for _, _, kind, code, value in events if kind == EV_KEY) == (
        PRINTED.encode()
    )


@pytest.mark.parametrize(
    ("codes", "us_means", "jp_means"),
    [
        ((26,), b"[", b"@"),
        ((27,), b"]", b"["),
        ((43,), b"\\", b"]"),
        ((40,), b"'", b":"),
        ((SHIFT, 39), b":", b"+"),
        ((SHIFT, 3), b"@", b'"'),
        ((SHIFT, 7), b"^", b"&"),
        ((SHIFT, 8), b"&", b"'"),
        ((13,), b"=", b"^"),
        ((89,), SUBSTITUTE_CHARACTER, b"\\"),
        ((124,), SUBSTITUTE_CHARACTER, b"\\"),
        ((SHIFT, 11), b")", SUBSTITUTE_CHARACTER),
    ],
)
def test_the_same_key_means_what_its_keyboard_says(codes: tuple[int, ...], us_means: bytes, jp_means: bytes) -> None:
    asked: tuple[tuple[Layout, bytes], ...] = (("us", us_means), ("jp", jp_means))
    for layout, means in asked:
        board = KeyboardState(layout)
        assert b"".join(board.key(code, True) for code in codes) == means


def test_an_aim_identifier_is_taken_off_on_either_keyboard(us: Typed, jp: Typed) -> None:
    us.send(typed("]E04901234567894") + press(ENTER))
    jp.send(typed("]E04901234567894", "jp") + press(ENTER))
    assert us.code() == jp.code()
    assert us_aim(us) == "]E4"


def us_aim(us: Typed) -> str | None:
    us.send(typed("]E449123456") + press(ENTER))
    return us.code().aim


@pytest.mark.parametrize("gs", [press(CTRL, 27), press(F8)])
def test_gs_comes_as_ctrl_bracket_or_f8(us: Typed, gs: bytes) -> None:
    us.send(typed("]C110AB") + gs + typed("1727") + press(ENTER))
    assert us.code().data == b"10AB\x1d1727"


def test_on_the_japanese_keyboard_the_bracket_of_ctrl_bracket_is_another_key(jp: Typed) -> None:
    jp.send(typed("10AB", "jp") + press(CTRL, 43) + typed("1727", "jp") + press(ENTER))
    assert jp.code().data == b"10AB\x1d1727"


def test_a_byte_may_be_typed_by_its_number_with_alt(us: Typed) -> None:
    alt_029 = (
        INPUT_EVENT.pack(0, 0, EV_KEY, ALT, 1)
        + press(82)
        + press(80)
        + press(73)
        + INPUT_EVENT.pack(0, 0, EV_KEY, ALT, 0)
    )
    us.send(typed("A") + alt_029 + typed("B") + press(ENTER))
    assert us.code().data == b"A\x1dB"


def test_caps_lock_turns_letters_only(us: Typed) -> None:
    us.send(press(CAPS) + typed("ab1-A") + press(CAPS) + typed("c") + press(ENTER))
    assert us.code().data == b"AB1-ac"


def test_a_key_there_is_no_character_for_makes_the_code_wrong_and_not_shorter(us: Typed) -> None:
    us.send(typed("490") + press(F1) + press(NUM) + typed("12") + press(ENTER))
    assert us.code().data == b"490\x1a12"


def test_the_keyboards_own_repeat_is_not_a_second_key(us: Typed) -> None:
    us.send(typed("4") + INPUT_EVENT.pack(0, 0, EV_KEY, 5, 2) * 3 + typed("9") + press(ENTER))
    assert us.code().data == b"49"


def test_a_code_the_kernel_lost_keys_of_is_refused_and_the_next_one_read(us: Typed) -> None:
    us.send(typed("4901") + INPUT_EVENT.pack(0, 0, EV_SYN, SYN_DROPPED, 0) + typed("234") + press(ENTER))
    us.send(typed("49123456") + press(ENTER))
    assert us.code().data == b"49123456"
    assert us.refused == 1


def test_half_a_code_is_given_up_after_silence(us: Typed) -> None:
    us.send(typed("4901"))
    while not us.refused:
        us.wait()
    us.send(typed("49123456") + press(ENTER))
    assert us.code().data == b"49123456"


def test_a_keyboard_that_goes_away_is_lost(us: Typed) -> None:
    us.unplug()
    with pytest.raises(DeviceLost, match="unplugged"):
        us.code()


def test_what_is_no_keyboard_is_the_wrong_kind_and_what_is_not_there_not_found(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for name, detail in (("pipe", DeviceFault.WRONG_KIND), ("nothing", DeviceFault.NOT_FOUND)):
        device = HidDevice(id="wedge", station="kiosk-1", path=str(tmp_path / name))
        with pytest.raises(DeviceLost, match=detail):
            HidScanner(device).__enter__()


def test_the_bridge_waits_for_a_keyboard_that_noren_toml_names(tmp_path: Path) -> None:
    device = '[[devices]]\nid = "wedge"\nkind = "hid"\nstation = "kiosk-1"\npath = "by-id/kbd"\nlayout = "jp"\n'
    rig = Rig(tmp_path, device)
    with rig.bridge():
        until(lambda: rig.device().get("state") == "lost", "the loss")
    assert (rig.device()["kind"], rig.told()) == ("hid", [("device.lost", "not_found")])


def test_where_nobody_said_which_keyboard_the_code_tells() -> None:
    pipe = Typed("auto")
    for layout in ("us", "jp"):
        for code in ("noren:p:o-4821:s3cret_S", "https://id.gs1.org/01/04901234567894", "4901234567894", "]C110AB"):
            pipe.send(typed(code, layout) + press(ENTER))
            read = pipe.code()
            assert ((read.aim or "") + read.data.decode()) == code
    pipe.close()


def test_an_enter_or_tab_inside_a_code_belongs_to_it(us: Typed) -> None:
    us.send(typed("4901234567894") + press(ENTER))
    assert us.code().data == b"4901234567894"
    us.send(typed("BEGIN:VCARD") + press(ENTER) + typed("N:") + press(TAB) + typed("x") + press(ENTER))
    assert us.code().data == b"BEGIN:VCARD\rN:\tx"


def test_a_scanner_that_sends_no_enter_is_read_too(us: Typed) -> None:
    us.send(typed("4901234567894"))
    assert us.code().data == b"4901234567894"
    us.send(typed("49123456"))
    assert us.code().data == b"49123456"
