"""/metrics for a Prometheus on the box itself, and for nobody on the shop's network (ui/access/rights.py names no device)."""

from flask import Blueprint, Response

from ui.health.metrics import CONTENT_TYPE, to_text
from ui.request_context import process_state, request_moment, shop
from ui.status.pages import health_context

metrics = Blueprint("metrics", __name__)


@metrics.get("/metrics")
def exposition() -> Response:
    """All metrics as they are now."""
    return Response(to_text(health_context(shop(), process_state(), request_moment())), content_type=CONTENT_TYPE)
