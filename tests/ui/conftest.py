"""A shop with its pages, asked without a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from edge.service import Life
from tests.ui.shop_floor import Floor, open_floor
from ui.app import make_app
from ui.screens import Screens


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    shop = open_floor(tmp_path / "data")
    yield shop
    shop.close()


@pytest.fixture
def screens() -> Screens:
    return Screens()


@pytest.fixture
def client(floor: Floor, screens: Screens) -> FlaskClient:
    """A browser on the shop's own pages: what it posts comes from there."""
    app = make_app(floor.config, floor.box, screens, Life())
    asking = app.test_client()
    asking.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return asking
