"""Readings that a keyboard-wedge scanner typed into a page: written down like any other, and what such a scanner loses."""

import json
import logging
from collections.abc import Callable
from typing import Annotated, Any, Literal

from msgspec import Meta, Struct
from sqlite_utils import Database

from edge.codes import aim_identifiers as identifiers
from edge.codes.completeness import is_end_of_code, is_probably_complete
from edge.codes.keyboard_layouts import AUTO_LAYOUTS, LAYOUTS, SUBSTITUTE_CHARACTER, Layout
from edge.codes.parse import parse_code
from edge.codes.parsed_code import Unknown
from edge.codes.reject_reason import RejectReason
from edge.codes.separators import with_separators
from edge.codes.symbology import from_aim
from edge.config.active_config import code_rules
from edge.config.station_role import STAFF_ROLES
from edge.config.toml_schema import Station
from edge.disk.disk_space import current_disk_level
from edge.disk.watermarks import DiskLevel
from edge.features.outcome import clear_screen
from edge.platform.clock import Now
from edge.platform.database import NoRoom, first_row, values, writing
from edge.scan.log import Reading, append_reading
from ui.process_state.last_typed import LastTyped

log = logging.getLogger(__name__)

WEDGE_DEVICE_ID = "page"
# codes that broke, with none read since, after which the scanner's settings are to blame and not a hand
BROKEN_IN_A_ROW = 2
TYPING_ROLES = STAFF_ROLES  # roles of stations whose pages have fields: a person's typing is left alone there

# How GS1 element strings fail to parse when their separators are gone: the field before a lost GS swallows what follows.
_SWALLOWED = (
    RejectReason.AI_LENGTH,
    RejectReason.UNKNOWN_AI,
    RejectReason.AI_CHARACTERS,
    RejectReason.AI_VALUE,
    RejectReason.TOO_LONG,
)

BrokenTyping = Literal["cut", "keys", "no_text", "kana"]
"""What a page could not make a code of: a piece, keys of an unknown keyboard, keys without text, an input method's kana."""


NO_ROOM_REASON = "no_room"  # why codes were not kept on a disk that is full
FLOOD_REASON = "flood"  # why codes were not kept that were too many or too long for any scanner


class FloodOfCodes(Exception):
    """A reading that is not understood, after more of its kind than a damaged label makes; it is not kept."""


class TypedCode(Struct, frozen=True, forbid_unknown_fields=True):
    """What a page posts when a keyboard wedge has typed a code into it."""

    code: Annotated[str, Meta(min_length=1, max_length=8192)]
    layout: Annotated[str, Meta(max_length=10)] = (
        ""  # the keyboard layout it was read with, if that is not the station's
    )
    caps: bool = False  # Caps Lock was on


class IncompleteCode(Exception):
    """A reading that differs from the code, and is not stored: `why` says what happened to it."""

    def __init__(self, why: BrokenTyping) -> None:
        super().__init__(why)
        self.why = why


class WedgeCounters(Struct, frozen=True, kw_only=True):
    """A row of `wedges`: the counters of the scanner that types into a station's page."""

    station: str
    heard: int
    readings: int
    last_reading: str | None
    refused: int
    refused_in_a_row: int
    last_refused: str | None
    why: str
    layout: str
    caps: int
    no_room: int  # refused since there was room
    answered: int  # readings that the scan processor has answered

    @property
    def trouble(self) -> str:
        """A slug of what is wrong with its settings; empty if nothing is."""
        if self.refused_in_a_row >= BROKEN_IN_A_ROW:
            return self.why
        if self.layout:
            return "layout"
        return "caps" if self.caps else ""


def settings(place: Station) -> str:
    """What the station's page must know of its scanner, as JSON for the page's own script."""
    wedge = place.wedge
    wanted: tuple[Layout, ...] = AUTO_LAYOUTS if wedge.layout == "auto" else (wedge.layout, *AUTO_LAYOUTS)
    told: dict[str, Any] = {
        "gap": wedge.gap_ms,
        "silence": wedge.silence_ms,
        "suffix": wedge.suffix,
        "layout": wedge.layout,
        "layouts": {layout: LAYOUTS[layout] for layout in dict.fromkeys(wanted)},
        "typing": place.role in TYPING_ROLES,
    }
    return json.dumps(told, separators=(",", ":"))


def reading_of_keys(text: str, gs: str | None = None) -> Reading:
    """The reading from the keys; a leading AIM identifier is the scanner's, not the code's, and so is its substitute for GS."""
    sent = text.encode()
    found = identifiers.leading_identifier(sent)
    data = with_separators(sent[identifiers.IDENTIFIER_BYTES :] if found else sent, found, gs)
    return Reading(data=data, aim=found, symbology=from_aim(found) if found else None)


def store_typed(
    db: Database,
    station: str,
    text: str,
    now: Now,
    last: LastTyped,
    *,
    gs: str | None = None,
    layout: str = "",
    caps: bool = False,
    may_keep_junk: Callable[[], bool] = lambda: True,
) -> int:
    """Store a reading; from here nothing is lost, and the scan processor answers it. Returns its seq in page_scans.

    Raises IncompleteCode for a code with keys missing, and for the rest of one whose beginning was taken for a code; Flood for
    a code of no known kind if no more of those may be stored.
    """
    found = reading_of_keys(text, gs)
    with writing(db):
        if why := _broken(db, text.encode(), last.continued_by(station, now)):
            raise IncompleteCode(why)
        if _is_junk(db, found) and not may_keep_junk():
            raise FloodOfCodes
        seq, full = (
            append_reading(db, "page_scans", station, WEDGE_DEVICE_ID, found, now),
            current_disk_level(db) is DiskLevel.FULL,
        )
        last.note(station, found, now)
        db.conn.execute(
            """insert into wedges (station, heard, readings, last_reading, layout, caps) values (:s, :n, 1, :now, :l, :c)
               on conflict (station) do update set heard = heard + :n, readings = readings + 1, last_reading = :now,
               refused_in_a_row = 0, no_room = no_room * :full, layout = :l, caps = :c""",
            {"s": station, "n": len(text), "now": now.text, "l": layout, "c": int(caps), "full": int(full)},
        )
    return seq


def _broken(db: Database, sent: bytes, before: Reading | None) -> BrokenTyping | None:
    if SUBSTITUTE_CHARACTER in sent:
        return "keys"
    if before is None or not _may_be_head(db, before):
        return None
    return "cut" if is_end_of_code((before.aim or "").encode() + before.data, sent) else None


def _may_be_head(db: Database, before: Reading) -> bool:
    """Whether a reading may be the beginning of another: not what the chain's own rules know for a number of theirs, unless
    it proves itself whole as beginnings do (an EAN-8). Of two such numbers in a row one in ten makes a valid longer one.
    """
    return is_probably_complete(before.data) or _is_junk(db, before)


def count_broken(db: Database, station: str, why: BrokenTyping, now: Now) -> None:
    """Count a code that broke on the way."""
    with writing(db):
        db.conn.execute(
            """insert into wedges (station, refused, refused_in_a_row, last_refused, why) values (:s, 1, 1, :now, :why)
               on conflict (station) do update set refused = refused + 1, refused_in_a_row = refused_in_a_row + 1,
               last_refused = :now, why = :why""",
            {"s": station, "now": now.text, "why": why},
        )


def note_no_room(db: Database, station: str, now: Now) -> None:
    """A code was refused because the disk is full: count it, and end the session of the shopper before."""
    try:
        with writing(db):
            clear_screen(db, station, now)
            db.conn.execute(
                """insert into wedges (station, refused, no_room, last_refused, why) values (:s, 1, 1, :now, :why)
                   on conflict (station) do update set refused = refused + 1, no_room = no_room + 1, last_refused = :now,
                   why = :why""",
                {"s": station, "now": now.text, "why": NO_ROOM_REASON},
            )
    except NoRoom:
        log.warning("disk full: a code refused at %s is not even counted", station)


def note_flood(db: Database, station: str, count: int, now: Now) -> None:
    """Count codes that the rate limit refused. The scanner's settings are not the cause."""
    with writing(db):
        db.conn.execute(
            """insert into wedges (station, refused, last_refused, why) values (:s, :n, :now, :why)
               on conflict (station) do update set refused = refused + :n, last_refused = :now, why = :why""",
            {"s": station, "n": count, "now": now.text, "why": FLOOD_REASON},
        )


def _is_junk(db: Database, found: Reading) -> bool:
    """Whether a reading means nothing here."""
    return isinstance(parse_code(found.data, aim=found.aim, symbology=found.symbology, rules=code_rules(db)), Unknown)


def wedge_counters(db: Database) -> dict[str, WedgeCounters]:
    """The counters of the scanners that type into pages, by station."""
    sql = """select w.*, coalesce(a.count, 0) as answered from wedges w
             left join answered a on a.log = 'page_scans' and a.station = w.station and a.device = ?"""
    return {row.station: row for row in values(db, WedgeCounters, sql, (WEDGE_DEVICE_ID,))}


def gs_lost(db: Database, since: str) -> str | None:
    """When a wedge last sent GS1 data without the separators it needs, or None since `since` (UTC text).

    Seen as far as it can be: the scanner said it was GS1, no separator came, and it did not parse.
    """
    reasons = ", ".join("?" * len(_SWALLOWED))
    row = first_row(
        db,
        f"""select s.time from page_scans s join outcomes o on o.log = 'page_scans' and o.scan = s.seq
            where s.time > ? and o.kind = 'not_understood' and json_extract(o.data, '$.no_separator')
              and json_extract(o.data, '$.reason') in ({reasons})
            order by s.seq desc limit 1""",
        (since, *_SWALLOWED),
    )
    return row[0] if row else None
