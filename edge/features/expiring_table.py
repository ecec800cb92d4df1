"""A table of store.db that a feature writes, and which of its rows may be deleted once they are old."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from edge.config.policy import Policy

ROWID_IN_PAGE_SQL = "t.rowid between :first and :last"
"""The rows of the present page; all of them are older than the policy's days."""

COUNTED_BY_HQ_SQL = """t.fact <= coalesce(json_extract(q.body, '$.through_seq'), 0)
                   and json_extract(q.body, '$.epoch') in (select epoch from epochs)"""
"""The rows whose fact HQ has counted in its row `q`. Until then a screen shows HQ's last value plus these rows."""


def _no_longer(_policy: Policy) -> timedelta:
    return timedelta(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpiringTable:
    """`expired`: SQL for the rowids of the table `t` that may be deleted, of those `ROWID_IN_PAGE_SQL`.

    HQ's replica is attached as `hq`; `:before` is the age limit (UTC text). The table keeps the time of a row in `time`.
    `at_least`: rows stay so long even if the policy's days are fewer. `days`: they stay so long whatever the policy says.
    """

    name: str
    expired: str
    at_least: Callable[[Policy], timedelta] = _no_longer
    days: timedelta | None = None

    def kept(self, policy: Policy) -> timedelta:
        """How long a row stays."""
        return self.days or max(timedelta(days=policy.retention_days), self.at_least(policy))
