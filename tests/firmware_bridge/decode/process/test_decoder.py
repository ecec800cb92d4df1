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

from edge.codes.symbology import Symbology
from firmware_bridge.decode.cascade import DecodeSettings
from firmware_bridge.decode.detection import BelievedCode
from firmware_bridge.decode.engines.fault_injection import Fault
from firmware_bridge.decode.process import messages
from firmware_bridge.decode.process.decoder import FRAME_BUFFER_BYTES, MAX_DEATHS, DecoderLost, ProcessDecoder
from firmware_bridge.decode.process.messages import FrameAnswer
from tests.firmware_bridge.decode.impostors import LIES, OWNED, chatterer, liar, shrinker, silent

TEXT = b"4901234567894"


def label() -> np.ndarray:
    barcode = zxingcpp.create_barcode(TEXT.decode(), zxingcpp.BarcodeFormat.EAN13)
    return np.array(barcode.to_image(scale=3))


def fault(kind: Fault) -> np.ndarray:
    return np.full((120, 160), kind, np.uint8)


@pytest.fixture
def decoder() -> Iterator[ProcessDecoder]:
    # a busy machine must not change what is read
    with ProcessDecoder(DecodeSettings(rehearse=True, budget=60.0)) as decoder:
        yield decoder


def test_a_hang_costs_one_frame() -> None:
    with ProcessDecoder(DecodeSettings(rehearse=True, hang=2.0)) as decoder:
        assert decoder.read(fault(Fault.HANG)) == ()
        assert dict(decoder.lost) == {"it hung": 1}
        assert decoder.read(fault(Fault.ABORT)) == ()
        assert "it crashed with signal 6" in decoder.lost


def test_a_code_is_read_one_process_away(decoder: ProcessDecoder) -> None:
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
def test_a_fault_costs_one_frame(decoder: ProcessDecoder, kind: Fault, cause: str) -> None:
    assert decoder.read(fault(kind)) == ()
    assert [f.data for f in decoder.read(label())] == [TEXT]
    assert dict(decoder.lost) == {cause: 1}


def test_a_fault_that_comes_again_is_told_once_and_counted(
    decoder: ProcessDecoder, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        for _ in range(3):
            decoder.read(fault(Fault.ABORT))
            decoder.read(label())
    assert [r.getMessage() for r in caplog.records] == [
        "the decoder process ended and is started anew, one frame is lost: it crashed with signal 6"
    ]
    assert decoder.lost.total() == 3


def test_a_decoder_that_dies_on_every_frame_is_given_up(decoder: ProcessDecoder) -> None:
    for _ in range(MAX_DEATHS - 1):
        decoder.read(fault(Fault.ABORT))
    with pytest.raises(DecoderLost, match="died 5 times"):
        decoder.read(fault(Fault.ABORT))


def test_chatter_of_the_engines_is_counted_and_reaches_no_log(
    decoder: ProcessDecoder, capfd: pytest.CaptureFixture[str]
) -> None:
    decoder.read(fault(Fault.CHATTER))
    decoder.read(fault(Fault.CHATTER))
    assert decoder.noise == 2000
    assert capfd.readouterr().err == ""


def test_a_child_killed_between_frames_costs_one_frame(decoder: ProcessDecoder) -> None:
    decoder.read(label())
    os.kill(decoder.pid, signal.SIGKILL)
    assert decoder.read(label()) == ()
    assert [f.data for f in decoder.read(label())] == [TEXT]


def test_frames_of_any_size_follow_one_another(decoder: ProcessDecoder) -> None:
    for height, width in ((720, 1280), (1, 1), (480, 640), (2160, 3840)):
        assert decoder.read(np.full((height, width), 200, np.uint8)) == ()
    assert not decoder.lost


def test_a_frame_over_the_limit_is_refused_by_its_size(decoder: ProcessDecoder) -> None:
    with pytest.raises(ValueError, match="70000 x 1000 is larger"):
        decoder.read(np.broadcast_to(np.uint8(0), (1000, 70000)))
    assert FRAME_BUFFER_BYTES < 70_000_000


@pytest.mark.parametrize("lie", LIES)
def test_a_child_that_lies_is_killed_and_nothing_it_sent_is_run(
    lie: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    owned = tmp_path / "owned"
    monkeypatch.setenv(OWNED, str(owned))
    monkeypatch.setenv("NOREN_TEST_LIE", lie)
    with ProcessDecoder(child=liar) as decoder:
        before = decoder.pid
        assert decoder.read(label()) == ()
        assert not psutil.pid_exists(before)
        assert decoder.pid != before
    assert dict(decoder.lost) == {"it sent what is no answer": 1}
    assert [r.getMessage() for r in caplog.records] == [
        "the decoder process ended and is started anew, one frame is lost: it sent what is no answer"
    ]
    assert not owned.exists()


def test_a_child_that_closes_its_line_and_lives_on_is_killed() -> None:
    with ProcessDecoder(child=silent) as decoder:
        before = decoder.pid
        assert decoder.read(label()) == ()
        assert not psutil.pid_exists(before)


def test_the_last_words_of_a_child_are_short_and_plain() -> None:
    with ProcessDecoder(child=chatterer) as decoder:
        decoder.read(label())
    (cause,) = decoder.lost
    assert cause == "it ended with code 0: " + "y" * 100


def test_a_child_cannot_take_the_shared_memory_away() -> None:
    with ProcessDecoder(child=shrinker) as decoder:
        decoder.read(label())
        decoder.read(label())
        assert decoder.noise == 7
    assert not decoder.lost


def test_of_a_picture_full_of_codes_the_first_are_told() -> None:
    one, two = messages.socket_pair()
    found = [
        BelievedCode(symbology=Symbology.QR, aim="]Q1", data=bytes(7000), corners=((0, 0),) * 4, stage="r")
        for _ in range(70)
    ]
    two.send(messages.encode_answer(found, unfinished=True, noise=3))
    heard = messages.receive_from_child(one)
    assert isinstance(heard, FrameAnswer)
    assert heard.unfinished
    assert heard.found == tuple(found[: len(heard.codes)])
    assert 8 <= len(heard.codes) <= 9
    one.close()
    two.close()


def test_nothing_is_left_behind() -> None:
    before = set(Path("/proc/self/fd").iterdir())
    with ProcessDecoder() as decoder:
        pid = decoder.pid
        decoder.read(label())
    assert not psutil.pid_exists(pid)
    assert len(set(Path("/proc/self/fd").iterdir())) == len(before)
