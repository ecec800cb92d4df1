"""GS1 Digital Link URIs of any domain, converted to the element strings that they mean."""

import re
from urllib.parse import unquote

from edge.codes.code_rules import CodeRules
from edge.codes.gs1 import interpretation
from edge.codes.gs1.application_identifiers import AIS, has_form
from edge.codes.gs1.compressed_link import is_compressed_segment
from edge.codes.gs1.element_strings import AiValuePairs, check_elements
from edge.codes.parsed_code import FieldFault, Meaning, Unknown
from edge.codes.raw_code import RawCode
from edge.codes.reject_reason import RejectReason

# The link as the standard reads it: any domain is accepted, and the fragment is ignored. Unlike browsers, GS1 accepts the
# scheme only in all small or all capital letters, and only the characters of a domain name as the domain.
_LINK = re.compile(
    r"(?:https?|HTTPS?)://(?:(?:[0-9A-Za-z.\-]|[^\x00-\x7f\s])+|\[[0-9A-Fa-f:.]+\])(?::[0-9]+)?"
    r"(/[^?#]*)?(?:\?([^#]*))?(?:#.*)?",
    re.DOTALL,
)
_NO_URI = re.compile(r"[\x00-\x20\"<>\\^`{|}]")  # RFC 3986 does not allow these
_SEGMENT = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_AI_NAME = re.compile(r"[0-9]+", re.ASCII)
_GTIN_LENGTHS = (8, 12, 13)  # the path may hold a shorter GTIN; element strings need 14


def parse_digital_link(scan: RawCode, rules: CodeRules) -> Meaning | None:
    """The meaning of a Digital Link; Unknown if it is bad or compressed; None for any other text or web address."""
    link = _LINK.fullmatch(scan.text)
    if link is None:
        return None
    path, query = link[1] or "", link[2] or ""
    segments = path.removesuffix("/").split("/")[1:]
    start = _primary_key(segments)
    if start is None:
        return Unknown(reason=RejectReason.COMPRESSED_DIGITAL_LINK) if _compressed(segments) else None
    if path.endswith("/") or _NO_URI.search(path):
        return Unknown(reason=RejectReason.BAD_DIGITAL_LINK, about=segments[start])
    identity = _path(segments[start:])
    if isinstance(identity, Unknown):
        return identity
    attributes, faults = _attributes(query, {ai for ai, _ in identity})
    found = check_elements(identity + attributes, faults)
    return found if isinstance(found, Unknown) else interpretation.meaning_of_elements(found, rules)


def _primary_key(segments: list[str]) -> int | None:
    """The place of the last primary key from which AI and value alternate to the end; what comes before is the stem."""
    for at in range(len(segments) - 2, -1, -2):
        if _is_primary(segments[at]) and _could_be(segments[at], segments[at + 1]):
            return at
    return None


def _is_primary(ai: str) -> bool:
    return ai in AIS and AIS[ai].qualifiers is not None


def _could_be(key: str, value: str) -> bool:
    """True if the value has the key's length and characters: `/2024/01/15` is a date in a blog, no GTIN."""
    return has_form(AIS[key], _padded(key, _plain(value) or ""))


def _padded(ai: str, value: str) -> str:
    return value.zfill(14) if ai == "01" and len(value) in _GTIN_LENGTHS else value


def _path(segments: list[str]) -> AiValuePairs | Unknown:
    """Key and qualifiers; bad_digital_link if the standard does not allow them."""
    path = list(zip(segments[::2], segments[1::2], strict=True))
    qualifiers = [ai for ai, _ in path[1:]]
    if not any(_in_order(qualifiers, allowed) for allowed in AIS[path[0][0]].qualifiers or ()):
        return Unknown(reason=RejectReason.BAD_DIGITAL_LINK, about=path[0][0])
    pairs = []
    for ai, value in path:
        plain = _plain(value)
        if plain is None:
            return Unknown(reason=RejectReason.BAD_DIGITAL_LINK, about=ai)
        pairs.append((ai, _padded(ai, plain)))
    return pairs


def _in_order(qualifiers: list[str], allowed: tuple[str, ...]) -> bool:
    """True if the qualifiers are some of the allowed ones, each once, in their order."""
    return qualifiers == [ai for ai in allowed if ai in qualifiers]


def _attributes(query: str, identity: set[str]) -> tuple[AiValuePairs, list[FieldFault]]:
    """The query's numeric keys: they are reserved for AIs; words belong to the domain's owner.

    A key that the standard does not allow there loses only its own field: the path has said what the thing is.
    """
    pairs: AiValuePairs = []
    faults: list[FieldFault] = []
    parts = (part.partition("=") for part in re.split("[&;]", query))
    for ai, _, value in (part for part in parts if _AI_NAME.fullmatch(part[0])):
        plain = _plain(value.replace("+", " "))  # a query is form data: + is a space
        if ai not in AIS:
            faults.append(FieldFault(ai=ai[:4], reason=RejectReason.UNKNOWN_AI))
        elif ai in identity or any(ai == other for other, _ in pairs):
            faults.append(FieldFault(ai=ai, reason=RejectReason.AI_REPEATED))
        elif not AIS[ai].attribute or _belongs_in_path(ai, identity):
            faults.append(FieldFault(ai=ai, reason=RejectReason.BAD_DIGITAL_LINK))
        elif plain is None or _NO_URI.search(value):
            faults.append(FieldFault(ai=ai, reason=RejectReason.AI_CHARACTERS))
        else:
            pairs.append((ai, _padded(ai, plain)))
    return pairs, faults


def _belongs_in_path(ai: str, identity: set[str]) -> bool:
    """True for an AI that could be one of the key's qualifiers: as an attribute it would belong to another thing."""
    allowed = (sequence for key in identity for sequence in AIS[key].qualifiers or () if ai in sequence)
    return any(identity - {ai} <= {*sequence, *_keys(identity)} for sequence in allowed)


def _keys(ais: set[str]) -> set[str]:
    return {ai for ai in ais if _is_primary(ai)}


def _plain(text: str) -> str | None:
    """The text without percent-encoding (RFC 3986), or None if the result is not UTF-8."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        return None


def _compressed(segments: list[str]) -> bool:
    """True for a path that ends in a compressed string, as a whole or after an uncompressed primary key."""
    if not segments or not _SEGMENT.fullmatch(segments[-1]):
        return False
    beside_key = len(segments) >= 3 and _is_primary(segments[-3]) and _could_be(segments[-3], segments[-2])
    return is_compressed_segment(segments[-1], beside_key)
