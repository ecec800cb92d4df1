"""When something goes wrong: the same page with words for people, never a browser's or a framework's."""

import logging
import secrets
import sqlite3

from flask import Flask, Response, make_response, render_template, request
from werkzeug.exceptions import HTTPException, InternalServerError

from edge.store import NoRoom
from ui.here import house
from ui.text import HOME, LANGUAGES

log = logging.getLogger(__name__)

FULL = 507  # Insufficient Storage (RFC 4918): nothing of what was asked has been done
SAID = frozenset({400, 403, 404, 405, 413, FULL})  # what has words of its own; the rest is our own trouble


def _page(code: int, trace: str | None = None) -> Response:
    """The page for a status; it asks no database, because that may be what is broken."""
    asked = request.args.get("lang") or request.accept_languages.best_match(list(LANGUAGES)) or HOME
    voice = house().voices[asked]
    words = str(code) if code in SAID else "500"
    return make_response(render_template("trouble.html", v=voice, words=words, trace=trace), code)


def refused(error: HTTPException) -> Response:
    """A request that cannot be answered as it was asked."""
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    return _page(error.code)


def broken(error: Exception) -> Response:
    """Our own mistake, or the card's: the trace is in the log under the number that is shown."""
    trace = secrets.token_hex(4)
    cause = error.original_exception if isinstance(error, InternalServerError) else error
    if isinstance(cause, NoRoom):
        log.error("%s %s was refused: %s", request.method, request.path, cause)
        return _page(FULL)
    log.error("%s %s failed, trace %s", request.method, request.path, trace, exc_info=cause)
    return _page(503 if isinstance(cause, sqlite3.OperationalError) else 500, trace)


def fit(app: Flask) -> None:
    """Answer every error of the app."""
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(Exception, broken)
