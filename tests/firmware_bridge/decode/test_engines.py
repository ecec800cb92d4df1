"""Each engine says what it sees in our words."""

from typing import Any

import cv2
import numpy as np
import pytest
import segno
import zxingcpp

from edge.codes.symbology import Symbology
from firmware_bridge.decode.cascade import RETAIL_SYMBOLOGIES, Decoder, DecodeSettings, engines
from firmware_bridge.decode.detection import Detection
from firmware_bridge.decode.engines.opencv import OpencvBars, OpencvQr
from firmware_bridge.decode.engines.plausibility import normalized_if_plausible
from firmware_bridge.decode.engines.zbar import Zbar
from firmware_bridge.decode.engines.zxing import Zxing
from firmware_bridge.decode.symbology_kinds import ADD_ONS

F = zxingcpp.BarcodeFormat
EVERY = frozenset(Symbology)


def drawn(text: str, fmt: zxingcpp.BarcodeFormat, scale: int = 3) -> np.ndarray:
    return np.pad(np.array(zxingcpp.create_barcode(text, fmt).to_image(scale=scale)), 40, constant_values=255)


def photographed(label: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(label, (0, 0), 0.8))  # OpenCV's detector misses edges without any blur


def qr(text: str | bytes, **how: Any) -> np.ndarray:
    matrix = np.array([list(row) for row in segno.make(text, **how).matrix_iter(scale=4, border=4)])
    return np.where(matrix, 0, 255).astype(np.uint8)


def believed(sightings: tuple[Detection, ...]) -> list[tuple[Symbology, bytes]]:
    return [(s.symbology, s.data) for seen in sightings if (s := normalized_if_plausible(seen))]


PRINTED = [
    (Symbology.EAN13, F.EAN13, "4901234567894", "]E0"),
    (Symbology.EAN8, F.EAN8, "49123456", "]E4"),
    (Symbology.UPCA, F.UPCA, "036000291452", "]E0"),
    (Symbology.UPCE, F.UPCE, "01234565", "]E0"),
    (Symbology.CODE128, F.Code128, "Hello-12", "]C0"),
    (Symbology.CODE39, F.Code39, "ABC-123", "]A0"),
    (Symbology.ITF, F.ITF, "12345678", "]I0"),
    (Symbology.CODABAR, F.Codabar, "A1234567B", "]F0"),
]


@pytest.mark.parametrize(("symbology", "fmt", "text", "aim"), PRINTED)
@pytest.mark.parametrize("engine", [Zxing, Zbar])
def test_a_printed_code_is_said_the_same_by_both_engines(
    engine: type[Zxing] | type[Zbar], symbology: Symbology, fmt: zxingcpp.BarcodeFormat, text: str, aim: str
) -> None:
    (seen,) = engine({symbology}).read(drawn(text, fmt))
    assert believed((seen,)) == [(symbology, text.encode())]
    assert seen.aim == aim


@pytest.mark.parametrize(("symbology", "text"), [(Symbology.EAN13, "4901234567894"), (Symbology.UPCA, "036000291452")])
def test_opencv_reads_the_two_it_can_be_trusted_with(symbology: Symbology, text: str) -> None:
    fmt = F.EAN13 if symbology is Symbology.EAN13 else F.UPCA
    assert believed(OpencvBars(EVERY).read(photographed(drawn(text, fmt)))) == [(symbology, text.encode())]


def test_opencv_is_never_asked_for_an_ean_8() -> None:
    assert OpencvBars(EVERY).read(photographed(drawn("49123456", F.EAN8))) == ()


@pytest.mark.parametrize(
    "data", ["日本語テスト".encode(), "日本語テスト".encode("cp932"), bytes([0, 1, 2, 255, 254, 29])]
)
def test_a_qr_gives_its_bytes_whatever_their_encoding(data: bytes) -> None:
    picture = qr(data, mode="byte", micro=False)
    for name in ("zxing", "zxing quick", "zxing global", "zbar"):
        assert believed(engines(RETAIL_SYMBOLOGIES)[name].read(picture)) == [(Symbology.QR, data)], name


def test_opencv_gives_a_qr_only_where_it_leaves_the_bytes_alone() -> None:
    read = OpencvQr(RETAIL_SYMBOLOGIES).read
    assert believed(read(qr("日本語テスト", encoding="utf-8", micro=False))) == [
        (Symbology.QR, "日本語テスト".encode())
    ]
    assert believed(read(qr("hello", micro=False))) == [(Symbology.QR, b"hello")]
    assert read(qr(bytes([0, 1, 2, 255, 254, 29]), mode="byte", micro=False)) == ()
    assert read(qr("日本語テスト".encode("cp932"), mode="byte", micro=False)) == ()


def test_a_qr_that_names_shift_jis_is_given_in_utf_8() -> None:
    picture = qr("日本語テスト", mode="byte", encoding="shift_jis", eci=True, micro=False)
    assert believed(Zxing(RETAIL_SYMBOLOGIES).read(picture)) == [(Symbology.QR, "日本語テスト".encode())]


def test_a_micro_qr_and_a_data_matrix_are_told_from_a_qr() -> None:
    assert believed(Zxing(RETAIL_SYMBOLOGIES).read(qr("AB12", micro=True))) == [(Symbology.MICRO_QR, b"AB12")]
    assert believed(Zxing(RETAIL_SYMBOLOGIES).read(drawn("AB12", F.DataMatrix))) == [(Symbology.DATAMATRIX, b"AB12")]


def test_what_was_not_asked_for_is_not_read() -> None:
    for name, engine in engines({Symbology.DATAMATRIX}).items():
        for _, fmt, text, _ in PRINTED:
            assert engine.read(drawn(text, fmt)) == (), name
        assert engine.read(qr("hello", micro=False)) == (), name


def test_corners_lie_on_the_code() -> None:
    picture = np.full((400, 800), 255, np.uint8)
    label = photographed(drawn("4901234567894", F.EAN13))
    picture[60 : 60 + label.shape[0], 300 : 300 + label.shape[1]] = label
    dark = np.argwhere(picture < 128)
    (top, left), (bottom, right) = dark.min(0), dark.max(0)
    for name in ("zxing", "zbar", "opencv bars"):
        ((seen),) = engines(RETAIL_SYMBOLOGIES)[name].read(picture)
        assert all(left - 40 <= x <= right + 40 and top - 40 <= y <= bottom + 40 for x, y in seen.corners), name


def with_add_on(text: str, beside: str) -> np.ndarray:
    """An EAN-13 with an add-on of two digits, drawn by hand: nobody's writer makes them."""
    odd = [f"{seven:07b}" for seven in (13, 25, 19, 61, 35, 49, 47, 59, 55, 11)]
    even = ["".join("10"[int(bit)] for bit in reversed(seven)) for seven in odd]
    parity = (("odd", "odd"), ("odd", "even"), ("even", "odd"), ("even", "even"))[int(beside) % 4]
    first, second = ((odd if p == "odd" else even)[int(d)] for p, d in zip(parity, beside, strict=True))
    bits = "1011" + first + "01" + second
    bars = np.repeat(np.where(np.array([int(b) for b in bits]), 0, 255).astype(np.uint8), 3)
    label = np.array(zxingcpp.create_barcode(text, F.EAN13).to_image(scale=3))
    dark = np.argwhere(label < 128)
    bottom, right = dark.max(0)
    out = np.full((label.shape[0] + 40, right + 30 + len(bars) + 60), 255, np.uint8)
    out[20 : 20 + label.shape[0], : right + 1] = label[:, : right + 1]
    out[40 : 20 + bottom, right + 30 : right + 30 + len(bars)] = bars
    return np.pad(out, ((0, 0), (40, 0)), constant_values=255)


def test_an_add_on_is_a_reading_of_its_own_when_asked_for() -> None:
    picture = with_add_on("4901234567894", "07")
    assert believed(Zxing({Symbology.EAN13}).read(picture)) == [(Symbology.EAN13, b"4901234567894")]
    assert {(s.symbology, s.data, s.aim) for s in Zxing({Symbology.EAN13} | ADD_ONS).read(picture)} == {
        (Symbology.EAN13, b"4901234567894", "]E0"),
        (Symbology.EAN2, b"07", "]E1"),
    }


def test_an_add_on_comes_through_the_ladder_beside_its_code() -> None:
    asked = DecodeSettings(symbologies=RETAIL_SYMBOLOGIES | ADD_ONS, patient=True)
    found = {(f.symbology, f.data) for f in Decoder(asked).read(with_add_on("4901234567894", "07"))}
    assert found == {(Symbology.EAN13, b"4901234567894"), (Symbology.EAN2, b"07")}
