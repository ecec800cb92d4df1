"""What a browser shows while the box does not answer: a page of ours that it keeps, and the worker that keeps it."""

from flask import Blueprint, Response, current_app

from ui.i18n import LANGUAGES
from ui.request_context import process_state, render_page

offline = Blueprint("offline", __name__)


@offline.get("/offline")
def page() -> str:
    """The page in both languages, because nobody can be asked for theirs. Browsers keep it, with all that it links to."""
    return render_page("offline.html", voices=[process_state().voices[language] for language in LANGUAGES])


@offline.after_request
def is_a_page(response: Response) -> Response:
    """Mark our own answers: what a hotel's or a shop's Wi-Fi puts in their place must not count as the box."""
    response.headers["Noren-Page"] = process_state().stamp
    return response


@offline.get("/service-worker.js")
def worker() -> Response:
    """At the root, because a worker serves only addresses below its own."""
    response = current_app.send_static_file("js/service-worker.js")
    response.headers["Cache-Control"] = "no-cache"
    return response
