"""Do the pages answer with a config on trial: asked as a screen asks, over HTTP."""

import http.client
from dataclasses import dataclass, field

import msgspec
from msgspec import Struct

from edge.config import Config, Station
from sync.trial import OnTrial
from sync.trial_rules import Doubt

ANSWER_WITHIN = 5.0  # s for one page; a Pi's slowest takes a tenth of one
LARGEST = 4_000_000  # bytes of a page that are read
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # who listens to all addresses listens to this one
STORE = ("/", "/brand.css", "/board", "/status", "/staff")


class Lives(Struct, frozen=True, kw_only=True):
    """Which config the web process lives with, and which was on trial when it began."""

    number: int
    past: int


class Health(Struct, frozen=True, kw_only=True):
    """What /healthz says."""

    ok: bool
    config: Lives


@dataclass(slots=True)
class Pages:
    """The pages of the settings on trial; one that has answered is not asked again."""

    trial: OnTrial
    _left: list[str] = field(init=False)

    def __post_init__(self) -> None:
        places = self.trial.after.config.stations
        self._left = [*STORE, *(path for place in places if (path := _page(place)))]

    def doubts(self) -> list[Doubt]:
        """What is not well with the web process, if anything."""
        web = self.trial.after.config
        try:
            status, body = _get(web, "/healthz")
            health = msgspec.json.decode(body, type=Health)
            if doubt := self._is_taken_up(health):
                return [doubt]
            while self._left:
                status, _ = _get(web, self._left[0])
                if status >= http.client.BAD_REQUEST:
                    return [Doubt(text=f"page {self._left[0]} answers {status}", sort="wrong")]
                self._left.pop(0)
        except ConnectionRefusedError:
            return [Doubt(text="the pages do not run", sort="not_yet", gone=True)]
        except (OSError, http.client.HTTPException, msgspec.MsgspecError) as error:
            return [Doubt(text=f"the pages do not answer: {error}", sort="wrong")]
        return []

    def _is_taken_up(self, health: Health) -> Doubt | None:
        number = self.trial.after.number
        if health.config.past == number:
            return Doubt(text="the pages were started anew during the trial", sort="over", gone=True)
        if not health.ok:
            return Doubt(text="the pages' loops stand still", sort="wrong")
        if health.config.number != number:
            return Doubt(text="the pages have not taken the config up", sort="not_yet")
        return None


def _page(place: Station) -> str | None:
    match place.role:
        case "kiosk" | "entrance":
            return f"/{place.role}/{place.id}"
        case "counter" | "handheld":
            return f"/staff/{place.id}/login"
        case _:
            return None


def _get(config: Config, path: str) -> tuple[int, bytes]:
    """Status and body. Raises OSError or HTTPException."""
    host = EVERYWHERE.get(config.web.host, config.web.host)
    line = http.client.HTTPConnection(host, config.web.port, timeout=ANSWER_WITHIN)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read(LARGEST)
    finally:
        line.close()
