"""noren-print as a process: from a committed row to paper, through kill -9, missing paper and a box without printers."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from edge.features.printing import queue
from edge.features.printing.document import PickupLabel
from edge.features.printing.job import JobReason, JobState
from edge.features.printing.printer_fault import PrinterFault
from edge.features.printing.queue import PrintRequest
from edge.platform.clock import now
from edge.platform.database import open_store, writing
from edge.platform.os_errors import EX_CONFIG
from firmware_bridge.printing.drawing.draw import draw
from tests.firmware_bridge.printing.test_escpos_printer import same
from tests.firmware_bridge.printing.virtual_printer import VirtualPrinter
from tests.firmware_bridge.rig import HUNG, Rig, noren, until

LABEL = PickupLabel(number="4821", code="noren:o:o-1", shelf="R-12", zone="冷蔵")


def network(port: int) -> str:
    return f'[[printers]]\nid = "labels"\nkind = "network"\nhost = "127.0.0.1"\nport = {port}\n'


def ask(rig: Rig, key: str = "k-1") -> int:
    with open_store(rig.data) as db, writing(db):
        asked = PrintRequest(key=key, printer="labels", document=LABEL, station="kiosk-1", about="o-1")
        return queue.ask_to_print(db, asked, now())


def again(rig: Rig, seq: int) -> int:
    with open_store(rig.data) as db, writing(db):
        job = queue.find_job(db, seq)
        assert job is not None
        return queue.print_again(db, job, "s-1", "kiosk-1", now())


def result(rig: Rig, seq: int) -> tuple[str, str] | None:
    found = rig.ask(f"select state, reason from print_results where job = {seq}")
    return (found[0]["state"], found[0]["reason"]) if found else None


def printer(rig: Rig) -> dict[str, Any]:
    """Its row; empty until the process has begun."""
    found = rig.ask("select state, reason from printers")
    return found[0] if found else {}


@contextmanager
def printing(rig: Rig) -> Iterator[subprocess.Popen[bytes]]:
    with noren("run", "print", "--config", str(rig.toml)) as process:
        yield process


def test_what_is_asked_for_is_printed_also_if_it_was_asked_for_before_the_start(tmp_path: Path) -> None:
    twin = VirtualPrinter()
    with twin.on_tcp() as port:
        rig = Rig(tmp_path, network(port))
        early = ask(rig, "early")
        with printing(rig) as process:
            until(lambda: result(rig, early) == (JobState.PRINTED, ""), "the first label")
            late = ask(rig, "late")
            until(lambda: result(rig, late) == (JobState.PRINTED, ""), "the second label")
        assert process.returncode == 0
    assert [same(piece, draw(LABEL, 576)) for piece in twin.pieces] == [True, True]


def test_after_kill_nine_in_the_middle_nothing_is_doubled_and_it_is_printed_again_when_somebody_asks(
    tmp_path: Path,
) -> None:
    twin = VirtualPrinter(paper=100)
    with twin.on_tcp() as port:
        rig = Rig(tmp_path, network(port))
        with printing(rig) as process:
            seq = ask(rig)
            until(lambda: printer(rig).get("reason") == PrinterFault.PAPER_OUT, "the end of the paper")
            assert result(rig, seq) == (JobState.PRINTING, "")
            process.kill()
            process.wait(HUNG)
        twin.load_paper()
        with printing(rig):
            until(lambda: result(rig, seq) == (JobState.PERHAPS_PRINTED, JobReason.STOPPED), "the word on the label")
            until(lambda: printer(rig).get("state") == "works", "the printer")
            assert sum(same(piece, draw(LABEL, 576)) for piece in twin.pieces) == 0
            repeat = again(rig, seq)
            until(lambda: result(rig, repeat) == (JobState.PRINTED, ""), "the label")
    assert sum(same(piece, draw(LABEL, 576)) for piece in twin.pieces) == 1


def test_paper_that_is_missing_is_told_and_the_label_comes_when_it_is_back(tmp_path: Path) -> None:
    twin = VirtualPrinter(paper=0)
    with twin.on_tcp() as port:
        rig = Rig(tmp_path, network(port))
        with printing(rig):
            until(lambda: rig.ask("select * from printers where reason = 'paper_out'"), "the word on the paper")
            seq = ask(rig)
            twin.load_paper()
            until(lambda: result(rig, seq) == (JobState.PRINTED, ""), "the label")
            assert printer(rig) == {"state": "works", "reason": ""}


def test_a_file_printer_writes_what_a_printer_would_get(tmp_path: Path) -> None:
    (tmp_path / "printed").mkdir()
    rig = Rig(tmp_path, '[[printers]]\nid = "labels"\nkind = "file"\nfolder = "printed"\nwidth = 384\n')
    with printing(rig):
        seq = ask(rig)
        until(lambda: result(rig, seq) == (JobState.PRINTED, ""), "the file")
    with Image.open(tmp_path / "printed" / f"job-{seq}.png") as picture:
        assert picture.tobytes() == draw(LABEL, 384).tobytes()


@pytest.mark.parametrize(("printers", "wanted"), [("", 1), (network(9100), 0)])
def test_a_box_without_a_printer_has_no_such_process(tmp_path: Path, printers: str, wanted: int) -> None:
    rig = Rig(tmp_path, printers)
    command = [sys.executable, "-m", "edge", "run", "print", "--config", str(rig.toml)]
    assert subprocess.run([*command, "--wanted"], check=False).returncode == wanted
    if wanted:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (done.returncode, "[[printers]]" in done.stderr) == (EX_CONFIG, True)


def test_a_second_process_does_not_begin(tmp_path: Path) -> None:
    twin = VirtualPrinter()
    with twin.on_tcp() as port:
        rig = Rig(tmp_path, network(port))
        with printing(rig):
            until(lambda: rig.ask("select * from printers where state = 'works'"), "the printer")
            second = [sys.executable, "-m", "edge", "run", "print", "--config", str(rig.toml)]
            done = subprocess.run(second, capture_output=True, text=True, check=False)
    assert (done.returncode, "another print already runs" in done.stderr) == (EX_CONFIG, True)
