"""GS1 Digital Link URIs of any domain, made into the element strings they stand for."""

import re
from collections.abc import Mapping
from urllib.parse import unquote

from edge.codes import gs1
from edge.codes.ai import AIS
from edge.codes.compressed_link import begins_with_key, is_compressed
from edge.codes.element_strings import validated
from edge.codes.meaning import Meaning, Unknown
from edge.codes.reason import Reason
from edge.codes.rules import CodeRules
from edge.codes.scanned import Scanned

# The link as the standard reads it: the domain is anyone's, the fragment is nobody's.
_LINK = re.compile(r"https?://[^/?#\s\x00-\x1f]+(/[^?#]*)?(?:\?([^#]*))?(?:#.*)?", re.ASCII | re.IGNORECASE | re.DOTALL)
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_AI_NAME = re.compile(r"[0-9]{2,4}", re.ASCII)
_GTIN_LENGTHS = (8, 12, 13)  # the path may hold a shorter GTIN; element strings want 14

# Primary keys and the qualifiers that may follow, in this order (Digital Link URI syntax 1.5, section 4).
_QUALIFIERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "01": (("22", "10", "21"), ("235",)),
    "8006": (("22", "10", "21"),),
    "414": (("254",), ("7040",)),
    "417": (("7040",),),
    "8004": (("7040",),),
    "8010": (("8011",),),
    "8017": (("8019",),),
    "8018": (("8019",),),
    "415": (("8020",),),
    "00": (),
    "253": (),
    "255": (),
    "401": (),
    "402": (),
    "8003": (),
    "8013": (),
}


def digital_link(scan: Scanned, rules: CodeRules) -> Meaning | None:
    """The meaning of a Digital Link; bad or compressed ones say so; None for any other text or web address."""
    link = _LINK.fullmatch(scan.text)
    if link is None:
        return None
    path, query = (link[1] or "").removesuffix("/"), link[2] or ""
    segments = path.split("/")[1:]
    start = _primary_key(segments)
    if start is None:
        return Unknown(reason=Reason.COMPRESSED_DIGITAL_LINK) if _compressed(segments) else None
    pairs = _pairs(segments[start:], query)
    if isinstance(pairs, Unknown):
        return pairs
    found = validated(pairs)
    return found if isinstance(found, Unknown) else gs1.meaning(found, rules)


def _primary_key(segments: list[str]) -> int | None:
    """Where the last primary key stands from which AI and value alternate to the end; what stands before is a stem."""
    for at in range(len(segments) - 2, -1, -2):
        if segments[at] in _QUALIFIERS and _could_be(segments[at], segments[at + 1]):
            return at
    return None


def _could_be(key: str, value: str) -> bool:
    """True where the value has the key's length and characters: `/2024/01/15` is a date in a blog, no GTIN."""
    return AIS[key].shape.fullmatch(_padded(key, _plain(value) or "")) is not None


def _padded(ai: str, value: str) -> str:
    return value.zfill(14) if ai == "01" and len(value) in _GTIN_LENGTHS else value


def _pairs(segments: list[str], query: str) -> list[tuple[str, str]] | Unknown:
    """AIs and values of path and query; bad_digital_link where the standard does not allow what stands there."""
    path = list(zip(segments[::2], segments[1::2], strict=True))
    qualifiers = [ai for ai, _ in path[1:]]
    if not any(_in_order(qualifiers, allowed) for allowed in _QUALIFIERS[path[0][0]] or ((),)):
        return Unknown(reason=Reason.BAD_DIGITAL_LINK, about=path[0][0])
    pairs = []
    for ai, value in path + _attributes(query):
        plain = _plain(value)
        if plain is None or ai not in AIS:
            return Unknown(reason=Reason.BAD_DIGITAL_LINK, about=ai)
        pairs.append((ai, _padded(ai, plain)))
    return pairs


def _in_order(qualifiers: list[str], allowed: tuple[str, ...]) -> bool:
    """True when the qualifiers are some of those allowed, each once, in their order."""
    return qualifiers == [ai for ai in allowed if ai in qualifiers]


def _attributes(query: str) -> list[tuple[str, str]]:
    """The query's numeric keys: those are reserved for AIs; words belong to the domain's owner."""
    parts = (part.partition("=") for part in re.split("[&;]", query))
    return [(key, value) for key, _, value in parts if _AI_NAME.fullmatch(key)]


def _plain(text: str) -> str | None:
    """Percent signs undone (RFC 3986), or None where that gives no UTF-8."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return None


def _compressed(segments: list[str]) -> bool:
    """True for a path that ends in a compressed string, wholly or after an uncompressed primary key."""
    if not segments or not _SEGMENT.fullmatch(segments[-1]):
        return False
    if len(segments) >= 3 and segments[-3] in _QUALIFIERS and _could_be(segments[-3], segments[-2]):
        return is_compressed(segments[-1])
    return begins_with_key(segments[-1])
