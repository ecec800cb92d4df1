"""Checks that the pages answer with a config on trial, over HTTP, as a screen requests them."""

import http.client

import msgspec
from msgspec import Struct

from edge.config.station_role import Role
from edge.config.toml_schema import Config, Station
from sync.config_trial.states import TrialDoubt
from sync.config_trial.trial import TrialInputs

ANSWER_TIMEOUT_S = 5.0  # s for one page; a Pi's slowest takes a tenth of one
MAX_PAGE_BYTES = 4_000_000  # bytes of a page that are read
STORE_PAGES = ("/", "/brand.css", "/board", "/status", "/staff")


class ConfigInForce(Struct, frozen=True, kw_only=True):
    """The config in force in the web process, and the one that was on trial when the process began."""

    number: int
    past: int


class Health(Struct, frozen=True, kw_only=True):
    """The JSON of /healthz."""

    ok: bool
    config: ConfigInForce


class PagesProbe:
    """The pages of the settings on trial; a page that has answered is not requested again."""

    def __init__(self, trial: TrialInputs) -> None:
        self._after = trial.after
        self._left = [*STORE_PAGES, *(path for place in trial.after.config.stations if (path := _page(place)))]

    def doubts(self) -> list[TrialDoubt]:
        """What is wrong with the web process, if anything."""
        web = self._after.config
        try:
            status, body = _get(web, "/healthz")
            health = msgspec.json.decode(body, type=Health)
            if doubt := self._is_taken_up(health):
                return [doubt]
            while self._left:
                status, _ = _get(web, self._left[0])
                if status >= http.client.BAD_REQUEST:
                    return [TrialDoubt(text=f"page {self._left[0]} answers {status}", sort="wrong")]
                self._left.pop(0)
        except ConnectionRefusedError:
            return [TrialDoubt(text="the pages do not run", sort="not_yet", gone=True)]
        except (OSError, http.client.HTTPException, msgspec.MsgspecError) as error:
            return [TrialDoubt(text=f"the pages do not answer: {error}", sort="wrong")]
        return []

    def _is_taken_up(self, health: Health) -> TrialDoubt | None:
        number = self._after.number
        if health.config.past == number:
            return TrialDoubt(text="the pages were started anew during the trial", sort="over", gone=True)
        if not health.ok:
            return TrialDoubt(text="loops of the pages do not run", sort="wrong")
        if health.config.number != number:
            return TrialDoubt(text="the pages have not taken the config up", sort="not_yet")
        return None


def _page(place: Station) -> str | None:
    match place.role:
        case Role.KIOSK | Role.ENTRANCE:
            return f"/{place.role}/{place.id}"
        case Role.COUNTER | Role.HANDHELD:
            return f"/staff/{place.id}/login"
        case _:
            return None


def _get(config: Config, path: str) -> tuple[int, bytes]:
    """Status and body, over loopback, which needs no authentication. Raises OSError or HTTPException."""
    line = http.client.HTTPConnection(config.web.host, config.web.port, timeout=ANSWER_TIMEOUT_S)
    try:
        line.request("GET", path)
        answer = line.getresponse()
        return answer.status, answer.read(MAX_PAGE_BYTES)
    finally:
        line.close()
