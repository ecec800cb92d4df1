"""The address of the broker, and the credentials for it."""

import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from edge.config.toml_schema import BadConfig, HqSection
from edge.crypto.data_key import DataKey
from edge.validation.fault import Fault
from edge.validation.setting_file import read_file_of_setting
from sync.own_secrets import read_secret, tls_password

DEFAULT_PORTS = {"mqtt": 1883, "mqtts": 8883}  # as IANA has them
MAX_PORT = 65535
MAX_HOST_LENGTH, MAX_LABEL_LENGTH = 253, 63  # characters of a host's name, and between two dots of it (RFC 1035)
HOST_PATTERN = re.compile(r"(?:\[(?P<six>[0-9A-Fa-f:.%\w]+)\]|(?P<host>[^\s/@:?#\[\]]+))(?::(?P<port>[^@]*))?")


BrokerAddress = tuple[str, int]
"""Host and port."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerSettings:
    """An MQTT broker, or the nodes of a clustered one; with `tls`, `ca_file` None means the system's authorities."""

    places: tuple[BrokerAddress, ...]
    tls: bool = False
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None
    key_password: str | None = field(default=None, repr=False)  # of an encrypted key
    protocol: Literal["5", "3.1.1"] = "5"

    def __str__(self) -> str:
        return ", ".join(address_text(place) for place in self.places)


def address_text(place: BrokerAddress) -> str:
    """Host and port as people read them."""
    return f"{place[0]}:{place[1]}"


def parse_broker_url(url: str) -> tuple[tuple[BrokerAddress, ...], bool]:
    """The addresses of a broker, and whether it uses TLS: `mqtt://host:1883`, or a cluster's `mqtts://host-1:8883,host-2:8883`.

    Raises BadConfig.
    """
    scheme, found, hosts = url.partition("://")
    if not found or scheme not in DEFAULT_PORTS:
        raise _bad(f"expected mqtt://host:1883 or mqtts://host:8883, got `{url}`")
    return tuple(_place(host, DEFAULT_PORTS[scheme], url) for host in hosts.split(",")), scheme == "mqtts"


def _place(text: str, usual: int, url: str) -> BrokerAddress:
    found = HOST_PATTERN.fullmatch(text)
    if found is None:
        hint = "; the name and password go to `username` and `password_file`" if "@" in text else ""
        raise _bad(f"expected a host, or host:port, got `{text}` in `{url}`{hint}")
    host, port = found["six"] or found["host"], found["port"]
    if len(host) > MAX_HOST_LENGTH or not all(
        0 < len(part) <= MAX_LABEL_LENGTH for part in host.removesuffix(".").split(".")
    ):
        raise _bad(
            f"expected a host whose name has parts of 1 to {MAX_LABEL_LENGTH} characters, got `{host[:MAX_LABEL_LENGTH]}`"
        )
    if port is None:
        return host, usual
    if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= MAX_PORT):
        raise _bad(f"expected a port from 1 to {MAX_PORT} after `{host}:`, got `{port}` in `{url}`")
    return host, int(port)


def _bad(what: str) -> BadConfig:
    return BadConfig(Fault("hq.broker", what))


def read_broker(hq: HqSection, key: DataKey | None = None) -> BrokerSettings:
    """The broker of noren.toml, with the password read from its file; `key`, the data key, opens sealed secrets.

    Raises BadConfig with all faults.
    """
    found: list[Fault] = []
    where: tuple[BrokerAddress, ...] = ()
    tls, password = False, None
    try:
        where, tls = parse_broker_url(hq.broker)
    except BadConfig as bad:
        found.extend(bad.faults)
    try:
        password = read_secret("password_file", hq.password_file, key)
    except BadConfig as bad:
        found.extend(bad.faults)
    found.extend(_tls_faults(hq, key))
    if found:
        raise BadConfig(*found)
    return BrokerSettings(
        places=where,
        tls=tls,
        username=hq.username,
        password=password,
        ca_file=hq.ca_file,
        cert_file=hq.cert_file,
        key_file=hq.key_file,
        key_password=tls_password(hq.key_file, key),
        protocol=hq.protocol,
    )


def _tls_faults(hq: HqSection, key: DataKey | None) -> Iterator[Fault]:
    """What the TLS library would refuse in the files that the config names."""
    named = {"ca_file": hq.ca_file, "cert_file": hq.cert_file, "key_file": hq.key_file}
    unread = [
        told
        for key, file in named.items()
        if file is not None and isinstance(told := read_file_of_setting(f"hq.{key}", file), Fault)
    ]
    yield from unread
    if (hq.cert_file is None) != (hq.key_file is None):
        given, wanted = ("cert_file", "key_file") if hq.cert_file else ("key_file", "cert_file")
        yield Fault(f"hq.{wanted}", f"is missing: a certificate and its key go together, and `{given}` is there")
    if unread:
        return
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if hq.ca_file:
        try:
            context.load_verify_locations(hq.ca_file)
        except (ssl.SSLError, ValueError) as error:
            yield Fault("hq.ca_file", f"expected certificates as PEM in {hq.ca_file}: {error}")
    if hq.cert_file and hq.key_file:
        try:
            # without a password OpenSSL would prompt at the terminal
            context.load_cert_chain(hq.cert_file, hq.key_file, password=tls_password(hq.key_file, key) or "")
        except BadConfig as bad:
            yield from bad.faults
        except (ssl.SSLError, ValueError) as error:
            yield Fault("hq.cert_file", f"expected a certificate as PEM, and in `key_file` its key, unlocked: {error}")
