"""From the first film frame a code can be read in to the answer on the kiosk's page, a camera at 15 frames/s."""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import zxingcpp
from playwright.sync_api import Page

from edge.codes.symbology import Symbology
from edge.demo.stack import DemoCamera, DemoStack
from firmware_bridge.decode.cascade import Decoder, DecodeSettings
from firmware_bridge.decode.detection import Gray
from sync.hq.enrolment.founding import open_headquarters
from tests.bench.decoding.camera import empty, seeded
from tests.bench.scan import WATCH, quantile
from tests.processes import town as towns
from tests.processes.chromium import KIOSK, chromium

FPS = 15
ROUND = 40  # codes in the film, which begins again at its end
LEAD = 45  # frames of the empty counter before the first code
SLIDE = 4  # frames in which a code comes into view, and goes
DIGITS = 16  # cells of the frame's number, black and white, in the upper left corner of each frame
CELL = 24  # pixels of one: 9 in the installer's preview, which is where the bench reads it
NEAR = 10 * FPS  # frames around an appearance whose previews say when it was shown
READABLE = DecodeSettings(budget=60.0)
KINDS = {
    Symbology.EAN13: (zxingcpp.BarcodeFormat.EAN13, 3, 0.6),
    Symbology.CODE128: (zxingcpp.BarcodeFormat.Code128, 2, 0.2),
    Symbology.QR: (zxingcpp.BarcodeFormat.QRCode, 6, 0.2),
}  # format, pixels a module, share of the codes


@dataclass(frozen=True, slots=True, kw_only=True)
class Showing:
    """A code of the film: from frame `first` on it can be read."""

    text: str
    first: int


def label(text: str, kind: Symbology) -> Gray:
    """The code on white paper, as printed."""
    made, scale, _ = KINDS[kind]
    drawn = np.array(zxingcpp.create_barcode(text, made).to_image(scale=scale), np.uint8)
    if kind is not Symbology.QR:
        drawn = cv2.resize(drawn, (drawn.shape[1], 130), interpolation=cv2.INTER_NEAREST)
    return np.pad(drawn, 36, constant_values=255)


def write_film(path: Path, texts: list[str], seed: int) -> list[Showing]:
    """A film of codes that come, are held for 0.6 to 1.2 s and go, 0.4 to 1.2 s apart; what it shows, and when."""
    dice = seeded("film", seed)
    counter = cv2.GaussianBlur(empty(seeded("counter", seed)), (0, 0), 1.5)
    grain = [dice.normal(0, 3, counter.shape) for _ in range(8)]
    height, width = counter.shape
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (width, height))
    decoder, showings, number = Decoder(READABLE), [], 0

    def take(tag: Gray | None, x: int = 0, y: int = 0) -> Gray:
        nonlocal number
        frame = counter.copy()
        if tag is not None:
            x, y = max(0, min(x, width - 1)), max(0, min(y, height - tag.shape[0]))
            part = frame[y : y + tag.shape[0], x : x + tag.shape[1]]
            part[:] = tag[:, : part.shape[1]]
        soft = cv2.GaussianBlur(frame, (0, 0), 0.8).astype(np.float32) + grain[number % len(grain)]
        taken: Gray = np.clip(soft, 0, 255).astype(np.uint8)
        for cell in range(DIGITS):
            taken[:CELL, CELL * cell : CELL * (cell + 1)] = 255 if number >> cell & 1 else 0
        writer.write(cv2.cvtColor(taken, cv2.COLOR_GRAY2BGR))
        number += 1
        return taken

    for _ in range(LEAD):
        take(None)
    for text in texts:
        kind = list(KINDS)[int(dice.choice(len(KINDS), p=[share for *_, share in KINDS.values()]))]
        tag = label(text, kind)
        x, y = 360 + int(dice.integers(0, 200)), 200 + int(dice.integers(0, 160))
        held = int(dice.integers(round(0.6 * FPS), round(1.2 * FPS) + 1))
        way = [x + round((width - x) * step / SLIDE) for step in range(SLIDE, 0, -1)]
        places = [(at, y) for at in way] + [
            (x + int(dice.integers(-3, 4)), y + int(dice.integers(-3, 4))) for _ in range(held)
        ]
        first: int | None = None
        for place in [*places, *((at, y) for at in reversed(way))]:
            frame = take(tag, *place)
            if first is None and any(code.data == text.encode() for code in decoder.read(frame, deep=True)):
                first = number - 1
        assert first is not None, f"{text} cannot be read in the film"
        showings.append(Showing(text=text, first=first))
        for _ in range(int(dice.integers(round(0.4 * FPS), round(1.2 * FPS) + 1))):
            take(None)
    writer.release()
    return showings


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A preview: frame `number` of the film's `round` was taken no later than at `at` (seconds of the wall clock)."""

    round: int
    number: int
    at: float


class Previews:
    """The installer's preview tells which frame the camera has just taken, and its file when.

    What it costs, a small JPEG twice a second, is in the figures.
    """

    def __init__(self, town: DemoStack, device: str) -> None:
        self._folder, self._device = town.data / "preview", device
        self.shots: list[Shot] = []

    def look(self) -> None:
        """Ask for a preview to come, and read the one that is there."""
        (self._folder / f"{self._device}.want").touch()
        try:
            file = (self._folder / f"{self._device}.jpg").open("rb")
        except FileNotFoundError:
            return
        with file:
            at = os.fstat(file.fileno()).st_mtime
            if self.shots and at <= self.shots[-1].at:
                return
            small = cv2.imdecode(np.frombuffer(file.read(), np.uint8), cv2.IMREAD_GRAYSCALE)
        cell = CELL * small.shape[1] / 1280
        middles = [round(cell * (n + 0.5)) for n in range(DIGITS)]
        number = sum((small[round(cell / 2), x] > 128) << n for n, x in enumerate(middles))
        before = self.shots[-1] if self.shots else Shot(round=0, number=0, at=0.0)
        self.shots.append(Shot(round=before.round + (number < before.number), number=int(number), at=at))

    def rounds(self) -> int:
        """How often the film has begun anew."""
        return self.shots[-1].round if self.shots else 0

    def when(self, round_: int, number: int) -> float | None:
        """When a frame was taken; None if no preview is near enough to tell."""
        near = [
            shot.at - shot.number / FPS
            for shot in self.shots
            if shot.round == round_ and abs(shot.number - number) < NEAR
        ]
        return min(near) + number / FPS if len(near) > 3 else None


def shown(town: DemoStack, page: Page, station: str) -> list[tuple[str, float, float]]:
    """Each answer of the page: the code's text, when it was written down, and when it was in the DOM (seconds)."""
    moments: dict[str, float] = page.evaluate("window.shown")
    rows = towns.look(
        town.data / "store.db",
        """select outcomes.seq, scans.data, scans.time from outcomes join scans on scans.seq = outcomes.scan
           where outcomes.log = 'scans' and outcomes.station = ?""",
        (station,),
    )
    return [
        (bytes(data).decode(), datetime.fromisoformat(text).timestamp(), moments[str(seq)] / 1000)
        for seq, data, text in rows
        if str(seq) in moments
    ]


def waits(
    showings: list[Showing], previews: Previews, answers: list[tuple[str, float, float]], begun: float
) -> Iterator[tuple[float, float] | None]:
    """Milliseconds from the first frame to the row of `scans` and to the DOM for each code shown; None: no answer."""
    for round_ in range(previews.rounds()):
        for showing in showings:
            first = previews.when(round_, showing.first)
            if first is None or first < begun:
                continue
            answer = next((a for a in answers if a[0] == showing.text and -0.1 < a[2] - first < 5), None)
            yield (1000 * (answer[1] - first), 1000 * (answer[2] - first)) if answer else None


def measure(codes: int, cameras: int, seed: int, figures: dict[str, float]) -> None:
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        film = Path(folder) / "film.avi"
        town = towns.built(
            Path(folder) / "town", tuple(DemoCamera(station=f"eye{n}", source=film) for n in range(1, cameras + 1))
        )
        showings = write_film(film, _texts(town, seed), seed)
        with towns.up(town):
            page = browser.new_page(viewport={"width": KIOSK[0], "height": KIOSK[1]})
            page.goto(town.url("/kiosk/eye1"))
            page.wait_for_selector(".stage")
            page.evaluate(WATCH)
            previews, begun = Previews(town, "camera-eye1"), time.time() + 3
            rounds = -(-codes // len(showings))
            while previews.rounds() <= rounds:
                previews.look()
                page.wait_for_timeout(100)
            found = list(waits(showings, previews, shown(town, page, "eye1"), begun))
    read = [pair for pair in found if pair is not None]
    for name, values in (("to_scan", [a for a, _ in read]), ("to_dom", [b for _, b in read])):
        figures[f"camera.first_frame_{name}_ms.p50"] = statistics.median(values)
        figures[f"camera.first_frame_{name}_ms.p99"] = quantile(values, 0.99)
    figures["camera.shown"], figures["camera.missed"] = len(found), len(found) - len(read)
    figures["camera.cameras"] = cameras


def _texts(town: DemoStack, seed: int) -> list[str]:
    """Price tags of the chain, in the order of the film."""
    with open_headquarters(town.hq) as db:
        rows = db.conn.execute("select key from rows where feed = 'catalog' and key like '0%' order by key").fetchall()
    picked = seeded("texts", seed).choice(len(rows), ROUND, replace=False)
    return [rows[int(n)][0][1:] for n in picked]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="write the figures here, one flat object")
    parser.add_argument("--codes", type=int, default=120)
    parser.add_argument("--cameras", type=int, default=1, help="cameras on the same film; the first one is measured")
    parser.add_argument("--seed", type=int, default=1)
    words = parser.parse_args()
    print(f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}", flush=True)
    figures: dict[str, float] = {}
    measure(words.codes, words.cameras, words.seed, figures)
    for name, value in sorted(figures.items()):
        print(f"{name:36} {value:10.3f}")
    if words.json:
        words.json.write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
