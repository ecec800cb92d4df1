"""Keeps one device open for ever, and writes each reading down before anything else is done with it."""

import logging
from dataclasses import dataclass, replace

from edge.config.toml_schema import Device
from edge.platform.database import NoRoom
from edge.platform.process import ProcessLife
from edge.scan.log import Reading
from firmware_bridge.device_log import DeviceLog
from firmware_bridge.devices.events import BytesReceived, DeviceEvent, DeviceLost, DeviceTrouble, RefusedInput, Source
from firmware_bridge.framing.framing import RefusalReason

log = logging.getLogger(__name__)

FIRST_RETRY_DELAY_S = 0.25  # seconds until a lost device is tried again; doubled each time
MAX_RETRY_DELAY_S = 2.0  # greatest seconds between tries: somebody who plugs a scanner in looks at it for about as long


@dataclass(frozen=True, slots=True)
class RefusalTally:
    """Readings refused since the disk became full, and those of them not yet counted in the device's row."""

    refused: int = 0
    uncounted: int = 0


def record_readings(life: ProcessLife, device: Device, source: Source, book: DeviceLog) -> None:
    """Read `source` until the life ends. A device that goes away is waited for without end, and reported once each way.

    While the disk is full, readings are refused: what cannot be kept must not be confirmed. The screens show it.
    """
    wait, refused = FIRST_RETRY_DELAY_S, RefusalTally()
    while life.goes_on():
        try:
            with source as words:
                for word in words:
                    wait = FIRST_RETRY_DELAY_S
                    refused = _note_if_room(device, book, word, refused)
                    if not life.goes_on():
                        return
        except DeviceLost as lost:
            refused = _note_if_room(device, book, DeviceTrouble(lost.detail), refused)
            life.rest(wait)
            wait = min(2 * wait, MAX_RETRY_DELAY_S)


def _note_if_room(device: Device, book: DeviceLog, word: DeviceEvent, before: RefusalTally) -> RefusalTally:
    """Note an event. Returns the readings refused since the disk became full; this is logged once, and again at its end."""
    is_reading = isinstance(word, Reading)
    try:
        _note(device, book, word)
    except NoRoom as why:
        if not is_reading:
            return before
        if not before.refused:
            log.error("device %s at station %s: readings are refused: %s", device.id, device.station, why)
        return _counted(book, RefusalTally(before.refused + 1, before.uncounted + 1))
    after = _counted(book, before)
    if not is_reading or not before.refused or not book.has_room():
        return after
    log.warning(
        "device %s at station %s: there is room again; %d readings were refused",
        device.id,
        device.station,
        before.refused,
    )
    return RefusalTally(0, after.uncounted)


def _counted(book: DeviceLog, turned: RefusalTally) -> RefusalTally:
    """Count refusals in the device's row, as soon as possible."""
    if not turned.uncounted:
        return turned
    try:
        book.refused(turned.uncounted, RefusalReason.NO_ROOM)
    except NoRoom:
        return turned
    return replace(turned, uncounted=0)


def _note(device: Device, book: DeviceLog, word: DeviceEvent) -> None:
    match word:
        case DeviceTrouble(detail):
            if book.note_lost(detail):
                log.warning("device %s at station %s does not work: %s", device.id, device.station, detail)
            return
        case Reading():
            seq = book.append_reading(word)
            log.info("scan %d at %s by %s: %d bytes", seq, device.station, device.id, len(word.data))
        case RefusedInput(count, why):
            book.refused(count, why)
            log.warning("device %s at station %s: %d readings refused: %s", device.id, device.station, count, why)
        case BytesReceived():
            book.note_bytes(word)
            return
        case None:
            pass
    if book.note_working():
        log.info("device %s at station %s works", device.id, device.station)
