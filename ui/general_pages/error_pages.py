"""Error pages: one page with a text for people, never the browser's or the framework's."""

import logging
import secrets

from flask import Flask, Response, current_app, g, make_response, render_template, request
from flask.globals import request_ctx
from werkzeug.exceptions import HTTPException, InternalServerError

from edge.db_files import replica_rebuild as mirror_file
from edge.platform.clock import now
from edge.platform.database import NoRoom
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import Damaged, request_repair
from ui.request_context import caller_locale, close_connections, process_state

log = logging.getLogger(__name__)

INSUFFICIENT_STORAGE = 507  # Insufficient Storage (RFC 4918): nothing of what was asked has been done
RETRY_AFTER_S = 15  # seconds after which a screen on a wall, which nobody touches, asks once more for what failed here
EXPLAINED_STATUSES = frozenset(
    {400, 403, 404, 405, 413, 421, INSUFFICIENT_STORAGE}
)  # what has words of its own; the rest is our own trouble


def _page(code: int, trace: str | None = None) -> Response:
    """The page for a status; it asks no database, because that may be what is broken."""
    voice = caller_locale()
    words = str(code) if code in EXPLAINED_STATUSES else "500"
    again = RETRY_AFTER_S if code >= 500 and request.method == "GET" else None
    if request_ctx.url_adapter is None:  # the `Host` was no host at all: the page's own links need none
        request_ctx.url_adapter = current_app.url_map.bind("localhost")
    return make_response(render_template("trouble.html", v=voice, words=words, trace=trace, again=again), code)


def refused(error: HTTPException) -> Response:
    """A request that cannot be answered as it was asked."""
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    return _page(error.code)


def damaged(error: Damaged) -> Response:
    """A file is damaged. If it is the replica, it has been replaced by now, and the request is repeated with the new one, once."""
    request_repair(error)
    if error.file.name != mirror_file.REPLICA_FILE or "again" in g:
        return broken(error)
    g.again = True
    close_connections(error)
    mirror_file.rebuild_damaged(error, now())
    return current_app.full_dispatch_request()


def broken(error: Exception) -> Response:
    """Our own mistake, or the card's: the trace is in the log under the number that is shown."""
    trace = secrets.token_hex(4)
    cause = error.original_exception if isinstance(error, InternalServerError) else error
    if isinstance(cause, NoRoom):
        log.error("%s %s was refused: %s", request.method, request.path, cause)
        return _page(INSUFFICIENT_STORAGE)
    process_state().failures.add()
    log.error("%s %s failed, trace %s", request.method, request.path, trace, exc_info=cause)
    return _page(503 if isinstance(cause, sqlite3.OperationalError | Damaged) else 500, trace)


def install(app: Flask) -> None:
    """Answer every error of the app."""
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Damaged, damaged)
    app.register_error_handler(Exception, broken)
