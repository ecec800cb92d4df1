"""What leaves the printer is the picture that went in, cut once; and each way a printer fails is told by name."""

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from edge.features.printing.document import PickupLabel
from edge.features.printing.printer_fault import PrinterFault, PrinterTrouble
from firmware_bridge.printing import escpos
from firmware_bridge.printing.drawing.draw import draw
from firmware_bridge.printing.escpos_printer import EscPosSource, Patience
from firmware_bridge.printing.file_printer import MAX_KEPT_JOBS, FilePrinter
from firmware_bridge.printing.line import Line, open_device, open_network
from firmware_bridge.printing.serial_line import open_serial
from tests.firmware_bridge.printing.virtual_printer import VirtualPrinter
from tests.firmware_bridge.rig import HUNG, until

LABEL = draw(PickupLabel(number="4821", code="noren:o:ord-1", name="サトウ 様", shelf="R-12", zone="冷蔵"), 576)
# a machine that is busy with other tests is no silent printer
PATIENT = Patience(answer=HUNG, look=0.01, stuck=HUNG, done=HUNG)
SHORT = Patience(answer=0.2, look=0.01, stuck=0.2, done=0.2)  # where silence is what the test waits for


def source(
    connect: Callable[[], AbstractContextManager[Line]], patience: Patience = PATIENT, *, answers: bool = True
) -> EscPosSource:
    return EscPosSource(connect=connect, width=576, patience=patience, answers=answers)


def printed(source: EscPosSource, picture: Image.Image = LABEL, *, clear: bool = False) -> list[PrinterFault | None]:
    with source.open() as printer:
        printer.check()
        return list(printer.print(picture, "1", clear=clear))


@contextmanager
def on_network(twin: VirtualPrinter, patience: Patience = PATIENT, *, answers: bool = True) -> Iterator[EscPosSource]:
    with twin.on_tcp() as port:
        yield source(partial(open_network, "127.0.0.1", port), patience, answers=answers)


def same(one: Image.Image, other: Image.Image) -> bool:
    """The same dots, but for the few that are black so that a picture is no command."""
    return one.size == other.size and sum(
        a != b for a, b in zip(one.tobytes(), other.tobytes(), strict=True)
    ) <= commands_in(one)


def commands_in(picture: Image.Image) -> int:
    inverse = bytes(byte ^ 0xFF for byte in picture.tobytes())
    return sum(inverse.count(command) for command in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))


def test_a_label_comes_out_of_a_network_printer_as_it_was_drawn() -> None:
    twin = VirtualPrinter()
    with on_network(twin) as network:
        assert set(printed(network)) == {None}
        printed(network)
    assert (len(twin.pieces), twin.unknown) == (2, 0)
    assert all(same(piece, LABEL) for piece in twin.pieces)


@pytest.mark.parametrize("connect", [open_device, partial(open_serial, baud=115200)], ids=["device", "serial"])
def test_a_label_comes_out_of_a_printer_on_a_line(connect: Callable[[str], AbstractContextManager[Line]]) -> None:
    twin = VirtualPrinter()
    with twin.on_pty() as path:
        printed(source(partial(connect, str(path))))
    (piece,) = twin.pieces
    assert same(piece, LABEL)


@settings(max_examples=30, deadline=None)
@given(
    data=st.binary(min_size=1, max_size=48 * 8), seed=st.sampled_from([b"\x10\x04\x01", b"\x10\x14\x01", b"\x10\x05"])
)
def test_a_picture_is_never_a_command(data: bytes, seed: bytes) -> None:
    row = (data + seed * 48)[: 48 * ((len(data) + 3 * 48) // 48)]
    picture = Image.frombytes("1", (384, len(row) // 48), bytes(byte ^ 0xFF for byte in row))
    raster = b"".join(escpos.encode_picture(picture))
    assert not any(command in raster for command in (b"\x10\x04", b"\x10\x05", b"\x10\x14"))
    twin = VirtualPrinter()
    assert (twin.receive(raster), twin.work()) == (b"", b"")
    (piece,) = twin.pieces
    assert same(picture, piece)


def test_what_is_asked_is_asked_between_bands_only() -> None:
    twin = VirtualPrinter()
    with on_network(twin) as network:
        printed(network)
    assert twin.seen_commands == twin.commands > LABEL.height // escpos.BAND_ROWS


def test_paper_that_ends_in_the_middle_is_waited_for_and_the_label_comes_out_once_and_whole() -> None:
    twin, said = VirtualPrinter(paper=LABEL.height // 2), []
    with on_network(twin) as network, network.open() as printer:
        for fault in printer.print(LABEL, "1", clear=False):
            said.append(fault)
            if said.count(PrinterFault.PAPER_OUT) == 3:
                twin.load_paper()
    assert PrinterFault.PAPER_OUT in said
    (piece,) = twin.pieces
    assert same(piece, LABEL)


@pytest.mark.parametrize(
    ("twin", "why"),
    [
        (VirtualPrinter(paper=0), PrinterFault.PAPER_OUT),
        (VirtualPrinter(cover_open=True), PrinterFault.COVER_OPEN),
        (VirtualPrinter(silent=True), PrinterFault.NO_ANSWER),
        (VirtualPrinter(garbage=b"\xff\xfe"), PrinterFault.WRONG_MODEL),
        (VirtualPrinter(garbage=b"ERROR 17\r\n"), PrinterFault.WRONG_MODEL),
        (VirtualPrinter(gone_after=1), PrinterFault.GONE),
    ],
)
def test_what_is_wrong_before_the_first_dot_is_said(twin: VirtualPrinter, why: PrinterFault) -> None:
    with on_network(twin, SHORT if twin.silent else PATIENT) as network:
        with pytest.raises(PrinterTrouble) as trouble:
            printed(network)
        assert trouble.value.fault is why
    assert twin.pieces == []


def test_a_cable_pulled_in_the_middle_ends_the_job() -> None:
    twin = VirtualPrinter(gone_after=9000)
    with on_network(twin) as network, pytest.raises(PrinterTrouble) as trouble:
        printed(network)
    assert (trouble.value.fault, twin.pieces) == (PrinterFault.GONE, [])


def test_after_a_job_that_broke_off_the_next_one_comes_out_whole_and_by_itself() -> None:
    twin = VirtualPrinter(gone_after=9000)
    with on_network(twin) as network:
        with pytest.raises(PrinterTrouble):
            printed(network)
        twin.plug_in()
        printed(network, clear=True)
    half, whole = twin.pieces
    assert half.height < LABEL.height
    assert same(whole, LABEL)


def test_a_printer_that_does_not_say_when_it_is_done_is_not_believed() -> None:
    twin = VirtualPrinter(never_done=True)
    patience = Patience(answer=HUNG, look=0.01, stuck=HUNG, done=0.2)
    with on_network(twin, patience) as network, pytest.raises(PrinterTrouble) as trouble:
        printed(network)
    assert trouble.value.fault is PrinterFault.NO_ANSWER


def test_a_model_that_never_answers_prints_what_it_is_sent() -> None:
    twin = VirtualPrinter(silent=True)
    with on_network(twin, answers=False) as network:
        printed(network)
        until(lambda: len(twin.pieces) == 1, "the label")


def test_a_slow_printer_prints() -> None:
    twin = VirtualPrinter(slow=0.003)
    with on_network(twin) as network:
        printed(network)
    assert len(twin.pieces) == 1


def test_a_printer_that_takes_nothing_is_said_to_be_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        dots = Image.effect_noise((576, 60_000), 80).convert("1")  # more than the system keeps for a connection
        network = source(partial(open_network, "127.0.0.1", port), SHORT, answers=False)
        with pytest.raises(PrinterTrouble) as trouble, network.open() as printer:
            list(printer.print(dots, "1", clear=False))
    assert trouble.value.fault is PrinterFault.NO_ANSWER


def test_nobody_at_the_address_and_no_device_are_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    plain = tmp_path / "lp0"
    plain.touch()
    for connect, why in (
        (partial(open_network, "127.0.0.1", port), PrinterFault.NOT_FOUND),
        (partial(open_device, str(tmp_path / "lp9")), PrinterFault.NOT_FOUND),
        (partial(open_device, str(plain)), PrinterFault.WRONG_MODEL),
        (partial(open_serial, str(tmp_path / "ttyUSB9"), 9600), PrinterFault.NOT_FOUND),
        (partial(open_serial, str(plain), 9600), PrinterFault.WRONG_MODEL),
    ):
        with pytest.raises(PrinterTrouble) as trouble, connect():
            pass
        assert trouble.value.fault is why


def test_a_file_printer_writes_picture_and_bytes_and_keeps_the_last_ones(tmp_path: Path) -> None:
    printer = FilePrinter(folder=tmp_path, width=576)
    small = Image.new("1", (16, 8), 0)
    with printer.open() as opened:
        list(opened.print(LABEL, "job-1", clear=False))
        list(opened.print(LABEL, "job-1", clear=False))
    assert sorted(file.name for file in tmp_path.iterdir()) == ["job-1.bin", "job-1.png"]
    with Image.open(tmp_path / "job-1.png") as picture:
        assert picture.tobytes() == LABEL.tobytes()
    twin = VirtualPrinter()
    twin.receive((tmp_path / "job-1.bin").read_bytes())
    twin.work()
    assert same(twin.pieces[0], LABEL)
    for number in range(MAX_KEPT_JOBS):
        list(printer.print(small, f"job-2-{number}", clear=False))
    names = {file.name for file in tmp_path.iterdir()}
    assert (len(names), "job-1.png" in names, "job-1.bin" in names) == (2 * MAX_KEPT_JOBS, False, False)


def test_a_file_printer_without_its_folder_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(PrinterTrouble) as trouble, FilePrinter(folder=tmp_path / "away", width=384).open():
        pass
    assert trouble.value.fault is PrinterFault.NOT_FOUND


def test_the_line_is_free_for_others_between_jobs() -> None:
    twin = VirtualPrinter()
    with on_network(twin) as network:
        for _ in range(3):
            printed(network)
    assert (twin.opened, len(twin.pieces)) == (3, 3)
