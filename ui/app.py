"""Builds the Flask app: its blueprints, its request checks, its error pages."""

import hashlib
import secrets
from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from edge.config.active_config import NO_CONFIG
from edge.config.toml_schema import Config
from edge.facts.journal import BoxIdentity
from edge.features.staff.pin_check import PinCheckPool
from edge.platform.process import ProcessLife
from edge.platform.sqlite_file import key_of_folder
from ui import board, number_arguments, request_context, sse, theme
from ui.access import authority_page, request_guard
from ui.features import registry
from ui.front.hosts import own_names
from ui.general_pages import error_pages, index_page, offline_page
from ui.i18n import Locales
from ui.kiosk import pages as kiosk
from ui.play import page as play
from ui.process_state.code_attempts import CodeAttempts
from ui.process_state.front_traffic import FrontTraffic
from ui.process_state.last_typed import LastTyped
from ui.process_state.open_codes import OpenCodes
from ui.process_state.page_failures import PageFailures
from ui.process_state.scan_rate import ScanRateLimiter
from ui.process_state.screens import Screens
from ui.staff import cameras, staff_scan
from ui.staff import lists as pages
from ui.status import metrics_page
from ui.status import pages as status
from ui.wedge import setup_page

BLUEPRINTS = (
    sse.live,
    kiosk.kiosk,
    board.board,
    theme.theme_pages,
    index_page.doors,
    authority_page.trust,
    offline_page.offline,
    setup_page.setup,
    status.status,
    metrics_page.metrics,
    cameras.devices,
    cameras.aim,
    pages.staff,
    staff_scan.scanned,
)

_STATIC = Path(__file__).parent / "static"
_YEAR = 365 * 24 * 3600  # seconds; a file's address holds the stamp of all of them, so it never changes


def static_files_version(folder: Path) -> str:
    """A short name for the static files as they are: other files, another name."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()[:12]


def make_app(ground: Config, box: BoxIdentity, screens: Screens, life: ProcessLife, past: int = NO_CONFIG) -> Flask:
    """The app for one store's box; `past` is the config that was on trial when the process began."""
    stamp = static_files_version(_STATIC)
    app = Flask("ui", static_folder=str(_STATIC), static_url_path=f"/static/{stamp}")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _YEAR
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    voices = Locales(ground.zone)
    house = request_context.ProcessState(
        ground=ground,
        past=past,
        box=box,
        screens=screens,
        failures=PageFailures(),
        through=FrontTraffic(),
        tries=CodeAttempts(),
        slips=OpenCodes(),
        pins=PinCheckPool(key_of_folder(Path(ground.store.data))),
        voices=voices,
        life=life,
        stamp=stamp,
        names=own_names(ground.web.names),
        pace=ScanRateLimiter(),
        last_typed=LastTyped(),
        pepper=secrets.token_bytes(16),
    )
    request_context.attach_process_state(app, house)
    number_arguments.install(app)
    request_guard.install(app)
    error_pages.install(app)
    registry.install(app)
    for blueprint in BLUEPRINTS + ((play.play,) if ground.web.play else ()):
        app.register_blueprint(blueprint)
    # compiled now: the first shopper shall not wait for it, and a broken one shall not start
    for template in app.jinja_env.list_templates():
        app.jinja_env.get_template(template)
    return app
