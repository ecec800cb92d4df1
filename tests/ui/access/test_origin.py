"""Where a request is from: the listener says it, and no header does."""

import socket
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from ui.access.origin import LAN_FLAG, mark_origin


def seen(family: socket.AddressFamily, **headers: str) -> dict[str, Any]:
    """What the app learns of a request that came through a socket of this family."""
    told: dict[str, Any] = {}

    def app(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        told.update(environ)
        return []

    with socket.socket(family) as line:
        request = {"gunicorn.socket": line, "REMOTE_ADDR": "127.0.0.1", "wsgi.url_scheme": "http", **headers}
        heard: list[bool] = []
        mark_origin(app, lambda: heard.append(True))(request, lambda *_: None)
    assert bool(heard) is (family is socket.AF_UNIX)
    return told


def test_what_comes_by_the_front_is_from_the_network_over_tls() -> None:
    told = seen(socket.AF_UNIX, HTTP_NOREN_FROM="192.0.2.7")
    assert (told[LAN_FLAG], told["REMOTE_ADDR"], told["wsgi.url_scheme"]) == (True, "192.0.2.7", "https")


@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_INET6])
def test_what_comes_over_loopback_is_this_box_whatever_it_says(family: socket.AddressFamily) -> None:
    told = seen(family, HTTP_NOREN_FROM="192.0.2.7")
    assert LAN_FLAG not in told
    assert (told["REMOTE_ADDR"], told["wsgi.url_scheme"]) == ("127.0.0.1", "http")
    assert "HTTP_NOREN_FROM" not in told
