"""What the benches say of processor time is whose it was."""

import os
import subprocess
import sys

from tests.processes.town import eventually
from tests.support.process_costs import Spent

HALF = 0.5  # seconds of a processor


def test_a_childs_work_is_the_childs_and_not_also_its_parents() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as child:
        spent = Spent({"child": child.pid, "own": os.getpid()})

        def work() -> dict[str, float] | None:
            cores = spent.cores()
            return cores if cores["child"] * spent.seconds() > HALF else None

        cores = eventually(work, "the child has worked")
        child.kill()
    assert cores
    assert 0 <= cores["own"] < cores["child"]


def test_what_web_and_front_waited_for_a_core_is_told_and_nobody_elses() -> None:
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as child:
        spent = Spent({"flood": child.pid})
        eventually(lambda: spent.cores()["flood"] * spent.seconds() > HALF, "it has worked")
        assert spent.cores()["waits"] == 0
        child.kill()
