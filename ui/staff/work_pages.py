"""The staff's home: one list of all that is to be done, the most pressing first, each with its age and who does it."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from edge.features.search import missed
from edge.features.staff import tasks
from edge.features.staff.sessions import writing_as
from ui.request_context import process_state, request_moment, shop
from ui.staff import shell
from ui.staff.shell import page, signed_in
from ui.staff.task import tasks_for

work = Blueprint("work", __name__, url_prefix="/staff/<station>/work")
shell.install(work)
work.before_request(shell.require_sign_in)

SHOWN_MOST = 60  # tasks; what comes after them is not begun before they are done


@work.get("")
def listed() -> Response:
    """The work list."""
    found, said = tasks_for(shop(), signed_in(), request_moment().time), request.args.get("said")
    return page("staff/work.html", tasks=found[:SHOWN_MOST], more=len(found[SHOWN_MOST:]), said=said)


@work.post("/claim")
def claim() -> Answer:
    """I do this. Whom the page showed as doing it is taken over from; somebody else who was faster keeps it."""
    task, seen = request.form.get("task", ""), request.form.get("seen") or None
    me = signed_in().staff.staff
    known = {one.task.key: one.task for one in tasks_for(shop(), signed_in(), request_moment().time)}
    if task not in known:
        return redirect(url_for("work.listed", said="gone"), 303)
    with writing_as(shop().db, signed_in()):
        mine = tasks.claim_task(shop().db, task, me, request_moment(), seen=seen)
    process_state().screens.changed("calls")
    to = known[task].page if mine else None
    return redirect(to or url_for("work.listed", said=None if mine else "taken"), 303)


@work.post("/counted/<int:seq>")
def counted(seq: int) -> Answer:
    """The clerk has looked at the shelf: the task is closed."""
    with writing_as(shop().db, signed_in()):
        missed.close_count_task(shop().db, seq, signed_in().staff.staff, request_moment())
    process_state().screens.changed("calls")
    return redirect(url_for("work.listed"), 303)
