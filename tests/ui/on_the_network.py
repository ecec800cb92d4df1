"""Browsers on the shop's network, for the tests of pages: not on the box, and paired or not."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from edge.features.paired_devices import DevicePage, PairingRequest, make_pairing_code
from edge.platform.clock import now
from edge.platform.database import writing
from tests.ui.shop_floor import Floor

ADDRESS = "192.168.4.77"
HOST = "192.168.4.20:8080"


class Laptop(FlaskClient):
    """A browser that asks the box for its address on the network, from an address of its own."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("base_url", f"http://{HOST}")
        return super().open(*args, **kwargs)


def laptop(app: Flask) -> FlaskClient:
    """A browser on the network that nobody has paired; what it posts comes from our own pages."""
    asking = Laptop(app, app.response_class, use_cookies=True)
    asking.environ_base |= {"REMOTE_ADDR": ADDRESS, "HTTP_ORIGIN": f"http://{HOST}"}
    return asking


def paired(app: Flask, floor: Floor, page: DevicePage, station: str = "") -> FlaskClient:
    """The same once it has shown a code."""
    asking = laptop(app)
    with writing(floor.db):
        code = make_pairing_code(floor.db, PairingRequest(name=f"a {page}", page=page, station=station), now())
    assert asking.post("/pair", data={"code": code.typed}).status_code == 303
    return asking
