"""Whether a text's own structure shows that it is a whole code: for callers that must tell it from a part of one."""

import re

from edge.codes import aim_identifiers as identifiers
from edge.codes.check_digits import mod10_holds
from edge.codes.code_rules import CodeRules
from edge.codes.parse import parse_code
from edge.codes.parsed_code import Unknown

GTIN_LENGTHS = frozenset({8, 12, 13, 14})  # of EAN-8, UPC-A, EAN-13 and ITF-14; their last digit checks the others
LONGEST_GTIN = max(GTIN_LENGTHS)
_NO_RULES = CodeRules()
_NW7 = re.compile(rb"[A-D][0-9$:/.+-]{4,}[A-D]|[a-d][0-9$:/.+-]{4,}[a-d]")  # start and stop letters: no part has them


def is_probably_complete(data: bytes) -> bool:
    """True if a check digit, a scheme or a syntax holds that a part of a code would break (a check digit alone does so
    nine times in ten). False proves nothing: a member number has no structure that is known everywhere.
    """
    bare = data[identifiers.IDENTIFIER_BYTES :] if identifiers.leading_identifier(data) else data
    if bare.isdigit() and len(bare) <= LONGEST_GTIN:
        return len(bare) in GTIN_LENGTHS and mod10_holds(bare.decode("ascii"))
    return bool(_NW7.fullmatch(bare)) or not isinstance(parse_code(data, rules=_NO_RULES), Unknown)


def is_end_of_code(before: bytes, after: bytes) -> bool:
    """Whether `after`, read directly after `before`, is the rest of one code that was cut between the two.

    Together they are a whole code, and not both are whole alone. A code that is read again from its start is no tail.
    """
    if not before or not after or identifiers.leading_identifier(after) or not is_probably_complete(before + after):
        return False
    return not (is_probably_complete(after) and (is_probably_complete(before) or after.startswith(before)))
