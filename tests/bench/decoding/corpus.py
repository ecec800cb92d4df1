"""Pictures with known codes, from a folder of corpora or from the synthetic camera, and how a reading is scored."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edge.codes.symbology import Symbology
from firmware_bridge.decode.engines.upc_ean import upce_to_upca
from tests.bench.decoding import camera

Gray = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
Reading = tuple[Symbology, bytes]

LONGEST = 1280  # pixels: photographs are brought to the size of a camera frame
ENCODINGS = ("utf-8", "cp932", "latin-1", "gb18030", "euc_jp")  # a code's bytes may be any of its text's
BRACKETS = b"()\x1d"  # round GS1 identifiers, in some texts and not in others
DATABAR = re.compile(rb"01\d{14}")  # of which some corpora give the GTIN alone
CODABAR = re.compile(rb"[A-D]([0-9$:/.+-]+)[A-D]")  # of which some corpora leave out start and stop
DIGITS = frozenset({Symbology.EAN13, Symbology.EAN8, Symbology.UPCA, Symbology.UPCE})
RETAIL = frozenset({"EAN13", "EAN8", "UPCA", "UPCE", "CODE128", "CODE39", "QR", "DATAMATRIX", "MICROQR"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """One picture: `texts` None means nobody knows, empty that nothing may be read; `also` may be, and counts not."""

    corpus: str
    name: str
    symbology: str
    texts: tuple[str, ...] | None
    also: tuple[str, ...]
    gray: Gray


def photographs(root: Path) -> Iterator[Picture]:
    """Every picture of every folder under `root` that has a truth.jsonl."""
    for truth in sorted(root.glob("**/truth.jsonl")):
        for line in truth.read_text("utf-8").splitlines():
            row = json.loads(line)
            yield Picture(
                corpus=str(truth.parent.relative_to(root)).replace("/", "-").replace(".", "_"),
                name=row["file"],
                symbology=row["sym"],
                texts=None if row["texts"] is None else tuple(row["texts"]),
                also=tuple(row.get("also") or ()),
                gray=_loaded(truth.parent / row["file"]),
            )


def synthetic(per: int, seed: str) -> Iterator[Picture]:
    """`per` frames of each kind of code, degradation and level; the same for the same seed."""
    for how, levels in (camera.DEGRADATIONS | camera.NEGATIVES).items():
        for level in levels:
            for kind in camera.KINDS if how != "empty" else camera.KINDS[:1]:
                for n in range(per):
                    yield _taken(kind, how, level, camera.seeded(seed, how, level, kind, n), f"{kind}-{level}-{n}")


def _taken(kind: Symbology, how: str, level: float, rng: np.random.Generator, name: str) -> Picture:
    text = camera.text_for(kind, rng)
    gray = camera.empty(rng) if how == "empty" else camera.photograph(kind, text, how, level, rng)
    negative = how in camera.NEGATIVES
    return Picture(
        corpus=f"synthetic-{how}",
        name=name,
        symbology="NONE" if negative else kind.upper(),
        texts=() if negative else (text,),
        also=(text,) if how == "cut" else (),
        gray=gray,
    )


def score(picture: Picture, readings: list[Reading]) -> tuple[bool, bool]:
    """Whether the code was read, and whether anything else was."""
    if picture.texts is None:
        return False, False
    true, allowed = _spellings(picture.texts), _spellings(picture.also)
    told = {_spelled(*reading) for reading in readings}
    return bool(told & true), bool(told - true - allowed)


def _spelled(symbology: Symbology, data: bytes) -> bytes:
    """UPC-E, UPC-A and EAN-13 of one number are the same reading."""
    if symbology is Symbology.UPCE and len(data) == 8:
        data = upce_to_upca(data)
    if symbology in DIGITS and len(data) == 12:
        data = b"0" + data
    data = data.replace(b"\r\n", b"\n").strip(b"\n").translate(None, BRACKETS)
    if within := CODABAR.fullmatch(data):
        return within[1]
    return data[2:] if DATABAR.fullmatch(data) else data


def _spellings(texts: tuple[str, ...]) -> set[bytes]:
    out: set[bytes] = set()
    for text in texts:
        for encoding in ENCODINGS:
            try:
                out.add(_spelled(Symbology.QR, text.encode(encoding)))
            except UnicodeEncodeError:
                continue
        if text.isascii() and text.isdigit():
            out |= {_spelled(Symbology.EAN13, text.encode()), _spelled(Symbology.UPCE, text.encode())}
            if len(text) == 8:
                out.add(b"0" + upce_to_upca(text.encode()))
    return out


def _loaded(path: Path) -> Gray:
    gray = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if gray is None:
        raise OSError(f"{path} is no picture")
    longest = max(gray.shape)
    if longest > LONGEST:
        gray = cv2.resize(gray, None, fx=LONGEST / longest, fy=LONGEST / longest, interpolation=cv2.INTER_AREA)
    return np.ascontiguousarray(gray, dtype=np.uint8)
