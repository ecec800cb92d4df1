"""Bytes to text: AIM prefix, ECI escapes, UTF-8, Shift_JIS; bytes that are no text are reported as such."""

import re

from edge.codes import aim_identifiers as identifiers
from edge.codes.code_rules import CodeRules
from edge.codes.parsed_code import Unknown
from edge.codes.raw_code import GS, RawCode
from edge.codes.reject_reason import RejectReason
from edge.codes.symbology import Symbology, from_aim

MAX_CODE_BYTES = 4096  # a QR holds at most 2,953 bytes; anything larger is not one code

_ECI = re.compile(rb"\\(\\|[0-9]{6})")

_SHIFT_JIS = "cp932"  # what Japanese shops mean by Shift_JIS: with circled numbers and company signs

# AIM ITS/04-023 Extended Channel Interpretations. Those not listed (binary 899, encryption, …) are not text.
_ECI_CHARSETS = {
    3: "iso-8859-1",
    20: _SHIFT_JIS,
    25: "utf-16-be",
    26: "utf-8",
    27: "ascii",
    33: "utf-16-le",
}  # fmt: skip
_CODECS = {"utf-8": "utf-8", "shift_jis": _SHIFT_JIS}
_EDGES = " \t\r\n"  # what readers add around a code; GS is not among them
# C0 controls except those that may be in text: tab, line ends, the separators FS GS RS US, and EOT of ISO/IEC 15434 messages.
# C1 and U+F8F0-F8F3 are what cp932 makes of bytes that are no characters.
_CONTROLS = re.compile("[\x00-\x03\x05-\x08\x0b\x0c\x0e-\x1b\x7f-\x9f\uf8f0-\uf8f3]")


def decode_text(data: bytes, aim: str | None, symbology: Symbology | None, rules: CodeRules) -> RawCode | Unknown:
    """`data` (at most 4096 bytes) as text, or Unknown with empty, too_long or not_text."""
    if len(data) > MAX_CODE_BYTES:
        return Unknown(reason=RejectReason.TOO_LONG)
    if aim is None and (named := identifiers.leading_identifier(data)) and from_aim(named) is not None:
        data, aim = data[identifiers.IDENTIFIER_BYTES :], named
    text = _decoded(data, aim, rules)
    if text is None:
        return Unknown(reason=RejectReason.NOT_TEXT)
    text = text.strip(_EDGES)
    if not text.strip(GS):
        return Unknown(reason=RejectReason.EMPTY)
    gs1 = aim in identifiers.GS1_IDENTIFIERS or text[0] == GS
    return RawCode(text=text, symbology=symbology or (from_aim(aim) if aim else None), aim=aim, gs1=gs1)


def _decoded(data: bytes, aim: str | None, rules: CodeRules) -> str | None:
    """One string, or None if some part is binary or fits no allowed character set."""
    if aim in identifiers.ECI_IDENTIFIERS:
        text = _by_eci(data, rules)
    elif data.isascii():
        text = data.decode("ascii")
    else:
        text = _by_rule(data, rules)
    return None if text is None or _CONTROLS.search(text) else text


def _by_rule(data: bytes, rules: CodeRules) -> str | None:
    """The bytes decoded in the first of the chain's character sets that they fit."""
    return next((text for c in rules.charsets if (text := _strict(data, _CODECS[c])) is not None), None)


def _by_eci(data: bytes, rules: CodeRules) -> str | None:
    """Each run of bytes in the character set of the escape before it; before the first escape, by the chain's rule.

    ISO/IEC 18004 asks for Latin-1 there, JIS X 0510 for Shift_JIS, and every phone writes UTF-8: so the chain decides.
    """
    eci: int | None = None
    texts: list[str | None] = []
    run, at = b"", 0
    for escape in _ECI.finditer(data):
        run += data[at : escape.start()]
        at = escape.end()
        if escape[1] == b"\\":
            run += b"\\"
            continue
        texts.append(_in_eci(run, eci, rules))
        run, eci = b"", int(escape[1])
    texts.append(_in_eci(run + data[at:], eci, rules))
    return None if None in texts else "".join(text for text in texts if text)


def _in_eci(data: bytes, eci: int | None, rules: CodeRules) -> str | None:
    """The bytes in that ECI's character set, or None if we do not know the ECI."""
    if eci is None or not data:
        return _by_rule(data, rules)
    return _strict(data, _ECI_CHARSETS[eci]) if eci in _ECI_CHARSETS else None


def _strict(data: bytes, charset: str) -> str | None:
    """The bytes in that character set, or None if they do not fit; never a replacement character."""
    try:
        return data.decode(charset)
    except UnicodeDecodeError:
        return None
