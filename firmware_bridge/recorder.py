"""Keeps one device open for ever, and writes each reading down before anything else happens to it."""

import logging

from edge.config import Device
from edge.scan import Reading
from edge.service import Life
from edge.store import NoRoom
from firmware_bridge.logbook import Logbook
from firmware_bridge.reading import DeviceLost, Refused, Source, Trouble, Word

log = logging.getLogger(__name__)

FIRST_WAIT = 0.25  # seconds until a lost device is tried again; doubled each time
LONGEST_WAIT = 2.0  # seconds between tries at most: who plugs a scanner in looks at it for about as long


def record(life: Life, device: Device, source: Source, book: Logbook) -> None:
    """Read `source` until the life ends; a device that goes away is waited for without end, told once each way.

    While the disk has no room readings are refused: what cannot be kept is not said yes to. The screens say so.
    """
    wait, refused = FIRST_WAIT, 0
    while life.goes_on():
        try:
            with source as words:
                for word in words:
                    wait = FIRST_WAIT
                    refused = _note_if_room(device, book, word, refused)
                    if not life.goes_on():
                        return
        except DeviceLost as lost:
            refused = _note_if_room(device, book, Trouble(lost.detail), refused)
            life.rest(wait)
            wait = min(2 * wait, LONGEST_WAIT)


def _note_if_room(device: Device, book: Logbook, word: Word, refused: int) -> int:
    """Note a word; how many readings have been refused in a row for want of room. That is told once, and when it ends."""
    is_reading = isinstance(word, Reading)
    try:
        _note(device, book, word)
    except NoRoom as why:
        if is_reading and not refused:
            log.error("%s at %s: readings are refused: %s", device.id, device.station, why)
        return refused + is_reading
    if is_reading and refused:
        log.warning("%s at %s: there is room again; %d readings were refused", device.id, device.station, refused)
    return 0 if is_reading else refused


def _note(device: Device, book: Logbook, word: Word) -> None:
    match word:
        case Trouble(detail):
            if book.lost(detail):
                log.warning("%s at %s reads nothing: %s", device.id, device.station, detail)
            return
        case Reading():
            seq = book.read(word)
            log.info("scan %d at %s by %s: %d bytes", seq, device.station, device.id, len(word.data))
        case Refused(count):
            book.refused(count)
            log.warning("%s at %s sent %d times what is no code", device.id, device.station, count)
        case None:
            pass
    if book.works():
        log.info("%s at %s works", device.id, device.station)
