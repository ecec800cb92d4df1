"""Time-based one-time passwords (RFC 6238) for wallet passes; the clock is an argument."""

import hmac

TOTP_PERIOD_S = 30  # seconds for which a password is valid, RFC 6238 section 4.1
STEPS_OF_DRIFT = 1  # steps in either direction by which a phone's clock may be wrong, RFC 6238 section 5.2
TOTP_DIGITS = 6  # RFC 4226 section 5.3 asks for at least six
_LENGTHS = range(6, 9)  # what RFC 4226 defines: 6, 7 or 8 digits


def one_time_password(secret: bytes, step: int, digits: int = TOTP_DIGITS, algorithm: str = "sha1") -> str:
    """HOTP of RFC 4226 for that time step, zero-padded; `step` >= 0."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), algorithm)
    offset = mac[-1] & 0x0F
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(
    secret: bytes, code: str, now: int, drift: int = STEPS_OF_DRIFT, algorithm: str = "sha1"
) -> int | None:
    """The time step whose password is `code`, within `drift` steps of `now` (Unix seconds), else None.

    A store remembers the step, so that a password works once. Every candidate is compared, in constant time.
    """
    if len(code) not in _LENGTHS or not (code.isascii() and code.isdigit()):
        return None
    here, found = now // TOTP_PERIOD_S, None
    for step in range(max(0, here - drift), here + drift + 1):
        if hmac.compare_digest(one_time_password(secret, step, len(code), algorithm), code):
            found = step
    return found


def verify_password(secret: bytes, code: str, now: int, drift: int = STEPS_OF_DRIFT, algorithm: str = "sha1") -> bool:
    """True if `code` is a password of a step within `drift` of `now`."""
    return matching_step(secret, code, now, drift, algorithm) is not None
