"""Key events to the bytes that a scanner meant, for the keyboards to which scanners can be set."""

from edge.codes.keyboard_layouts import KEYCODES, LAYOUTS, SUBSTITUTE_CHARACTER, Layout

# linux/input-event-codes.h
END_KEYS = {28: b"\r", 96: b"\r", 15: b"\t"}  # Enter, keypad Enter, Tab: scanners end a code with them
SHIFT_KEYS = frozenset({42, 54})
CTRL_KEYS = frozenset({29, 97})
ALT_KEYS = frozenset({56, 100})
CAPS_LOCK = 58
SILENT_KEYS = frozenset({69, 70, 125, 126, 85, 92, 93, 94})  # num and scroll lock, logo keys, Japanese input modes
F8_KEY = 66
GS = b"\x1d"  # scanners that cannot press Ctrl+] send F8 for it

CHARACTERS_OF_LAYOUT: dict[Layout, dict[int, tuple[str, str]]] = {
    layout: {KEYCODES[place]: characters for place, characters in keys.items()} for layout, keys in LAYOUTS.items()
}
KEYPAD_DIGITS = {KEYCODES[f"Numpad{digit}"]: digit for digit in range(10)}


class KeyboardState:
    """Which keys are held down, and what the next key therefore means."""

    def __init__(self, layout: Layout) -> None:
        self._keys = CHARACTERS_OF_LAYOUT[layout]
        self._down: set[int] = set()
        self._caps = False
        # digits typed on the keypad while Alt is held: a byte by its number, as scanners send control codes
        self._alt = ""

    def key(self, code: int, down: bool) -> bytes:
        """The bytes that a key event means; most often none or one."""
        if not down:
            self._down.discard(code)
            return self._typed_by_number() if code in ALT_KEYS else b""
        self._down.add(code)
        if code in SHIFT_KEYS | CTRL_KEYS | ALT_KEYS | SILENT_KEYS:
            return b""
        if code == CAPS_LOCK:
            self._caps = not self._caps
            return b""
        return self._pressed(code)

    def lost(self) -> None:
        """Events were lost: no key is known to be held down any more."""
        self._down.clear()
        self._alt = ""

    def _pressed(self, code: int) -> bytes:
        if code in END_KEYS:
            return END_KEYS[code]
        if self._down & ALT_KEYS and code in KEYPAD_DIGITS:
            self._alt += str(KEYPAD_DIGITS[code])
            return b""
        if code == F8_KEY:
            return GS
        return self._character(*self._keys.get(code, ("", "")))

    def _character(self, plain: str, shifted: str) -> bytes:
        shift = bool(self._down & SHIFT_KEYS) != (self._caps and plain.isalpha())
        character = (shifted if shift else plain).encode()
        if character and self._down & CTRL_KEYS:
            return bytes([character.upper()[0] & 0x1F])  # Ctrl+] is 0x1d, Ctrl+M is 0x0d
        return character or SUBSTITUTE_CHARACTER

    def _typed_by_number(self) -> bytes:
        number, self._alt = self._alt, ""
        return bytes([int(number) & 0xFF]) if number else b""
