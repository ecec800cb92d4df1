"""A replica that was rebuilt: it is reported to HQ once, salvaged rows are reloaded, and then it is complete."""

from sqlite_utils import Database

from edge.db_files.replica_rebuild import ReplicaReplacement, read_replacement_record
from edge.facts.hq_link import ReplicaReplaced
from edge.platform.clock import Now
from edge.platform.database import writing
from sync.feeds.receiver import FeedReceiver
from sync.sync_log import append_note, remembered_names


def begin_refill(db: Database, mirror: Database, feeds: FeedReceiver, at: float, now: Now) -> None:
    """At sync's start: report a replica that was rebuilt, and reload what it has of the old one. `at`: monotonic seconds."""
    replaced = read_replacement_record(mirror)
    if replaced is None or replaced.whole:
        return
    if not replaced.told:
        _report(db, replaced, now)
        _note(mirror, "told")
    feeds.reload_taken_along(at, now)


def note_if_refilled(mirror: Database, feeds: FeedReceiver) -> None:
    """In each round: note it once the replica holds all that HQ has."""
    replaced = read_replacement_record(mirror)
    if replaced is not None and not replaced.whole and feeds.complete:
        _note(mirror, "whole")


def _report(db: Database, replaced: ReplicaReplacement, now: Now) -> None:
    # a kill between the two files' commits must not report it twice
    if replaced.at not in remembered_names(db, ReplicaReplaced):
        with writing(db):
            append_note(db, ReplicaReplaced(made=replaced.at, why=replaced.why, aside=replaced.aside), now)


def _note(mirror: Database, what: str) -> None:
    with writing(mirror):
        mirror.conn.execute(f"update replaced set {what} = 1")
