"""Packs nobody photographed: codes bent round bottles, under film, small and soft, moved askew, or hemmed in by print.

All of it is drawn, from what such packs and cameras are known to do, and none of it from the photographs at hand.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import segno
import zxingcpp

from edge.codes.symbology import Symbology
from tests.bench.decoding.camera import DIGITS, HEIGHT, LETTERS, WIDTH, Gray, Light, checked, seeded, sensed
from tests.bench.decoding.corpus import Picture

HALVES = ("development", "hold-out")  # what stages are chosen with, and what they are then measured on, once
FINE = 6  # pixels of artwork a module
SAMPLES = 3  # a pixel each way: a sensor averages what it covers
AROUND = 0.7  # of a code's size, of printed pack around it
QUALITY = (55, 92)  # of JPEG, as cheap cameras send
BARS = (Symbology.EAN13, Symbology.EAN13, Symbology.UPCA, Symbology.EAN8)
DATABARS = (Symbology.DATABAR, Symbology.DATABAR, Symbology.DATABAR_LIMITED, Symbology.DATABAR_EXPANDED)
_MADE = {
    Symbology.EAN13: zxingcpp.BarcodeFormat.EAN13,
    Symbology.EAN8: zxingcpp.BarcodeFormat.EAN8,
    Symbology.UPCA: zxingcpp.BarcodeFormat.UPCA,
    Symbology.DATABAR: zxingcpp.BarcodeFormat.DataBarOmni,
    Symbology.DATABAR_LIMITED: zxingcpp.BarcodeFormat.DataBarLtd,
    Symbology.DATABAR_EXPANDED: zxingcpp.BarcodeFormat.DataBarExp,
}
QUIET = {Symbology.QR: 4, Symbology.EAN8: 7, Symbology.EAN13: 9, Symbology.UPCA: 9}  # modules; DataBar needs one


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """How a pack lies before the camera: pixels a module, turn (radians), and what befalls light and picture."""

    module: float
    turn: float
    bend: Callable[[Light, Light], tuple[Light, Light, Light, Light]]  # pixels to pixels, light's factor and shine
    blur: Callable[[Light], Light]
    photons: float


def pictures(per: int, half: str) -> Iterator[Picture]:
    """`per` pictures of each kind; the same for the same half."""
    for n in range(per):
        for kind in KINDS:
            yield picture(kind, seeded(half, kind, n), f"{kind}-{n}")


def picture(kind: str, rng: np.random.Generator, name: str) -> Picture:
    """One picture of a kind."""
    symbologies, shot, quiet = KINDS[kind]
    symbology = symbologies[int(rng.integers(len(symbologies)))]
    text = text_for(symbology, rng)
    gray = photograph(_artwork(symbology, text, quiet, rng), shot(rng), rng)
    asked = {Symbology.DATABAR_LIMITED: "DATABAR", Symbology.DATABAR_EXPANDED: "DATABAREXP"}
    return Picture(
        corpus=f"packs-{kind}",
        name=name,
        symbology=asked.get(symbology, symbology.upper()),
        texts=(text,),
        also=(),
        gray=gray,
    )


def text_for(symbology: Symbology, rng: np.random.Generator) -> str:
    """A text such as a pack has."""

    def some(letters: str, count: int) -> str:
        return "".join(rng.choice(list(letters), count))

    match symbology:
        case Symbology.EAN13:
            return checked("4" + some(DIGITS, 11))
        case Symbology.EAN8:
            return checked("4" + some(DIGITS, 6))
        case Symbology.UPCA:
            return checked("0" + some(DIGITS, 10))
        case Symbology.DATABAR | Symbology.DATABAR_LIMITED:
            return "(01)" + checked("0" + some(DIGITS, 12))
        case Symbology.DATABAR_EXPANDED:
            return "(01)" + checked("9" + some(DIGITS, 12)) + "(3103)00" + some(DIGITS, 4)
        case _:
            return "https://shop.example/" + some(LETTERS, int(rng.integers(6, 40)))


def photograph(art: Light, shot: Shot, rng: np.random.Generator) -> Gray:
    """One frame (uint8, 720 x 1280) of a pack."""
    frame = _surroundings(rng)
    cx, cy = WIDTH / 2 + rng.uniform(-120, 120), HEIGHT / 2 + rng.uniform(-60, 60)
    reach = np.hypot(*art.shape) / 2 / FINE * shot.module + 20
    left, right = max(0, int(cx - reach)), min(WIDTH, int(cx + reach))
    top, bottom = max(0, int(cy - reach)), min(HEIGHT, int(cy + reach))
    yy, xx = np.mgrid[top * SAMPLES : bottom * SAMPLES, left * SAMPLES : right * SAMPLES].astype(np.float32)
    x, y = (xx + 0.5) / SAMPLES - np.float32(cx), (yy + 0.5) / SAMPLES - np.float32(cy)
    cos, sin = np.float32(np.cos(shot.turn)), np.float32(np.sin(shot.turn))
    u, v, factor, shine = shot.bend(x * cos + y * sin, y * cos - x * sin)
    scale = FINE / shot.module
    at = (u * scale + art.shape[1] / 2).astype(np.float32), (v * scale + art.shape[0] / 2).astype(np.float32)
    soft = cv2.GaussianBlur(art, (0, 0), max(0.3 * scale / SAMPLES, 0.01))
    pack = cv2.remap(soft, *at, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT, borderValue=-1.0)
    lit = np.where(pack < 0, np.float32(0), pack * factor + shine)
    size = (right - left, bottom - top)
    there = cv2.resize((pack >= 0).astype(np.float32), size, interpolation=cv2.INTER_AREA)
    part = frame[top:bottom, left:right]
    part[:] = part * (1 - there) + cv2.resize(lit.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    angle, (down, along) = rng.uniform(0, 2 * np.pi), np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32) / WIDTH
    way = along * np.float32(np.cos(angle)) + down * np.float32(np.sin(angle))
    frame = shot.blur((frame * np.clip(0.8 + rng.uniform(0, 0.6) * way, 0.25, 1.1)).astype(np.float32))
    gray = sensed(np.clip(frame, 0, 255), shot.photons, rng)
    _, sent = cv2.imencode(".jpg", gray, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(*QUALITY))])
    return np.asarray(cv2.imdecode(sent, cv2.IMREAD_GRAYSCALE), np.uint8)


def _ink(symbology: Symbology, text: str) -> Light:
    """The code alone at one pixel a module, 0 ink and 1 paper."""
    if symbology is Symbology.QR:
        matrix = np.array([list(row) for row in segno.make(text, error="m", micro=False).matrix], np.uint8)
        return 1.0 - matrix.astype(np.float32)
    drawn = np.array(zxingcpp.create_barcode(text, _MADE[symbology]).to_image(scale=1), np.uint8) / 255.0
    row = drawn[len(drawn) // 2]
    dark = np.flatnonzero(row < 0.5)
    light = 1 if symbology in DATABARS else 0  # modules its guards begin and end with
    row = np.pad(row[dark[0] : dark[-1] + 1], light, constant_values=1.0)
    return np.tile(row.astype(np.float32), (max(20, len(row) * 2 // 5), 1))


def _artwork(symbology: Symbology, text: str, quiet: bool, rng: np.random.Generator) -> Light:
    """A part of a pack with the code on it (grey, `FINE_SAMPLES` pixels a module)."""
    ink = _ink(symbology, text)
    zone = QUIET.get(symbology, 2) + rng.integers(0, 3) if quiet else rng.integers(0, 2)
    dark, light = rng.uniform(15, 70), rng.uniform(170, 245)
    code = cv2.resize(
        np.pad(ink, int(zone), constant_values=1.0), None, fx=FINE, fy=FINE, interpolation=cv2.INTER_NEAREST
    )
    height, width = code.shape
    tall, wide = int(height * (1 + 2 * AROUND)), int(width * (1 + 2 * AROUND))
    art = np.full((tall, wide), int(rng.uniform(40, 220)), np.uint8)
    top, left = (tall - height) // 2, (wide - width) // 2
    _printed(art, rng, 14, FINE * 7)
    if not quiet:
        _hemmed(art, (left, top, width, height), rng)
    art[top : top + height, left : left + width] = (dark + (light - dark) * code).astype(np.uint8)
    if symbology is not Symbology.QR and rng.random() < 0.7:
        under = top + height - int(zone) * FINE
        cv2.rectangle(art, (left, under), (left + width, under + 9 * FINE), float(light), -1)
        cv2.putText(art, text[:18], (left + 9 * FINE, under + 8 * FINE), FONT, FINE / 4, float(dark), FINE // 3)
    return art.astype(np.float32)


FONT = cv2.FONT_HERSHEY_SIMPLEX


def _printed(art: Gray, rng: np.random.Generator, count: int, size: float) -> None:
    """Words, lines and fields of colour."""
    tall, wide = art.shape
    for _ in range(count):
        x, y, grey = int(rng.integers(wide)), int(rng.integers(tall)), float(rng.uniform(15, 240))
        match rng.integers(3):
            case 0:
                w, h = int(rng.uniform(1, 8) * size), int(rng.uniform(0.3, 4) * size)
                cv2.rectangle(art, (x, y), (x + w, y + h), grey, -1)
            case 1:
                words = "".join(rng.choice(list(LETTERS + "   "), 24))
                tall_letters = float(rng.uniform(0.5, 1.5) * size / 22)
                cv2.putText(art, words, (x, y), FONT, tall_letters, grey, max(1, int(size / 9)), cv2.LINE_AA)
            case _:
                cv2.circle(art, (x, y), int(rng.uniform(0.5, 3) * size), grey, max(1, int(size / 6)), cv2.LINE_AA)


def _hemmed(art: Gray, box: tuple[int, int, int, int], rng: np.random.Generator) -> None:
    """A frame, words, or a dark pack right at a code's edge."""
    left, top, _, height = box
    ground, ink = float(rng.uniform(150, 245)), float(rng.uniform(10, 80))
    match rng.integers(3):
        case 0:
            wide = int(rng.uniform(1, 3) * FINE)
            _field(art, box, 30 * FINE, ground)
            _field(art, box, wide, ink)
        case 1:
            _field(art, box, 12 * FINE, ground)
            for y in range(top - 5 * FINE, top + height + 12 * FINE, 5 * FINE):
                words = "".join(rng.choice(list(LETTERS + "   "), 60))
                cv2.putText(art, words, (left - 12 * FINE, y), FONT, FINE / 5.5, ink, FINE // 2, cv2.LINE_AA)
        case _:
            _field(art, box, 9 * FINE, ink)


def _field(art: Gray, box: tuple[int, int, int, int], around: int, grey: float) -> None:
    left, top, width, height = box
    cv2.rectangle(art, (left - around, top - around), (left + width + around, top + height + around), grey, -1)


def _surroundings(rng: np.random.Generator) -> Light:
    """A shelf or a counter: rough at every size, as photographs are, with other packs' print on it."""
    frame = np.zeros((HEIGHT, WIDTH), np.float32)
    for cells in (3, 6, 12, 24, 48, 96, 192):
        rough = rng.normal(0, 1, (cells * HEIGHT // WIDTH + 1, cells)).astype(np.float32)
        frame += cv2.resize(rough, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC) * np.float32(60 / cells**0.6)
    drawn = np.clip(rng.uniform(70, 160) + frame, 5, 235).astype(np.uint8)
    _printed(drawn, rng, int(rng.integers(4, 90)), float(rng.uniform(14, 40)))
    return cv2.GaussianBlur(drawn, (0, 0), float(rng.uniform(0.6, 3))).astype(np.float32)


Bend = Callable[[Light, Light], tuple[Light, Light, Light, Light]]


def _flat(x: Light, y: Light) -> tuple[Light, Light, Light, Light]:
    return x, y, np.ones_like(x), np.zeros_like(x)


def _round(half: float, aside: float, lean: float, width: float, shine: float) -> Bend:
    """Round a bottle: the code covers `half` radians each way of a point `aside` of the middle; `width` is its pixels."""
    radius = np.float32(width / 2 / half)

    def bend(x: Light, y: Light) -> tuple[Light, Light, Light, Light]:
        across = x / radius + np.float32(np.sin(aside))
        angle = np.arcsin(np.clip(across, -1, 1))
        cos = np.sqrt(np.maximum(1 - across**2, 1e-4))
        u = np.where(np.abs(across) < 0.99, (angle - np.float32(aside)) * radius, np.float32(1e6))
        v = y - np.float32(lean) * radius * (cos - np.float32(np.cos(aside)))
        factor = np.float32(0.35) + np.float32(0.65) * cos
        gloss = np.float32(shine) * np.exp(-(((across - np.float32(0.3)) / np.float32(0.06)) ** 2))
        return u.astype(np.float32), v.astype(np.float32), factor, gloss

    return bend


def _wrinkled(module: float, rng: np.random.Generator) -> Bend:
    """Under film: the film distorts the print, and reflects light where it is tilted towards it."""
    depth, shine, light = rng.uniform(0.5, 1.9) * module, rng.uniform(40, 220), rng.uniform(-0.6, 0.6, 2)
    fields = []
    for wave, part in ((rng.uniform(22, 45), 1.0), (rng.uniform(9, 18), 0.35)):
        cells = (int(HEIGHT / (wave * module)) + 2, int(WIDTH / (wave * module)) + 2)
        fields.append(rng.normal(0, part, (2, *cells)).astype(np.float32))

    def bend(x: Light, y: Light) -> tuple[Light, Light, Light, Light]:
        size = (x.shape[1] // SAMPLES, x.shape[0] // SAMPLES)
        dx, dy = (
            sum((cv2.resize(field[n], size, interpolation=cv2.INTER_CUBIC) for field in fields), np.float32(0))
            for n in (0, 1)
        )
        slope = np.hypot(*(np.gradient(dx + dy)[n] * module * 8 - light[n] for n in (0, 1)))
        gloss = np.float32(shine) * np.exp(-((slope / 0.35) ** 2)).astype(np.float32)
        full = (x.shape[1], x.shape[0])
        dx, dy, gloss = (cv2.resize(each, full, interpolation=cv2.INTER_LINEAR) for each in (dx, dy, gloss))
        return x + np.float32(depth) * dx, y + np.float32(depth) * dy, np.ones_like(x), gloss

    return bend


def _defocused(radius: float) -> Callable[[Light], Light]:
    kernel = np.zeros((31, 31), np.uint8)
    cv2.circle(kernel, (15 * 16, 15 * 16), max(8, int(radius * 16)), 255, -1, cv2.LINE_AA, 4)
    part = kernel.astype(np.float32) / kernel.sum()
    return lambda frame: cv2.filter2D(cv2.GaussianBlur(frame, (0, 0), 0.5), -1, part).astype(np.float32)


def _moved(length: float, angle: float) -> Callable[[Light], Light]:
    kernel = np.zeros((31, 31), np.uint8)
    across = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    ends = [tuple(int(v) for v in np.round((15 + sign * across) * 16)) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 255, 1, cv2.LINE_AA, 4)
    part = kernel.astype(np.float32) / kernel.sum()
    return lambda frame: cv2.filter2D(cv2.GaussianBlur(frame, (0, 0), 0.5), -1, part).astype(np.float32)


def _photons(rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(np.log(300), np.log(5000))))


def _bottle(rng: np.random.Generator) -> Shot:
    module, half = rng.uniform(1.6, 3.4), rng.uniform(0.45, 1.1)
    aside = rng.uniform(-1, 1) * min(0.6, 1.25 - half)
    turn = rng.normal(0, 0.12) + (np.pi / 2 if rng.random() < 0.2 else 0)
    bend = _round(half, aside, rng.uniform(-0.4, 0.4), 95 * module, rng.uniform(0, 150))
    return Shot(module=module, turn=turn, bend=bend, blur=_defocused(rng.uniform(0.5, 1.3)), photons=_photons(rng))


def _film(rng: np.random.Generator) -> Shot:
    module = rng.uniform(2.0, 3.6)
    bend, blur = _wrinkled(module, rng), _defocused(rng.uniform(0.5, 1.3))
    return Shot(module=module, turn=rng.normal(0, 0.2), bend=bend, blur=blur, photons=_photons(rng))


def _small(rng: np.random.Generator) -> Shot:
    module = rng.uniform(1.0, 2.0)
    blur = _defocused(rng.uniform(0.4, 0.75) * module)
    return Shot(module=module, turn=rng.normal(0, 0.12), bend=_flat, blur=blur, photons=_photons(rng))


def _askew(rng: np.random.Generator) -> Shot:
    module, turn = rng.uniform(1.8, 3.2), rng.uniform(-np.pi / 2, np.pi / 2)
    blur = _moved(rng.uniform(1.2, 3.2) * module, turn + rng.uniform(0.15, 1.2) * rng.choice([-1, 1]))
    return Shot(module=module, turn=turn, bend=_flat, blur=blur, photons=_photons(rng))


def _hem(rng: np.random.Generator) -> Shot:
    module = rng.uniform(2.0, 5.0)
    blur = _defocused(rng.uniform(0.2, 0.45) * module)
    return Shot(module=module, turn=rng.normal(0, 0.2), bend=_flat, blur=blur, photons=_photons(rng))


def _databar(rng: np.random.Generator) -> Shot:
    module = rng.uniform(1.6, 3.2)
    blur = _defocused(rng.uniform(0.45, 0.95) * module)
    return Shot(module=module, turn=rng.normal(0, 0.15), bend=_flat, blur=blur, photons=_photons(rng))


KINDS: dict[str, tuple[tuple[Symbology, ...], Callable[[np.random.Generator], Shot], bool]] = {
    "bottle": (BARS, _bottle, True),
    "film": (BARS, _film, True),
    "small": (BARS, _small, True),
    "askew": (BARS, _askew, True),
    "hemmed": ((Symbology.QR,), _hem, False),
    "databar": (DATABARS, _databar, True),
}
