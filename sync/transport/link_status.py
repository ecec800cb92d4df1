"""The state of the MQTT connection as pages show it: up or down, since when, and when HQ last sent with nothing missing here."""

from dataclasses import dataclass
from datetime import timedelta

from sqlite_utils import Database

from edge.platform.clock import Now, parse_utc
from edge.platform.database import first_row, writing
from edge.replica.hq_link import LinkReason

HEARD_PRECISION = timedelta(seconds=5)  # precision of `heard`: each commit costs a write to the card
SILENT_AFTER_S = 65.0  # s without a message before the connection counts as down: HQ sends one every 20 s


@dataclass(slots=True)
class LinkStatus:
    """The row of table `line`; written at once if the state changes, and seldom otherwise."""

    db: Database
    state: str = ""
    reason: LinkReason = LinkReason.CONNECTED
    detail: str = ""
    heard: str | None = None
    _last: float = 0.0

    def __post_init__(self) -> None:
        row = first_row(self.db, "select state, reason, detail, heard from line")
        if row:
            self.state, self.reason, self.detail, self.heard = row[0], LinkReason(row[1]), row[2], row[3]

    def note_message(self, now: Now, at: float, *, complete: bool) -> None:
        """A message of HQ came; `complete`: the replica holds all that HQ has. `at`: monotonic seconds."""
        self._last = at
        self._become("up", LinkReason.CONNECTED, "", now)
        old = self.heard is None or abs(now.time - parse_utc(self.heard)) >= HEARD_PRECISION
        if complete and old:
            with writing(self.db):
                self.db.conn.execute("update line set heard = ?", (now.text,))
            self.heard = now.text

    def note_disconnected(self, reason: LinkReason, detail: str, now: Now) -> None:
        """The connection is down, and why: `reason` for pages, `detail` for engineers."""
        self._become("down", reason, detail, now)

    def disconnect_if_silent(self, now: Now, at: float) -> None:
        """Count the connection as down if HQ has been silent for SILENT_AFTER_S."""
        if self.state == "up" and at - self._last > SILENT_AFTER_S:
            self.note_disconnected(LinkReason.HQ_SILENT, "HQ has fallen silent", now)

    def _become(self, state: str, reason: LinkReason, detail: str, now: Now) -> None:
        if (state, reason, detail) == (self.state, self.reason, self.detail):
            return
        since_moves = state != self.state
        with writing(self.db):
            self.db.conn.execute(
                """insert into line (state, reason, since, heard, detail, only_one)
                   values (:state, :reason, :now, :heard, :detail, 1)
                   on conflict (only_one) do update set state = :state, reason = :reason, detail = :detail,
                     since = case when :moves then :now else since end""",
                {
                    "state": state,
                    "reason": reason,
                    "now": now.text,
                    "heard": self.heard,
                    "detail": detail,
                    "moves": since_moves,
                },
            )
        self.state, self.reason, self.detail = state, reason, detail
