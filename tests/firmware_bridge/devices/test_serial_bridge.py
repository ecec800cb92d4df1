"""From a real pty to a committed row: what a serial scanner sends is written down, and its loss and return are reported."""

import os
import re
import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.firmware_bridge.rig import Rig, noren, until


@pytest.fixture
def rig(tmp_path: Path) -> Rig:
    return Rig(tmp_path).serial(baud=115200)


def working(rig: Rig, *, since: str = "") -> None:
    until(lambda: rig.device().get("state") == "works" and rig.device()["since"] > since, "the scanner to work")


def test_a_scan_is_written_down_with_all_the_scanner_said(rig: Rig) -> None:
    with rig.scanner(), rig.bridge():
        working(rig)
        rig.send(b"]E04901234567894")
        row = until(lambda: rig.ask("select * from scans"), "the scan")[0]
    assert (row["data"], row["aim"], row["symbology"]) == (b"4901234567894", "]E0", "ean13")
    assert (row["station"], row["device"], row["seq"]) == ("kiosk-1", "gun", 1)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", row["time"])
    device = rig.device()
    assert (device["kind"], device["readings"], device["last_reading"]) == ("serial", 1, row["time"])
    assert rig.told() == []


def test_binary_empty_and_oversized_codes_are_kept_and_disturb_nothing(rig: Rig) -> None:
    odd = bytes(byte for byte in range(256) if byte not in b"\r\n")
    with rig.scanner(), rig.bridge():
        working(rig)
        for code in (odd, b"", b"x" * 6000, b"49123456"):
            rig.send(code)
        until(lambda: len(rig.scanned()) == 3, "three scans")
    assert rig.scanned() == [odd, b"x" * 4097, b"49123456"]


def test_a_lost_byte_shortens_a_code_and_never_invents_one(rig: Rig) -> None:
    with rig.scanner(), rig.bridge():
        working(rig)
        rig.tell(fault="drop", every=5)
        rig.send(b"4901234567894")
        rig.tell(fault="none")
        rig.send(b"4901234567894")
        until(lambda: len(rig.scanned()) == 2, "two scans")
    assert rig.scanned() == [b"49013456894", b"4901234567894"]


def test_a_scanner_that_pauses_inside_a_code_is_waited_for(rig: Rig) -> None:
    with rig.scanner(), rig.bridge():
        working(rig)
        rig.tell(fault="stall", seconds=1.2)
        rig.send(b"4901234567894")
        until(rig.scanned, "the scan")
    assert rig.scanned() == [b"4901234567894"]


def test_silence_ends_a_code_of_a_scanner_without_suffix(rig: Rig) -> None:
    rig.serial(framing="idle", idle_ms=300)
    with rig.scanner(), rig.bridge():
        working(rig)
        for code in (b"49123456", b"\xff\x00one\r\ntwo"):
            rig.send(code)
            until(lambda code=code: code in rig.scanned(), "the scan")
    assert rig.scanned() == [b"49123456", b"\xff\x00one\r\ntwo"]


def test_noise_outside_stx_and_etx_is_counted_as_refused(rig: Rig) -> None:
    rig.serial(framing="stx")
    with rig.scanner(), rig.bridge():
        working(rig)
        rig.send(b"49123456")
        rig.send(b"\x0249123456\x03")
        until(rig.scanned, "the scan")
        until(lambda: rig.device()["refused"] == 1, "the refusal")
    assert rig.scanned() == [b"49123456"]


def test_a_scanner_that_is_not_there_at_first_is_told_once_and_waited_for(rig: Rig) -> None:
    with rig.bridge():
        until(lambda: rig.device().get("state") == "lost", "the loss")
        assert rig.device()["detail"] == "not_found"
        with rig.scanner():
            working(rig)
            rig.send(b"49123456")
            until(rig.scanned, "the scan")
    assert rig.told()[:2] == [("device.lost", "not_found"), ("device.back", "")]


def test_pulling_the_plug_and_putting_it_back_is_told_once_each_way(rig: Rig) -> None:
    with rig.scanner(), rig.bridge():
        for nth in range(1, 4):
            working(rig)
            assert rig.tell(fault="vanish", seconds=3600) == {"ok": True}
            until(lambda nth=nth: len(rig.told()) == 2 * nth - 1, "the loss")
            assert rig.tell(fault="none") == {"ok": True}
            until(lambda nth=nth: len(rig.told()) == 2 * nth, "the return")
            rig.send(b"scan %d" % nth)
            until(lambda nth=nth: len(rig.scanned()) == nth, "the scan")
    assert rig.told() == [("device.lost", "unplugged"), ("device.back", "")] * 3
    assert rig.scanned() == [b"scan 1", b"scan 2", b"scan 3"]


def test_a_line_somebody_else_reads_is_busy(rig: Rig, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Rig(tmp_path / "other")
    other.toml.write_text(rig.toml.read_text().replace('path = "', 'path = "../'))
    with rig.scanner(), rig.bridge():
        working(rig)
        with other.bridge():
            until(lambda: other.device().get("detail") == "busy", "the scanner to be busy")


def test_what_is_no_serial_line_is_told_as_the_wrong_kind(rig: Rig) -> None:
    rig.link.parent.mkdir()
    rig.link.write_bytes(b"a file")
    with rig.bridge():
        until(lambda: rig.device().get("detail") == "wrong_kind", "the wrong kind")


def test_with_no_devices_the_bridge_lives_idle_and_forgets_devices_of_before(tmp_path: Path) -> None:
    rig = Rig(tmp_path).serial()
    with rig.bridge():
        until(rig.device, "the device")
    rig = Rig(tmp_path)
    with rig.bridge() as process:
        until(lambda: not rig.device(), "the device to be forgotten")
        assert process.poll() is None
    assert process.returncode == 0


def test_it_ends_in_peace_when_asked(rig: Rig) -> None:
    with rig.scanner() as scanner, rig.bridge() as bridge:
        working(rig)
    assert (bridge.returncode, scanner.returncode) == (0, 0)
    assert not rig.link.is_symlink()
    assert not rig.control.exists()


def test_a_second_bridge_of_the_same_store_does_not_begin(rig: Rig, capfd: pytest.CaptureFixture[str]) -> None:
    with rig.bridge():
        until(rig.device, "the first bridge")
        with noren("run", "bridge", "--config", str(rig.toml)) as second:
            assert second.wait(60) == 78
    assert "another bridge already runs" in capfd.readouterr().err


def test_without_a_store_the_bridge_says_what_to_do(rig: Rig, capfd: pytest.CaptureFixture[str]) -> None:
    (rig.data / "store.db").unlink()
    with noren("run", "bridge", "--config", str(rig.toml)) as bridge:
        assert bridge.wait(60) == 78
    assert "noren migrate" in capfd.readouterr().err


def test_what_people_scan_is_not_in_the_log(rig: Rig, capfd: pytest.CaptureFixture[str]) -> None:
    with rig.scanner(), rig.bridge():
        working(rig)
        rig.send(b"SECRET-4711")
        until(rig.scanned, "the scan")
    said = capfd.readouterr().err
    assert "scan 1 at kiosk-1 by gun: 11 bytes" in said
    assert "4711" not in said


def test_a_loss_before_a_kill_is_not_told_again_after_it(rig: Rig) -> None:
    for _ in range(2):
        with rig.bridge() as bridge:
            until(lambda: rig.device().get("state") == "lost", "the loss")
            bridge.kill()
            bridge.wait()
    with ExitStack() as stack:
        stack.enter_context(rig.scanner())
        bridge = stack.enter_context(rig.bridge())
        working(rig)
        os.kill(bridge.pid, signal.SIGKILL)
    assert rig.told() == [("device.lost", "not_found"), ("device.back", "")]


def test_a_bridge_without_cameras_holds_no_opencv_in_its_memory(rig: Rig) -> None:
    with rig.scanner(), rig.bridge() as bridge:
        working(rig)
        maps = Path(f"/proc/{bridge.pid}/maps").read_text()
    assert "sqlite" in maps
    assert "cv2" not in maps
    assert "zxingcpp" not in maps


@pytest.mark.parametrize("ending", ["cr", "lf", "crlf", "tab", "etx", "none"])
def test_whatever_a_scanner_ends_its_codes_with_is_found_by_its_first_scans(rig: Rig, ending: str) -> None:
    codes = [b"4901234567894", b"M12345678", b"BEGIN:VCARD\r\nFN:\tA\rEND:VCARD", b"49123456"]
    with rig.scanner(), rig.bridge():
        working(rig)
        assert rig.tell(ending=ending) == {"ok": True}
        for nth, code in enumerate(codes, 1):
            rig.send(code)
            until(lambda nth=nth: len(rig.scanned()) == nth, "the scan")
        until(lambda: rig.device()["ending"], "the ending to be noted")
    assert rig.scanned() == codes
    device = rig.device()
    assert (device["readings"], device["refused"], device["refused_in_a_row"]) == (4, 0, 0)
    assert device["heard"] == sum(len(code) + {"crlf": 2, "etx": 2, "none": 0}.get(ending, 1) for code in codes)


@pytest.mark.parametrize("known", [0, 3])
def test_cards_that_come_off_the_line_together_are_a_scan_each(rig: Rig, known: int) -> None:
    before = [b"4901234567894", b"49123456", b"4901234567894"][:known]
    cards = [b"A3812345670B", b"AB-1234-56", b"HN000123", b"4901234567894"]
    with rig.scanner(), rig.bridge():
        working(rig)
        for nth, code in enumerate(before, 1):
            rig.send(code)
            until(lambda nth=nth: len(rig.scanned()) == nth, "the scan")
        rig.send(b"\r".join(cards))  # no silence between them, as when the line is read late
        until(lambda: len(rig.scanned()) == known + len(cards), "the cards")
    assert rig.scanned() == before + cards
    assert rig.device()["refused"] == 0


def test_a_scan_in_two_pieces_is_one_and_half_a_scan_is_counted_with_its_reason(rig: Rig) -> None:
    rig.serial(framing="stx", baud=115200)
    with rig.scanner(), rig.bridge():
        working(rig)
        rig.send(b"49123456")
        until(lambda: rig.device()["refused"] == 1, "the refusal")
    device = rig.device()
    assert (device["why"], device["refused_in_a_row"], device["readings"]) == ("outside", 1, 0)
