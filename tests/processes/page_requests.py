"""How the pages are asked, and a kiosk that asks for its first screen again and again."""

import http.client
import ssl
import statistics
import time
from dataclasses import dataclass, field

PATIENCE = 10.0  # seconds after which an answer that has not come counts as this late
PAUSE = 0.05  # seconds between two questions of the kiosk
FRESH = 8  # questions on one connection: every eighth pays for a new one


@dataclass(frozen=True, slots=True)
class Way:
    """How the pages are asked: at which address, from which, in which words."""

    port: int
    host: str = "127.0.0.1"
    own: str = "127.0.0.1"
    tls: ssl.SSLContext | None = None
    cookie: str = ""

    def line(self) -> http.client.HTTPConnection:
        if self.tls:
            return http.client.HTTPSConnection(
                self.host, self.port, timeout=PATIENCE, source_address=(self.own, 0), context=self.tls
            )
        return http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE, source_address=(self.own, 0))

    def headers(self) -> dict[str, str]:
        return {"Sec-Fetch-Site": "same-origin", **({"Cookie": self.cookie} if self.cookie else {})}


@dataclass(slots=True)
class Kiosk:
    """Asks for the first screen again and again, as a kiosk does at each scan; how long each answer took."""

    way: Way
    took: list[float] = field(default_factory=list)  # seconds
    opening: list[float] = field(default_factory=list)  # seconds of them that a new connection took
    refused: int = 0

    def ask(self, seconds: float) -> None:
        until, line, left = time.monotonic() + seconds, self.way.line(), FRESH
        while time.monotonic() < until:
            begun = time.monotonic()
            try:
                if left == FRESH:
                    line.connect()
                    self.opening.append(time.monotonic() - begun)
                line.request("GET", "/kiosk/kiosk-1/home", headers=self.way.headers())
                answer = line.getresponse()
                answer.read()
                self.refused += answer.status != 200
            except (OSError, http.client.HTTPException):
                self.refused += 1
                left = 1
            self.took.append(time.monotonic() - begun)
            left -= 1
            if left == 0:
                line.close()
                line, left = self.way.line(), FRESH
            time.sleep(PAUSE)
        line.close()

    def p(self, share: float) -> float:
        """Milliseconds within which this share of the questions had their answer."""
        return within(self.took, share)

    @property
    def median(self) -> float:
        return 1000 * statistics.median(self.took)


def within(took: list[float], share: float) -> float:
    """Milliseconds within which this share of so many seconds lies."""
    ordered = sorted(took)
    return 1000 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def answers(way: Way) -> bool:
    line = way.line()
    try:
        line.request("GET", "/healthz")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
