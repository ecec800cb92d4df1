"""A store has one process of each kind, for as long as that process lives."""

import subprocess
import sys
from pathlib import Path

import pytest

from edge.config.toml_schema import BadConfig
from edge.single_instance import instance_lock

HOLDER = """
import sys
from pathlib import Path
from edge.single_instance import instance_lock
with instance_lock("sync", Path(sys.argv[1])):
    print("holds", flush=True)
    sys.stdin.read()
"""


def test_the_second_of_a_kind_is_told_plainly_and_another_kind_is_let_in(tmp_path: Path) -> None:
    with instance_lock("sync", tmp_path):
        with pytest.raises(BadConfig, match="another sync already runs for this store"):
            instance_lock("sync", tmp_path).__enter__()
        with instance_lock("bridge", tmp_path):
            pass
    with instance_lock("sync", tmp_path):
        pass


def test_a_killed_process_leaves_its_place(tmp_path: Path) -> None:
    words = [sys.executable, "-c", HOLDER, str(tmp_path)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "holds\n"
        with pytest.raises(BadConfig):
            instance_lock("sync", tmp_path).__enter__()
        holder.kill()
        holder.wait()
        with instance_lock("sync", tmp_path):
            pass
