"""Every command line of sync/README.md, run as it stands: a store's box, a real broker, and HQ played by hand."""

import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from edge.demo.ports import free_port
from edge.platform.database import open_hq, open_store
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.reports.fleet import fleet_status
from tests.packaging.document_blocks import PATIENCE, Shell, bash, blocks
from tests.support.keyed_databases import unlocked
from tests.sync.conftest import Mosquitto

ROOT = Path(__file__).parents[2]
BLOCKS = blocks(ROOT / "sync" / "README.md")


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    commands = tmp_path / "bin"
    commands.mkdir()
    noren = commands / "noren"  # as an installed box has it
    noren.write_text(f'#!/bin/sh\nexec {sys.executable} -m edge "$@"\n')
    noren.chmod(0o755)
    paths = f"{commands}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    env = {**os.environ, "PATH": paths, "PYTHONPATH": str(ROOT)}
    with bash(tmp_path, env, tmp_path / "log") as shell:
        yield shell


def until(seen: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not seen():
        assert time.monotonic() < end, "did not come about"
        time.sleep(0.05)


def store_says(folder: Path, sql: str) -> list[tuple[object, ...]]:
    db = open_store(unlocked(folder / "data"))
    try:
        return db.conn.execute(sql).fetchall()
    finally:
        db.conn.close()


def miles(folder: Path) -> object:
    db = open_hq(unlocked(folder / "data"))
    try:
        row = db.conn.execute(
            "select json_extract(body, '$.check_in.miles') from config where key = 'policy'"
        ).fetchone()
    finally:
        db.conn.close()
    return row and row[0]


def mirrored(folder: Path, feed: str) -> int:
    """How many rows of a feed the store has."""
    db = open_hq(unlocked(folder / "data"))
    try:
        return int(db.conn.execute(f"select count(*) from {feed} where body is not null").fetchone()[0])
    finally:
        db.conn.close()


def stage_at_hq(folder: Path) -> str:
    """How far HQ knows the store to be with its config."""
    with open_headquarters(folder) as db:
        (store,) = fleet_status(db)
    return store.config.stage if store.config else ""


def test_an_integrator_plays_hq_by_hand(tmp_path: Path, mosquitto: Mosquitto, shell: Shell) -> None:
    port = str(free_port())
    start, listen, presence, keep, policy, head, order, serve, watch, offers, roll_out, back = (
        block.replace("1883", str(mosquitto.port)).replace("8080", port) for block in BLOCKS
    )
    shell.run(start)
    heard = shell.run(listen)
    assert '"state":"birth"' in heard
    assert "noren.box.started" in heard or "noren.sync.started" in heard
    shell.run(presence)
    shell.run(keep)
    until(lambda: len(store_says(tmp_path, "select * from kept where seq > 0")) == 1)
    shell.run(policy)
    until(lambda: miles(tmp_path) == 50)
    assert '"type":"want"' in shell.run(head)
    until(lambda: miles(tmp_path) == 80)
    shell.run(order)
    until(
        lambda: bool(store_says(tmp_path, "select * from sync_log where type = 'do.taken' and data like '%by-hand-1%'"))
    )
    shell.run(serve)
    until(lambda: "noren.box.started" in shell.run("noren hq events --dir hq --json"))
    seen = shell.run(watch)
    assert re.search(r"ginza +box.started +", seen)
    assert '"type":"noren.box.started"' in seen
    assert "online" in seen or "birth" in seen
    assert "1 new" in shell.run(offers)
    until(lambda: mirrored(tmp_path, "offers") == 1)
    assert "roll-out 1 begun: winter.toml to 1 store" in shell.run(roll_out)
    until(lambda: stage_at_hq(tmp_path / "hq") in ("kept", "rolled_back"))
    assert re.search(r"at 1 of 1 store in group pilot \(50 %\)[\s\S]*taken back at 1 store", shell.run(back))
    assert store_says(tmp_path, "select * from sync_log where type in ('message.refused', 'box.forked')") == []
