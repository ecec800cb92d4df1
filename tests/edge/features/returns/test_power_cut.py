"""A power cut at any commit of a return: what was accepted is there once, what was not can be asked for again."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from msgspec.structs import replace

from edge.features.pickup.order import OrderLine
from edge.features.pickup.state_machine import State
from edge.platform.clock import now, utc_text
from edge.platform.database import rows
from tests.edge import floor as builder
from tests.edge.floor import GTIN, facts, order, product, send

KEYS = [f"{at:032x}" for at in range(3)]
CHILD = """
import os, signal, sys
from pathlib import Path
from edge.features.returns.accept import accept_return
from edge.features.returns.judgement import PieceAsked, ReturnRequest
from edge.features.returns.state_machine import Condition
from edge.platform.clock import now
from edge.platform.database import writing
from tests.edge import floor as builder

folder, dies, keys = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
with builder.shop(folder) as shop:
    for at, key in enumerate(keys):
        piece = PieceAsked(id=f"1-{at + 1}", reason="size", condition=Condition.SHELF)
        asked = ReturnRequest(key=key, staff="s-1", station="c1", order="o-1", pieces=(piece,))
        with writing(shop.db):
            accept_return(shop, asked, now())
            if dies == f"before {at}":
                os.kill(os.getpid(), signal.SIGKILL)
        if dies == f"after {at}":
            os.kill(os.getpid(), signal.SIGKILL)
"""


def run(folder: Path, dies: str) -> int:
    command = [sys.executable, "-c", CHILD, str(folder), dies, *KEYS]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": str(Path.cwd())}, check=False).returncode


@pytest.mark.parametrize("dies", [f"{when} {at}" for at in range(3) for when in ("before", "after")])
def test_each_return_is_there_once_after_a_power_cut_at_any_commit(tmp_path: Path, dies: str) -> None:
    with builder.shop(tmp_path) as shop:
        send(shop, "catalog", GTIN, product())
        lines = [OrderLine(line=1, gtin=GTIN, quantity=3)]
        row = order(state=State.HANDED_OVER, handed_over_at=utc_text(now().time))
        send(shop, "orders", "o-1", replace(row, lines=lines))
    assert run(tmp_path, dies) == -signal.SIGKILL
    when, _, at = dies.partition(" ")
    with builder.shop(tmp_path) as shop:
        assert [event["data"]["id"] for event in facts(shop, "return.accepted")] == KEYS[: int(at) + (when == "after")]
    assert run(tmp_path, "never") == 0  # the clerk presses again: each page still has its key
    with builder.shop(tmp_path) as shop:
        assert [event["data"]["id"] for event in facts(shop, "return.accepted")] == KEYS
        assert (
            len(list(rows(shop.db, "select 1 from stock_moves")))
            == len(list(rows(shop.db, "select 1 from return_steps")))
            == 3
        )
