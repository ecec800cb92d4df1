"""The codes that are open, in clear, for the screen they were made at: a page that is opened again shows them again."""

import threading
from dataclasses import dataclass

from edge.features.paired_devices import PairingCode, PairingRequest

MAX_CODES = 4  # codes that wait at one screen; a fifth takes the oldest one's place
MAX_SCREENS_WITH_CODES = 16  # that hold any: who asks from more does not keep the others'


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCode:
    """A code, and what it lets in."""

    code: PairingCode
    wanted: PairingRequest


class OpenCodes:
    """In memory only: store.db has hashes of codes, and a process that restarts shows none of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._by_screen: dict[str, list[OpenCode]] = {}

    def put(self, screen: str, slip: OpenCode) -> list[OpenCode]:
        """Keep a code for the screen (`box`, or a paired device's id) it was made at; those that made room for it."""
        with self._lock:
            here = [*self._by_screen.pop(screen, []), slip]
            self._by_screen[screen] = here[-MAX_CODES:]
            gone = here[:-MAX_CODES]
            while len(self._by_screen) > MAX_SCREENS_WITH_CODES:
                gone += self._by_screen.pop(next(iter(self._by_screen)))
        return gone

    def codes_of_screen(self, screen: str) -> list[OpenCode]:
        """The codes made at a screen, in the order in which they were."""
        with self._lock:
            return list(self._by_screen.get(screen, ()))

    def take(self, screen: str, link: str) -> OpenCode | None:
        """Remove a code of a screen; None if there is no such code."""
        with self._lock:
            here = self._by_screen.get(screen, [])
            found = next((slip for slip in here if slip.code.link == link), None)
            if found:
                here.remove(found)
                if not here:
                    del self._by_screen[screen]
        return found
