"""The origin of a request: decided by the listener it came through, never by its headers."""

import socket
from collections.abc import Callable, Iterable
from typing import Any

Environ = dict[str, Any]
App = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]

LAN_FLAG = "noren.lan"  # in a request's environ: it came from the shop's network, through the front
_TOLD = "HTTP_NOREN_FROM"  # the address of the device, as the front saw it (ui/front/haproxy.cfg)


def mark_origin(app: App, heard: Callable[[], None]) -> App:
    """The app with the origin set on each request: HAProxy has a Unix socket of its own, all else comes from the box itself.

    `heard` is called for each request that comes through HAProxy.
    """

    def told(environ: Environ, start: Callable[..., Any]) -> Iterable[bytes]:
        address = environ.pop(_TOLD, "")
        if environ["gunicorn.socket"].family == socket.AF_UNIX:
            heard()
            environ |= {LAN_FLAG: True, "REMOTE_ADDR": address, "wsgi.url_scheme": "https"}
        return app(environ, start)

    return told
