"""The status page shows a process that exists and does nothing, and shows that it works again."""

import os
import re
import signal
import urllib.request

from edge.demo.stack import DemoStack
from tests.processes.town import eventually

WELL = "The shop can work as usual."


def first_line(town: DemoStack) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{town.ports.web}/status?lang=en", timeout=60) as page:
        shown = page.read().decode()
    found = re.search(r"data-first>(.*?)</h2>", shown, re.S)
    assert found
    return re.sub(r"<[^>]*>", "", found[1]).strip()


SAID = {
    "bridge": "No code can be read. Orders can still be handed over by number and name.",
    "sync": "Headquarters cannot be reached. The shop can go on as it is.",
}


def test_a_process_that_stands_still_is_not_called_well(town: DemoStack) -> None:
    eventually(lambda: first_line(town) == WELL, "all is well")
    for process, said in SAID.items():
        os.kill(town.children[process].pid, signal.SIGSTOP)
        try:
            eventually(lambda said=said: first_line(town) == said, f"{process} stands still")
        finally:
            os.kill(town.children[process].pid, signal.SIGCONT)
        eventually(lambda: first_line(town) == WELL, f"{process} goes on")
