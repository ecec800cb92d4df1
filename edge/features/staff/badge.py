"""A staff badge is read: whose it is; the PIN is still to come."""

from edge.codes.parsed_code import StaffBadge
from edge.features.outcome import NotHere, Outcome
from edge.features.staff import sessions
from edge.scan.context import ScanContext


class BadgeRead(Outcome, frozen=True, kw_only=True, tag="badge"):
    """A staff badge; the PIN is still to come."""

    staff: str


def answer_badge(case: ScanContext, code: StaffBadge) -> Outcome:
    """Whose it is, or that it is nobody's here. Whoever else is signed in at the station has gone: their sessions end."""
    badge = f"{code.issuer}:{code.number}"
    known = next((one for one in sessions.all_staff(case.shop.hq) if badge in one.badges), None)
    if known is None:
        return NotHere(what="StaffBadge")
    sessions.end_other_sessions(case.shop.db, case.scan.station, known.staff)
    return BadgeRead(staff=known.staff)
