"""Extended Channel Interpretations: data of codes that name their own encoding, converted to UTF-8."""

import re

# AIM ITS/04-001 Part 3. 2 and 0 are the first code page of QR; Latin parts 3-18 follow below.
_ENCODINGS = {
    0: "cp437",
    1: "iso8859-1",
    2: "cp437",
    20: "cp932",
    21: "cp1250",
    22: "cp1251",
    23: "cp1252",
    24: "cp1256",
    25: "utf-16-be",
    26: "utf-8",
    27: "ascii",
    28: "big5",
    29: "gb18030",
    30: "euc-kr",
} | {eci: f"iso8859-{eci - 2}" for eci in range(3, 19) if eci != 14}  # ISO 8859-12 was never made

_TOKEN = re.compile(rb"\\(\d{6})|\\\\|[^\\]+")


def to_utf8(told: bytes, raw: bytes) -> bytes:
    """The data of a code as UTF-8 if it names encodings that we know, else its bytes unchanged.

    `told` is the data under the ECI protocol (an escape is a backslash and six digits, a backslash is doubled),
    `raw` the data without it.
    """
    parts = [(1, b"")]
    for token in _TOKEN.finditer(told):
        if token[1]:
            parts.append((int(token[1]), b""))
        else:
            eci, part = parts[-1]
            parts[-1] = (eci, part + token[0].replace(b"\\\\", b"\\"))
    if len(parts) == 1:
        return raw
    try:
        return "".join(part.decode(_ENCODINGS[eci]) for eci, part in parts).encode()
    except (KeyError, UnicodeDecodeError):
        return raw
