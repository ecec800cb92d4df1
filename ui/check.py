"""The faults that web finds in noren.toml before it starts: the listen address, and the play page."""

import re
from collections.abc import Iterator

import msgspec

from edge.config.toml_schema import Config
from edge.validation.fault import Fault
from edge.validation.setting_file import read_file_of_setting
from ui.front.hosts import address_of, is_loopback
from ui.play.cards import PlayFile

# RFC 1123; the last part has a letter, or it would be an IP address that is none
HOST_NAME = re.compile(
    r"(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*(?=[^.]*[a-z])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
)


def config_faults(config: Config) -> Iterator[Fault]:
    """Every fault. Whether the port is free is asked only when web listens: it may be web itself that has it."""
    web = config.web
    if not is_loopback(web.host):
        what = "expected an address of loopback such as `127.0.0.1`; `web.lan` is the one on the network. Got"
        yield Fault("web.host", f"{what} `{web.host}`")
    if web.lan is not None and (address_of(web.lan) is None or is_loopback(web.lan)):
        what = "expected an IP address of this machine on the network, or `0.0.0.0` for all of them; got"
        yield Fault("web.lan", f"{what} `{web.lan}`")
    for nth, name in enumerate(web.names):
        if not _is_name(name):
            yield Fault(f"web.names[{nth}]", f"expected a name such as `noren.example.com`, without port; got `{name}`")
    if config.web.play is not None:
        told = read_file_of_setting("web.play", config.web.play)
        if isinstance(told, Fault):
            yield told
        else:
            yield from _play_faults(told)


def _is_name(name: str) -> bool:
    return HOST_NAME.fullmatch(name.lower()) is not None


def _play_faults(content: bytes) -> Iterator[Fault]:
    try:
        msgspec.json.decode(content, type=PlayFile)
    except (msgspec.MsgspecError, RecursionError) as error:
        yield Fault("web.play", f"cannot be used: {error}. `./dev run` writes such a file; a shop needs none")
