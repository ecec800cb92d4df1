"""The page on a clustered broker says what the programs take: its settings are read, its options are there."""

import re
import tomllib
from pathlib import Path

import click
import msgspec

from edge.config.toml_schema import HqSection
from sync.hq.cli.main import hq
from sync.transport.broker import parse_broker_url

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "clustered-broker.md").read_text(encoding="utf-8")
NODES = ("n1.example.com", "n2.example.com", "n3.example.com")


def block(kind: str) -> str:
    found = re.search(rf"^```{kind}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    assert found
    return found[1]


def test_the_settings_of_a_store_are_read_and_name_all_three_nodes_over_tls() -> None:
    found = re.search(r"--broker (\S+)", block("sh"))
    assert found
    section = msgspec.convert({**tomllib.loads(block("toml")), "broker": found[1], "keys": {}}, HqSection)
    assert parse_broker_url(section.broker) == (tuple((node, 8883) for node in NODES), True)
    assert section.protocol == "3.1.1"


def test_headquarters_takes_the_options_the_page_names() -> None:
    for line in block("sh").splitlines():
        _, _, name, *words = line.split()
        command = hq.commands[name]
        if isinstance(command, click.Group):
            command = command.commands[words[0]]
        options = {name for option in command.params for name in option.opts}
        assert {word for word in words if word.startswith("--")} <= options


def test_the_files_the_page_names_are_there() -> None:
    for name in re.findall(r"`((?:systemd|tests|docs)/[^`]+)`", PAGE):
        assert (ROOT / name).is_file(), name
