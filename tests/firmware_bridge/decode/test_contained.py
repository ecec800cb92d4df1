"""A crash or a hang of native code costs one frame."""

import logging
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
import zxingcpp

from firmware_bridge.decode.contained import DEATHS, FRAME, ContainedDecoder, DecoderLost
from firmware_bridge.decode.ladder import DecodeSettings
from firmware_bridge.decode.rehearsal import Fault

TEXT = b"4901234567894"


def label() -> np.ndarray:
    barcode = zxingcpp.create_barcode(TEXT.decode(), zxingcpp.BarcodeFormat.EAN13)
    return np.array(barcode.to_image(scale=3))


def fault(kind: Fault) -> np.ndarray:
    return np.full((120, 160), kind, np.uint8)


@pytest.fixture
def decoder() -> Iterator[ContainedDecoder]:
    with ContainedDecoder(DecodeSettings(rehearse=True)) as decoder:
        yield decoder


def test_a_hang_costs_one_frame() -> None:
    with ContainedDecoder(DecodeSettings(rehearse=True, hang=2.0)) as decoder:
        assert decoder.read(fault(Fault.HANG)) == ()
        assert dict(decoder.lost) == {"it hung": 1}
        assert decoder.read(fault(Fault.ABORT)) == ()
        assert "it crashed with signal 6" in decoder.lost


def test_a_code_is_read_one_process_away(decoder: ContainedDecoder) -> None:
    assert [f.data for f in decoder.read(label())] == [TEXT]
    assert decoder.pid != os.getpid()


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (Fault.ABORT, f"it crashed with signal {signal.SIGABRT.value}"),
        (Fault.SEGMENT, f"it crashed with signal {signal.SIGSEGV.value}"),
        (Fault.RAISE, "it ended with code 1: ValueError: rehearsed"),
    ],
)
def test_a_fault_costs_one_frame(decoder: ContainedDecoder, kind: Fault, cause: str) -> None:
    assert decoder.read(fault(kind)) == ()
    assert [f.data for f in decoder.read(label())] == [TEXT]
    assert dict(decoder.lost) == {cause: 1}


def test_a_fault_that_comes_again_is_told_once_and_counted(
    decoder: ContainedDecoder, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            decoder.read(fault(Fault.ABORT))
            decoder.read(label())
    assert [r.getMessage() for r in caplog.records] == [
        "the decoder lost a frame and starts again: it crashed with signal 6"
    ]
    assert decoder.lost.total() == 3


def test_a_decoder_that_dies_on_every_frame_is_given_up(decoder: ContainedDecoder) -> None:
    for _ in range(DEATHS - 1):
        decoder.read(fault(Fault.ABORT))
    with pytest.raises(DecoderLost, match="died 5 times"):
        decoder.read(fault(Fault.ABORT))


def test_chatter_of_the_engines_is_counted_and_reaches_no_log(
    decoder: ContainedDecoder, capfd: pytest.CaptureFixture[str]
) -> None:
    decoder.read(fault(Fault.CHATTER))
    decoder.read(fault(Fault.CHATTER))
    assert decoder.noise == 2000
    assert capfd.readouterr().err == ""


def test_a_child_killed_between_frames_costs_one_frame(decoder: ContainedDecoder) -> None:
    decoder.read(label())
    os.kill(decoder.pid, signal.SIGKILL)
    assert decoder.read(label()) == ()
    assert [f.data for f in decoder.read(label())] == [TEXT]


def test_frames_of_any_size_follow_one_another(decoder: ContainedDecoder) -> None:
    for height, width in ((720, 1280), (1, 1), (480, 640), (2160, 3840)):
        assert decoder.read(np.full((height, width), 200, np.uint8)) == ()
    assert not decoder.lost


def test_a_frame_over_the_limit_is_refused_by_its_size(decoder: ContainedDecoder) -> None:
    with pytest.raises(ValueError, match="70000 x 1000 is larger"):
        decoder.read(np.broadcast_to(np.uint8(0), (1000, 70000)))
    assert FRAME < 70_000_000


def test_nothing_is_left_behind() -> None:
    before = set(Path("/proc/self/fd").iterdir())
    with ContainedDecoder() as decoder:
        pid = decoder.pid
        decoder.read(label())
    assert not psutil.pid_exists(pid)
    assert len(set(Path("/proc/self/fd").iterdir())) == len(before)
