"""The pages put together: one Flask app, its blueprints, its door, its words for trouble."""

import hashlib
from pathlib import Path

from flask import Flask
from jinja2 import StrictUndefined

from edge.config import Config
from edge.journal import Box
from edge.service import Life
from edge.settings import GROUND
from ui import aim, board, door, doors, here, kiosk, live, looks, status, trouble
from ui.play import page as play
from ui.screens import Screens
from ui.staff import handover, login, pages, scanned
from ui.text import Voices

BLUEPRINTS = (
    live.live,
    kiosk.kiosk,
    board.board,
    looks.looks,
    doors.doors,
    status.status,
    aim.devices,
    aim.aim,
    login.stations,
    login.login,
    pages.staff,
    scanned.scanned,
    handover.handover,
)

_STATIC = Path(__file__).parent / "static"
_YEAR = 365 * 24 * 3600  # seconds; a file's address holds the stamp of all of them, so it never changes


def stamp_of(folder: Path) -> str:
    """A short name for the static files as they are: other files, another name."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)} {path.stat().st_size} {path.stat().st_mtime_ns}\n".encode())
    return digest.hexdigest()[:12]


def make_app(ground: Config, box: Box, screens: Screens, life: Life, past: int = GROUND) -> Flask:
    """The app for one store's box; `past` is the config that was on trial when the process began."""
    stamp = stamp_of(_STATIC)
    app = Flask("ui", static_folder=str(_STATIC), static_url_path=f"/static/{stamp}")
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = _YEAR
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    voices = Voices(ground.zone)
    house = here.House(ground=ground, past=past, box=box, screens=screens, voices=voices, life=life, stamp=stamp)
    here.settle(app, house)
    door.fit(app)
    trouble.fit(app)
    for blueprint in BLUEPRINTS + ((play.play,) if ground.web.play else ()):
        app.register_blueprint(blueprint)
    # compiled now: the first shopper shall not wait for it, and a broken one shall not start
    for template in app.jinja_env.list_templates():
        app.jinja_env.get_template(template)
    return app
