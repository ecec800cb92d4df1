"""The keyboards that scanners imitate: what each key types, by its position, and on which keyboard a code was typed.

One table for scanners that the box reads itself (kernel key codes) and for those that type into a page (the browser's
`KeyboardEvent.code`). If a scanner is set to another keyboard than its reader expects, digits and letters still come
right, and everything else comes wrong.
"""

from collections.abc import Mapping
from typing import Literal

from edge.codes import aim_identifiers as identifiers

Layout = Literal["us", "jp", "uk"]
KeyCharacters = Mapping[
    str, tuple[str, str]
]  # position of the key -> its character without and with Shift; "" if it has none

SUBSTITUTE_CHARACTER = (
    b"\x1a"  # ASCII's sign for a lost character: the code becomes wrong, never shorter without notice
)

# The positions, row by row, named as in W3C UI Events. KERNEL has the same keys with the numbers of linux/input-event-codes.h.
_DIGITS = [f"Digit{n}" for n in "1234567890"] + ["Minus", "Equal"]
_TOP = [f"Key{c}" for c in "QWERTYUIOP"] + ["BracketLeft", "BracketRight"]
_HOME = [f"Key{c}" for c in "ASDFGHJKL"] + ["Semicolon", "Quote", "Backquote"]
_LOW = ["Backslash"] + [f"Key{c}" for c in "ZXCVBNM"] + ["Comma", "Period", "Slash"]
_PAD = ["Numpad7", "Numpad8", "Numpad9", "NumpadSubtract", "Numpad4", "Numpad5", "Numpad6", "NumpadAdd"]
_PAD += ["Numpad1", "Numpad2", "Numpad3", "Numpad0", "NumpadDecimal"]
_ALONE = {"NumpadMultiply": 55, "Space": 57, "IntlBackslash": 86, "IntlRo": 89, "NumpadDivide": 98, "NumpadEqual": 117}
_ALONE |= {"IntlYen": 124}
KEYCODES: Mapping[str, int] = _ALONE | {
    place: first + nth
    for first, row in ((2, _DIGITS), (16, _TOP), (30, _HOME), (43, _LOW), (71, _PAD))
    for nth, place in enumerate(row)
}

_NONE = "\0"  # in a row: this key has no such character


def _row(places: list[str], plain: str, shifted: str) -> dict[str, tuple[str, str]]:
    keys = zip(plain.replace(_NONE, " "), shifted.replace(_NONE, " "), strict=True)
    return {place: (a.strip(), b.strip()) for place, (a, b) in zip(places, keys, strict=True)}


_EVERYWHERE = {
    **{f"Key{c}": (c.lower(), c) for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"},
    **_row(_PAD, "789-456+1230.", "789-456+1230."),
    "NumpadMultiply": ("*", "*"),
    "NumpadDivide": ("/", "/"),
    "NumpadEqual": ("=", "="),
    "Space": (" ", " "),
}
_US = {
    **_row(_DIGITS, "1234567890-=", "!@#$%^&*()_+"),
    **_row(["BracketLeft", "BracketRight", "Semicolon", "Quote", "Backquote"], "[];'`", '{}:"~'),
    **_row(["Backslash", "Comma", "Period", "Slash", "IntlBackslash"], "\\,./<", "|<>?>"),
}
# JIS X 6002 as on a 109-key keyboard: IntlYen is the yen key, IntlRo the key to the left of right Shift.
_JP = {
    **_row(_DIGITS, "1234567890-^", "!\"#$%&'()\0=~"),
    **_row(["BracketLeft", "BracketRight", "Semicolon", "Quote"], "@[;:", "`{+*"),
    **_row(["Backslash", "Comma", "Period", "Slash", "IntlRo", "IntlYen"], "],./\\\\", "}<>?_|"),
}
# BS 4822; the pound and the not sign are no characters of codes.
_UK = {
    **_row(_DIGITS, "1234567890-=", '!"\0$%^&*()_+'),
    **_row(["BracketLeft", "BracketRight", "Semicolon", "Quote", "Backquote"], "[];'`", "{}:@\0"),
    **_row(["Backslash", "Comma", "Period", "Slash", "IntlBackslash"], "#,./\\", "~<>?|"),
}

LAYOUTS: Mapping[Layout, KeyCharacters] = {"us": _EVERYWHERE | _US, "jp": _EVERYWHERE | _JP, "uk": _EVERYWHERE | _UK}
AUTO_LAYOUTS: tuple[Layout, ...] = (
    "us",
    "jp",
)  # tried if no layout is configured; the first one if nothing shows which

_SCHEMES = (b"noren:", b"https://", b"http://")
# A code of ours, and a signed token (its first bytes are `{"`), as they come if Caps Lock is on and the scanner inverts the
# case of every letter to correct that, which it should not do.
_TURNED = (b"NOREN:", b"EYj")


def likeliest_layout(texts: Mapping[Layout, bytes]) -> Layout:
    """The keyboard on which a code was typed, the most likely first; the first one if the code does not show it."""
    possible = [layout for layout, text in texts.items() if SUBSTITUTE_CHARACTER not in text]
    telling = (
        layout
        for layout in possible
        if texts[layout].startswith(_SCHEMES) or identifiers.leading_identifier(texts[layout])
    )
    return next(telling, next(iter(possible or texts)))


def undo_caps_lock(text: bytes) -> bytes:
    """The code with the case of its letters inverted again, if Caps Lock has inverted it."""
    return text.swapcase() if text.startswith(_TURNED) else text
