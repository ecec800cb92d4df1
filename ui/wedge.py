"""Readings that a keyboard-wedge scanner typed into a page: written down like any other, and what such a scanner loses."""

import re

from sqlite_utils import Database

from edge.clock import Now
from edge.codes.reason import Reason
from edge.codes.symbology import from_aim
from edge.scan import Reading, write_down
from edge.store import one, writing

DEVICE = "page"
GS = "\x1d"
_AIM = re.compile(r"\][A-Za-z][0-9]")

# AIM identifiers of GS1 element strings, and how one fails to parse when its separators are gone: the field before a
# lost GS swallows what follows.
GS1 = ("]C1", "]d2", "]Q3", "]e0")
_SWALLOWED = (Reason.AI_LENGTH, Reason.UNKNOWN_AI, Reason.AI_CHARACTERS, Reason.AI_VALUE, Reason.TOO_LONG)


def reading(text: str) -> Reading:
    """What the keys spelt; a leading AIM identifier is the scanner's, not the code's."""
    found = _AIM.match(text)
    if found is None:
        return Reading(data=text.encode())
    return Reading(data=text[3:].encode(), aim=found[0], symbology=from_aim(found[0]))


def take(db: Database, station: str, text: str, now: Now) -> int:
    """Keep a reading; from here nothing is lost, and the desk answers it. Its seq in page_scans."""
    with writing(db):
        return write_down(db, "page_scans", station, DEVICE, reading(text), now)


def gs_lost(db: Database, since: str) -> str | None:
    """When a wedge last sent GS1 data without the separators it needs, or None since `since` (UTC text).

    Seen as far as it can be: the scanner said it was GS1, no separator came, and it did not parse.
    """
    marks, reasons = ", ".join("?" * len(GS1)), ", ".join("?" * len(_SWALLOWED))
    row = one(
        db,
        f"""select s.time from page_scans s join outcomes o on o.log = 'page_scans' and o.scan = s.seq
            where s.time > ? and s.aim in ({marks}) and instr(s.data, x'1d') = 0
              and o.kind = 'not_understood' and json_extract(o.data, '$.reason') in ({reasons})
            order by s.seq desc limit 1""",
        (since, *GS1, *_SWALLOWED),
    )
    return row[0] if row else None
