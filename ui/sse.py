"""The streams that wake the screens: server-sent events with resume, heartbeat and an end."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta

import msgspec
from flask import Blueprint, Response, abort, request

from edge.features.outcome import shown_on_station
from edge.platform.clock import now, parse_utc
from ui.access import caller
from ui.number_arguments import row_number
from ui.process_state.screens import END_EVENT, Screens, Stream, StreamEvent, TooManyStreams
from ui.request_context import process_state, shop

live = Blueprint("live", __name__)

STORE_WIDE_PAGES = frozenset(
    {"board", "staff", "status", "play"}
)  # pages that follow the store without being a station
# A page takes 12.5 s to notice a dead connection; a shopper who scanned longer ago than this has left the screen.
MISSED_EVENT_WINDOW = timedelta(seconds=20)
HEARTBEAT_S = 5.0  # seconds of silence before a beat: a page takes 12.5 s without one for a dead line
STREAM_LIFETIME_S = 600.0  # seconds: a stream nobody reads any more gives its thread back
RETRY_S = 2  # seconds a page shall wait if there is no room
_SCREEN = re.compile(r"[A-Za-z0-9-]{1,40}")


def _text(event: StreamEvent, screens: Screens) -> str:
    """An event as it is sent; heartbeats carry the box's clock (ms) and the version of the pages."""
    match event:
        case StreamEvent(kind="hb"):
            data: dict[str, object] = {"time": round(time.time() * 1000), "version": screens.version}
        case StreamEvent(seq=int(seq)):
            data = {"seq": seq}
        case _:
            data = {}
    number = f"id: {event.seq}\n" if event.seq is not None else ""
    return f"event: {event.kind}\n{number}data: {msgspec.json.encode(data).decode()}\n\n"


def _events(stream: Stream, missed: int | None, screens: Screens) -> Iterator[str]:
    """The events for a page: at once that it is connected and what it missed, then what happens, then `bye`."""
    until = time.monotonic() + STREAM_LIFETIME_S
    yield _text(StreamEvent("hb"), screens)
    if missed is not None:
        yield _text(StreamEvent("outcome", missed), screens)
    for kind in ("orders", "line", "calls", "sessions"):
        yield _text(StreamEvent(kind), screens)
    while (left := until - time.monotonic()) > 0:
        event = stream.next(min(HEARTBEAT_S, left)) or StreamEvent("hb")
        yield _text(event, screens)
        if event is END_EVENT:
            return
    yield _text(END_EVENT, screens)


def _missed(station: str) -> int | None:
    """The outcome on the station's screen, if it is new and the page has not seen it (Last-Event-ID, or `?last=`)."""
    last = row_number(request.headers.get("Last-Event-ID") or request.args.get("last"))
    shown = shown_on_station(shop().db, station) if last is not None else None
    if (
        last is None
        or shown is None
        or shown.seq <= last
        or abs(now().time - parse_utc(shown.time)) > MISSED_EVENT_WINDOW
    ):
        return None
    return shown.seq


@live.get("/live/<station>")
def follow(station: str) -> Response:
    """The stream of a station or surface; `?screen=` names the page, so that its new stream ends its old one."""
    if station not in STORE_WIDE_PAGES and shop().config.station(station) is None:
        abort(404)
    screen = request.args.get("screen", "")
    if not _SCREEN.fullmatch(screen):
        abort(400)
    screens, device = process_state().screens, caller.device_id()
    try:
        stream = screens.open(screen, station, device, request.environ.get("gunicorn.socket"))
    except TooManyStreams:
        return Response(status=503, headers={"Retry-After": str(RETRY_S)})
    if not caller.is_known(device):  # revoked between the request check and here
        screens.close(stream)
        abort(403)
    response = Response(_events(stream, _missed(station), screens), mimetype="text/event-stream")
    response.call_on_close(lambda: screens.close(stream))
    response.headers["X-Accel-Buffering"] = "no"
    return response
