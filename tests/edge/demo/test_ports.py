"""A port that was given out is given to nobody else, though nobody listens on it yet."""

import subprocess
import sys

import pytest

from edge.demo import ports


def test_no_port_is_given_out_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "PORT_RANGE", range(33_000, 33_100))  # none that another test asks for
    given = [ports.free_port() for _ in range(50)]
    assert len(set(given)) == 50


def test_another_process_does_not_get_it_either() -> None:
    asks = f"from edge.demo.ports import claim_port; print(claim_port({ports.free_port()}))"
    assert subprocess.run([sys.executable, "-c", asks], capture_output=True, text=True, check=True).stdout == "False\n"
