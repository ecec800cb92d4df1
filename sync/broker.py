"""Where the broker is, and how one shows who one is there."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from edge.config import BadConfig, HqSection

PORTS = {"mqtt": 1883, "mqtts": 8883}  # as IANA has them


@dataclass(frozen=True, slots=True, kw_only=True)
class Broker:
    """An MQTT broker; with `tls`, `ca_file` None means the system's authorities."""

    host: str
    port: int
    tls: bool = False
    username: str | None = None
    password: str | None = None
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    protocol: Literal["5", "3.1.1"] = "5"

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def place(url: str) -> tuple[str, int, bool]:
    """Host, port and whether TLS, of `mqtt://host:1883` or `mqtts://host:8883`. Raises BadConfig."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
    except (ValueError, KeyError):
        raise BadConfig(f"hq.broker: expected mqtt://host:1883 or mqtts://host:8883, got `{url}`") from None
    if not parts.hostname:
        raise BadConfig(f"hq.broker: expected a host, got `{url}`")
    return parts.hostname, port, parts.scheme == "mqtts"


def read_broker(hq: HqSection) -> Broker:
    """The broker of noren.toml, with the password read from its file. Raises BadConfig for a file that cannot be used."""
    host, port, tls = place(hq.broker)
    for key, file in (("ca_file", hq.ca_file), ("cert_file", hq.cert_file), ("key_file", hq.key_file)):
        if file is not None and not Path(file).is_file():
            raise BadConfig(f"hq.{key}: no such file: {file}")
    return Broker(
        host=host,
        port=port,
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
