"""Where the broker is, and how one shows who one is there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from edge.config import BadConfig, HqSection

PORTS = {"mqtt": 1883, "mqtts": 8883}  # as IANA has them


Place = tuple[str, int]
"""Host and port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """An MQTT broker, or the nodes of a clustered one; with `tls`, `ca_file` None means the system's authorities."""

    places: tuple[Place, ...]
    tls: bool = False
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    protocol: Literal["5", "3.1.1"] = "5"

    def __str__(self) -> str:
        return ", ".join(spoken(place) for place in self.places)


def spoken(place: Place) -> str:
    """A place as people read it."""
    return f"{place[0]}:{place[1]}"


def places(url: str) -> tuple[tuple[Place, ...], bool]:
    """The places of a broker, and whether TLS: `mqtt://host:1883`, or a cluster's `mqtts://host-1:8883,host-2:8883`.

    Raises BadConfig.
    """
    scheme, found, hosts = url.partition("://")
    if not found or scheme not in PORTS:
        raise BadConfig(f"hq.broker: expected mqtt://host:1883 or mqtts://host:8883, got `{url}`")
    return tuple(_place(host, PORTS[scheme], url) for host in hosts.split(",")), scheme == "mqtts"


def _place(host: str, usual: int, url: str) -> Place:
    try:
        parts = urlsplit(f"//{host}")
        port = parts.port or usual
    except ValueError as error:
        raise BadConfig(f"hq.broker: `{url}`: {error}") from None
    if not parts.hostname:
        raise BadConfig(f"hq.broker: expected a host, got `{url}`")
    return parts.hostname, port


def read_broker(hq: HqSection) -> Broker:
    """The broker of noren.toml, with the password read from its file. Raises BadConfig for a file that cannot be used."""
    where, tls = places(hq.broker)
    for key, file in (("ca_file", hq.ca_file), ("cert_file", hq.cert_file), ("key_file", hq.key_file)):
        if file is not None and not Path(file).is_file():
            raise BadConfig(f"hq.{key}: no such file: {file}")
    return Broker(
        places=where,
        tls=tls,
        username=hq.username,
        password=read_secret("password_file", hq.password_file),
        ca_file=hq.ca_file,
        cert_file=hq.cert_file,
        key_file=hq.key_file,
        protocol=hq.protocol,
    )


def read_secret(key: str, file: str | None) -> str | None:
    """The one line in a secret's file, or None where no file is named. Raises BadConfig."""
    if file is None:
        return None
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadConfig(f"hq.{key}: cannot be read: {error}") from None
