"""Certificates and the days until their end: of the pages on the shop's network, and of the connection to headquarters."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from cryptography import x509

from edge.platform.clock import RELEASE_TIME, Now
from edge.validation.setting_file import process_user_name
from ui.front import haproxy
from ui.front.certificate import SITE
from ui.health.check import CheckResult
from ui.health.checks.files import certificate_files
from ui.health.context import CheckContext
from ui.health.finding import NotKnown

ENDS_SOON_DAYS = 21  # days; the box renews its own 30 days before their end, so one with less was not renewed


def end_of_certificate(file: Path) -> datetime | None:
    """The earliest end of the certificates in a PEM file; None if there is none in it. Raises OSError."""
    try:
        found = x509.load_pem_x509_certificates(file.read_bytes())
    except ValueError:
        return None
    return min(one.not_valid_after_utc for one in found)


def _result(file: Path, moment: Now) -> CheckResult:
    try:
        ends = end_of_certificate(file)
    except PermissionError:
        return CheckResult("unreadable", str(file), {"file": str(file), "user": process_user_name()})
    if ends is None:
        return CheckResult("damaged", str(file), {"file": str(file)})
    days = (ends - moment.time).days
    state = "ended" if ends <= moment.time else "soon" if days < ENDS_SOON_DAYS else "ok"
    return CheckResult(state, str(file), {"file": str(file), "days": max(days, 0)})


def pages(context: CheckContext) -> Iterator[CheckResult]:
    """The one that HAProxy shows to tablets and screens."""
    file = haproxy.folder(context.config) / SITE
    if context.config.web.lan is None or not file.exists():
        yield CheckResult("none")
        return
    yield _dated(file, context.moment)


def hq(context: CheckContext) -> Iterator[CheckResult]:
    """Those that [hq] names."""
    files = certificate_files(context.config)
    if not files:
        yield CheckResult("none")
    for file in files.values():
        yield _dated(file, context.moment)


def _dated(file: Path, moment: Now) -> CheckResult:
    """Days can be counted only by a clock that has been set."""
    if moment.time < RELEASE_TIME:
        raise NotKnown("clock")
    return _result(file, moment)
