"""How the line to HQ is, as pages show it: up or down, since when, and when HQ was last heard with nothing missing."""

from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils import Database

from edge.clock import Now, parse_utc
from edge.store import one, writing

HEARD_EVERY = timedelta(seconds=5)  # how exactly `heard` is kept: a commit costs the card a write
SILENT = 65.0  # s without a word before the line counts as down: HQ speaks every 20 s


@dataclass(slots=True)
class Line:
    """The row of `line`; written at once where the state changes, and seldom otherwise."""

    db: Database
    state: str = ""
    detail: str = ""
    heard: str | None = None
    _last: float = 0.0

    def __post_init__(self) -> None:
        row = one(self.db, "select state, detail, heard from line")
        if row:
            self.state, self.detail, self.heard = row

    def hear(self, now: Now, at: float, *, complete: bool) -> None:
        """HQ has spoken; `complete`: the mirror holds all that HQ has. `at`: monotonic seconds."""
        self._last = at
        self._become("up", "", now)
        old = self.heard is None or abs(now.time - parse_utc(self.heard)) >= HEARD_EVERY
        if complete and old:
            with writing(self.db):
                self.db.conn.execute("update line set heard = ?", (now.text,))
            self.heard = now.text

    def fall(self, detail: str, now: Now) -> None:
        """The line is down, and why."""
        self._become("down", detail, now)

    def listen(self, now: Now, at: float) -> None:
        """Notice silence."""
        if self.state == "up" and at - self._last > SILENT:
            self.fall("HQ has fallen silent", now)

    def _become(self, state: str, detail: str, now: Now) -> None:
        if (state, detail) == (self.state, self.detail):
            return
        since_moves = state != self.state
        with writing(self.db):
            self.db.conn.execute(
                """insert into line (state, since, heard, detail, only_one) values (:state, :now, :heard, :detail, 1)
                   on conflict (only_one) do update set state = :state, detail = :detail,
                     since = case when :moves then :now else since end""",
                {"state": state, "now": now.text, "heard": self.heard, "detail": detail, "moves": since_moves},
            )
        self.state, self.detail = state, detail
