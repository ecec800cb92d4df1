"""A shop with its pages, asked without a browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from edge.platform.process import ProcessLife
from tests.ui.shop_floor import Floor, open_floor
from ui.app import make_app
from ui.process_state.screens import Screens


class Compiled(BytecodeCache):
    """Templates as the first app of these tests compiled them; for each test anew that took ten times as long as the test."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self.kept:
            bucket.bytecode_from_string(self.kept[bucket.key])  # counts only for the very source it was made of

    def dump_bytecode(self, bucket: Bucket) -> None:
        self.kept[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def _compiled_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {**Flask.jinja_options, "bytecode_cache": Compiled()})
        yield


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
    app = make_app(floor.config, floor.box, screens, ProcessLife())
    asking = app.test_client()
    asking.environ_base["HTTP_SEC_FETCH_SITE"] = "same-origin"
    return asking
