"""Units, versions, and what the web process knows of its own pages."""

import os
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from edge.config.printer_sections import FolderPrinter
from tests.ui.health.conftest import Look
from tests.ui.shop_floor import Floor
from ui.health.box_health import PagesState
from ui.health.finding import HealthLevel

STATES = {
    "noren-web": "LoadState=loaded\nActiveState=active\nNRestarts=1",
    "noren-bridge": "LoadState=loaded\nActiveState=failed\nNRestarts=0",
    "noren-sync": "LoadState=not-found\nActiveState=inactive\nNRestarts=0",
    "noren-print": "LoadState=loaded\nActiveState=active\nNRestarts=0",
    "noren-front": "LoadState=loaded\nActiveState=active\nNRestarts=12",
}


@pytest.fixture
def booted(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine that systemd has started, with a systemctl that says of each unit what is in a file."""
    (root / "run/systemd/system").mkdir(parents=True)
    tools = tmp_path / "bin"
    tools.mkdir()
    for unit, told in STATES.items():
        (tools / unit).write_text(f"{told}\n")
    systemctl = tools / "systemctl"
    systemctl.write_text(f'#!/bin/sh\n[ "$1" = show ] || exit 1\ncat "{tools}/$3"\n')
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}:{os.environ['PATH']}")
    return tools


def test_where_systemd_is_not_it_is_said(look: Look) -> None:
    assert [(one.state, one.level) for one in look("units.state")] == [("no_systemd", HealthLevel.UNKNOWN)]


@pytest.mark.usefixtures("booted")
def test_each_unit_is_told_as_systemd_has_it(look: Look, floor: Floor) -> None:
    told = {one.subject: one.state for one in look("units.state")}
    assert told == {"noren-web": "active", "noren-bridge": "failed", "noren-sync": "not_installed"}
    web = msgspec.structs.replace(floor.config.web, lan="0.0.0.0")
    found = look("units.state", config=msgspec.structs.replace(floor.config, web=web))
    assert (found[-1].subject, found[-1].state, found[-1].args["count"]) == ("noren-front", "restarts", 12)
    printers = [FolderPrinter(id="labels", folder="/var/lib/noren/printed")]
    found = look("units.state", config=msgspec.structs.replace(floor.config, printers=printers))
    assert (found[-1].subject, found[-1].state) == ("noren-print", "active")


def test_a_systemctl_that_fails_breaks_this_check_alone(look: Look, booted: Path) -> None:
    (booted / "noren-web").unlink()
    assert [one.state for one in look("units.state")] == ["unchecked"]


def test_a_process_of_an_older_version_is_told(look: Look, root: Path) -> None:
    assert look("versions.software")[0].state == "alone"
    installed = root / "opt/noren/0.2.0"
    installed.mkdir(parents=True)
    active = root / "opt/noren/active"
    active.symlink_to("0.2.0")
    (found,) = look("versions.software")
    assert (found.state, found.args["installed"]) == ("other", "0.2.0")
    active.unlink()
    active.symlink_to(Path.cwd())
    assert look("versions.software")[0].state == "current"


def test_only_the_web_process_knows_of_its_pages(look: Look, floor: Floor, pages: PagesState) -> None:
    checks = ("pages.failures", "pages.front", "pages.screens")
    assert {look(check)[0].state for check in checks} == {"pages_only"}
    assert [[one.state for one in look(check, pages=pages)] for check in checks] == [["none"], ["none"], []]
    web = msgspec.structs.replace(floor.config.web, lan="0.0.0.0")
    config = msgspec.structs.replace(floor.config, web=web)
    troubled = replace(pages, screens={"kiosk-1": 0, "door": 2, "board": 0, "counter-1": 0}, failing=3, cut=True)
    found = [one for check in checks for one in look(check, pages=troubled, config=config)]
    assert [(one.state, one.subject) for one in found] == [
        ("failing", ""),
        ("silent", ""),
        ("board_gone", "board"),
        ("open", "door"),
        ("gone", "kiosk-1"),
    ]
