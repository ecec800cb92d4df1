"""Key events to the bytes a scanner meant, for the two keyboards scanners are set to in Japan."""

from typing import Literal

Layout = Literal["us", "jp"]

# linux/input-event-codes.h
ENTERS = frozenset({28, 96, 15})  # Enter, keypad Enter, Tab: what scanners end a code with
SHIFTS = frozenset({42, 54})
CTRLS = frozenset({29, 97})
ALTS = frozenset({56, 100})
CAPS_LOCK = 58
SILENT_KEYS = frozenset({69, 70, 125, 126, 85, 92, 93, 94})  # num and scroll lock, logo keys, Japanese input modes
F8 = 66
GS = b"\x1d"  # F8 stands for it on scanners that cannot press Ctrl+]
SUBSTITUTE = b"\x1a"  # ASCII's own sign for a character that was lost: the code becomes wrong, never silently shorter
END = b"\r"

_LETTERS = {16: "qwertyuiop", 30: "asdfghjkl", 44: "zxcvbnm"}
_DIGITS = {71: "789-", 75: "456+", 79: "1230."}  # the keypad, row by row
_KEYPAD = {55: "*", 98: "/", 117: "="}

# by key code: without and with Shift
_US = {
    2: ("1234567890-=", "!@#$%^&*()_+"),
    26: ("[]", "{}"),
    39: (";'`", ':"~'),
    43: ("\\", "|"),
    51: (",./", "<>?"),
    57: (" ", " "),
    86: ("<", ">"),
}
# JIS X 6002 as on a 109-key keyboard; 124 is the yen key, 89 the key left of right Shift
_JP = {
    2: ("1234567890-^", "!\"#$%&'()\0=~"),
    26: ("@[", "`{"),
    39: (";:", "+*"),
    43: ("]", "}"),
    51: (",./", "<>?"),
    57: (" ", " "),
    89: ("\\", "_"),
    124: ("\\", "|"),
}


def _keys(layout: dict[int, tuple[str, str]]) -> dict[int, tuple[str, str]]:
    """Key code -> its characters without and with Shift."""
    rows = layout | {first: (row, row.upper()) for first, row in _LETTERS.items()}
    rows |= {first: (row, row) for first, row in (_DIGITS | _KEYPAD).items()}
    return {
        first + nth: (plain, shifted.replace("\0", ""))
        for first, (unshifted, shift) in rows.items()
        for nth, (plain, shifted) in enumerate(zip(unshifted, shift, strict=True))
    }


KEYS: dict[Layout, dict[int, tuple[str, str]]] = {"us": _keys(_US), "jp": _keys(_JP)}
KEYPAD_DIGITS = {71: 7, 72: 8, 73: 9, 75: 4, 76: 5, 77: 6, 79: 1, 80: 2, 81: 3, 82: 0}


class Keyboard:
    """Which keys are held down, and what the next one therefore means."""

    def __init__(self, layout: Layout) -> None:
        self._keys = KEYS[layout]
        self._down: set[int] = set()
        self._caps = False
        self._alt = (
            ""  # digits typed on the keypad while Alt is held: a byte by its number, as scanners send control codes
        )

    def key(self, code: int, down: bool) -> bytes:
        """The bytes a key event means; most often none or one."""
        if not down:
            self._down.discard(code)
            return self._typed_by_number() if code in ALTS else b""
        self._down.add(code)
        if code in SHIFTS | CTRLS | ALTS | SILENT_KEYS:
            return b""
        if code == CAPS_LOCK:
            self._caps = not self._caps
            return b""
        return self._pressed(code)

    def lost(self) -> None:
        """Events were lost: nothing is known to be held down any more."""
        self._down.clear()
        self._alt = ""

    def _pressed(self, code: int) -> bytes:
        if code in ENTERS:
            return END
        if self._down & ALTS and code in KEYPAD_DIGITS:
            self._alt += str(KEYPAD_DIGITS[code])
            return b""
        if code == F8:
            return GS
        return self._character(*self._keys.get(code, ("", "")))

    def _character(self, plain: str, shifted: str) -> bytes:
        shift = bool(self._down & SHIFTS) != (self._caps and plain.isalpha())
        character = (shifted if shift else plain).encode()
        if character and self._down & CTRLS:
            return bytes([character.upper()[0] & 0x1F])  # Ctrl+] is 0x1d, Ctrl+M is 0x0d
        return character or SUBSTITUTE

    def _typed_by_number(self) -> bytes:
        number, self._alt = self._alt, ""
        return bytes([int(number) & 0xFF]) if number else b""
