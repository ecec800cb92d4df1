"""The virtual scanner follows its orders, and says why when it cannot."""

import json
import os
import select
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.firmware_bridge.rig import HUNG, Rig, base64_of, noren, until


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    rig = Rig(tmp_path)
    with rig.scanner():
        yield rig


def heard(rig: Rig, size: int) -> bytes:
    line = os.open(rig.link, os.O_RDONLY | os.O_NOCTTY)
    try:
        data = b""
        while len(data) < size and select.select([line], [], [], HUNG)[0]:
            data += os.read(line, size - len(data))
        return data
    finally:
        os.close(line)


def test_what_it_is_told_to_send_comes_out_of_the_line_with_cr(rig: Rig) -> None:
    rig.send(b"49123456")
    rig.send(bytes(range(256)))
    assert heard(rig, 266) == b"49123456\r" + bytes(range(256)) + b"\r"


def test_every_nth_byte_is_dropped_over_all_codes_until_told_otherwise(rig: Rig) -> None:
    rig.tell(fault="drop", every=4)
    rig.send(b"12345")
    rig.send(b"67890")
    rig.tell(fault="none")
    rig.send(b"end")
    assert heard(rig, 13) == b"1235\r6890end\r"


def test_nobody_reading_is_said_and_not_waited_for(rig: Rig) -> None:
    assert rig.tell(send=base64_of(b"x" * 200_000)) == {"error": "nobody reads the line"}


def test_while_it_is_unplugged_there_is_no_link_and_sending_is_refused(rig: Rig) -> None:
    rig.tell(fault="vanish", seconds=600)
    assert not rig.link.is_symlink()
    assert rig.tell(send=base64_of(b"1")) == {"error": "the scanner is unplugged"}
    assert rig.tell(fault="none") == {"ok": True}
    rig.send(b"1")
    assert heard(rig, 2) == b"1\r"


def test_it_comes_back_by_itself(rig: Rig) -> None:
    rig.tell(fault="vanish", seconds=0.2)
    until(rig.link.exists, "the scanner to come back")
    rig.send(b"1")


def test_a_code_cut_by_the_unplugging_does_not_go_on_after_it(rig: Rig) -> None:
    rig.tell(fault="stall", seconds=600)
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(str(rig.control))
        line.sendall(json.dumps({"send": base64_of(b"4901234567894")}).encode() + b"\n")
        until(lambda: heard(rig, 1), "the first half")
        rig.tell(fault="vanish", seconds=0.1)
        assert json.loads(line.makefile().readline()) == {"error": "the scanner is unplugged"}


@pytest.mark.parametrize(
    "line",
    [
        '{"send": 1}',
        '{"fault": "fire"}',
        '{"fault": "drop"}',
        '{"fault": "drop", "every": 0}',
        "{}",
        "[",
        '{"sent": ""}',
    ],
)
def test_an_order_it_does_not_understand_is_answered_with_what_is_expected(rig: Rig, line: str) -> None:
    with socket.socket(socket.AF_UNIX) as control:
        control.connect(str(rig.control))
        control.sendall(line.encode() + b'\n{"fault": "none"}\n')
        answers = control.makefile()
        assert set(json.loads(answers.readline())) == {"error"}
        assert json.loads(answers.readline()) == {"ok": True}


def test_it_starts_again_where_a_killed_one_left_its_link_and_socket(tmp_path: Path) -> None:
    rig = Rig(tmp_path)
    with rig.scanner() as first:
        first.send_signal(signal.SIGKILL)
        first.wait()
    assert rig.link.is_symlink()
    with noren("virtual-scanner", "--link", str(rig.link), "--control", str(rig.control)) as second:
        until(lambda: answers(rig), "the second scanner")
        rig.send(b"1")
        assert heard(rig, 2) == b"1\r"
    assert second.returncode == 0


def answers(rig: Rig) -> bool:
    with socket.socket(socket.AF_UNIX) as line:
        return line.connect_ex(str(rig.control)) == 0


def test_a_socket_path_too_long_for_unix_is_said_plainly(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    far = tmp_path / ("x" * 120)
    with noren("virtual-scanner", "--link", str(tmp_path / "link"), "--control", str(far)) as process:
        assert process.wait(60) == 78
    assert "cannot be the control socket" in capfd.readouterr().err
    assert not (tmp_path / "link").is_symlink()
