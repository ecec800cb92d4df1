"""Trying PINs: each costs 19 MiB for as long as it takes, so few are tried at once, and few wait for it."""

import threading
from concurrent.futures import ThreadPoolExecutor

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from edge.crypto.data_key import DataKey
from edge.crypto.keyed_values import open_pin

PIN_CHECK_THREADS = 2  # of 19 MiB each; a Pi has four cores, and the pages want some of them
MAX_WAITING_PIN_CHECKS = (
    8  # a further one is refused in words: at 100 ms each on a Pi, they wait less than half a second
)

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)  # OWASP's argon2id minimum; 19 MiB on a Pi


class TooManyPinChecks(Exception):
    """So many PINs are being tried that this one was not."""


def hash_pin(pin: str) -> str:
    """The argon2id hash of a PIN, as HQ keeps and sends it."""
    return _HASHER.hash(pin)


def pin_matches(pin_hash: str, pin: str) -> bool:
    """Whether a hash is that PIN's; takes as long as the hash was made to take. What is no hash is nobody's PIN."""
    try:
        return _HASHER.verify(pin_hash, pin)
    except (VerificationError, InvalidHashError):
        return False


class PinCheckPool:
    """Two threads of its own try PINs: memory that a thread has once used stays with it, and pages are answered by many."""

    def __init__(self, key: DataKey | None = None) -> None:
        """`key`: the one the box seals its hashes with (edge/crypto/keyed_values.py)."""
        self._key = key
        self._threads = ThreadPoolExecutor(PIN_CHECK_THREADS, thread_name_prefix="pin")
        self._places = threading.BoundedSemaphore(PIN_CHECK_THREADS + MAX_WAITING_PIN_CHECKS)

    def fits(self, kept: str, pin: str) -> bool:
        """Whether a hash, as the mirror keeps it, is that PIN's. Raises TooManyPinChecks if too many wait already."""
        if not self._places.acquire(blocking=False):
            raise TooManyPinChecks
        try:
            return self._threads.submit(pin_matches, open_pin(self._key, kept), pin).result()
        finally:
            self._places.release()
