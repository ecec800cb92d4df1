"""Check digits and characters, each with the source of its rule, over ASCII strings."""

_CODE39 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-. $/+%"
_CODABAR = "0123456789-$:/.+ABCD"
_MOD11_WEIGHTS = (2, 3, 4, 5, 6, 7)

# GS1 General Specifications 7.9.2: weighting "2-" is twice the digit minus the tens of that,
# "5+" and "5-" are five times the digit plus or minus the tens of that.
_TWO_MINUS = tuple(2 * d - 2 * d // 10 for d in range(10))
_FIVE_PLUS = tuple(5 * d + 5 * d // 10 for d in range(10))
_FIVE_MINUS = tuple(5 * d - 5 * d // 10 for d in range(10))


def mod10_digit(body: str) -> int:
    """GS1 General Specifications 7.9: modulus 10, weight 3 on the digit beside the check digit, then 1, 3, …"""
    return -(3 * sum(map(int, body[-1::-2])) + sum(map(int, body[-2::-2]))) % 10


def mod10_holds(digits: str) -> bool:
    """True if the last digit is the GS1 check digit of those before it."""
    return (sum(map(int, digits[-1::-2])) + 3 * sum(map(int, digits[-2::-2]))) % 10 == 0


def luhn_holds(digits: str) -> bool:
    """ISO/IEC 7812-1 annex B: every second digit doubled, digit sums added."""
    doubled = (2 * int(d) for d in digits[-2::-2])
    return (sum(map(int, digits[-1::-2])) + sum(d - 9 if d > 9 else d for d in doubled)) % 10 == 0


def mod11_holds(digits: str) -> bool:
    """Modulus 11, weights 2..7 from the right: 11 minus the remainder; 10 and 11 are printed as 0."""
    weighted = sum(int(d) * _MOD11_WEIGHTS[i % 6] for i, d in enumerate(reversed(digits[:-1])))
    return int(digits[-1]) == -weighted % 11 % 10


def dr7_holds(digits: str) -> bool:
    """7DR: the check digit is the number before it modulo 7."""
    return int(digits[:-1] or "0") % 7 == int(digits[-1])


def dsr7_holds(digits: str) -> bool:
    """7DSR: the check digit is 7 minus the number before it modulo 7, so 1 to 7."""
    return 7 - int(digits[:-1] or "0") % 7 == int(digits[-1])


def nw7_mod16_holds(text: str) -> bool:
    """JIS X 0506 / AIM BC3: values of all characters, start, stop and check included, sum to a multiple of 16."""
    values = [_CODABAR.find(c) for c in text]
    return -1 not in values and sum(values) % 16 == 0


def code39_mod43_holds(text: str) -> bool:
    """ISO/IEC 16388 annex A: the last character is the sum of the values before it, modulo 43."""
    values = [_CODE39.find(c) for c in text]
    return -1 not in values and sum(values[:-1]) % 43 == values[-1]


def price4_digit(price: str) -> int:
    """GS1 General Specifications 7.9.3: weights 2-, 2-, 3, 5-; the sum times 3, modulo 10."""
    a, b, c, d = map(int, price)
    return (_TWO_MINUS[a] + _TWO_MINUS[b] + 3 * c + _FIVE_MINUS[d]) * 3 % 10


def price5_digit(price: str) -> int:
    """GS1 General Specifications 7.9.4: weights 5+, 2-, 5-, 5+, 2-; the digit whose 5- product rounds the sum up to a ten."""
    a, b, c, d, e = map(int, price)
    rest = -(_FIVE_PLUS[a] + _TWO_MINUS[b] + _FIVE_MINUS[c] + _FIVE_PLUS[d] + _TWO_MINUS[e]) % 10
    return next(digit for digit in range(10) if _FIVE_MINUS[digit] % 10 == rest)


def isbn10_character(body: str) -> str:
    """ISBN Users' Manual: modulus 11, weights 10 down to 2 over nine digits; ten is printed as X."""
    value = -sum(int(d) * w for d, w in zip(body, range(10, 1, -1), strict=True)) % 11
    return "X" if value == 10 else str(value)


def issn_character(body: str) -> str:
    """ISO 3297 annex: modulus 11, weights 8 down to 2 over seven digits; ten is printed as X."""
    value = -sum(int(d) * w for d, w in zip(body, range(8, 1, -1), strict=True)) % 11
    return "X" if value == 10 else str(value)


_GMN_SET = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
_GMN_PAIR = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)


def gmn_holds(text: str) -> bool:
    """GS1 General Specifications 7.9.5: two check characters over up to 23, primes as weights, modulus 1021."""
    body = text[:-2]
    if not 0 < len(body) <= len(_PRIMES):
        return False
    total = sum(_GMN_SET.find(c) * prime for c, prime in zip(reversed(body), _PRIMES, strict=False)) % 1021
    return text[-2:] == _GMN_PAIR[total // 32] + _GMN_PAIR[total % 32]


def iban_holds(text: str) -> bool:
    """ISO 13616: two letters, two check digits, the rest. With these four moved to the end and letters as numbers: 1 modulo 97."""
    if not (len(text) > 4 and text.isalnum() and text.isupper() and text[:2].isalpha() and text[2:4].isdigit()):
        return False
    return int("".join(str(int(c, 36)) for c in text[4:] + text[:4])) % 97 == 1
