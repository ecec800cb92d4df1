"""Labels with known text that somebody scratched, crinkled, covered or wore off, held before a camera by a hand."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import zxingcpp

from edge.codes.symbology import Symbology
from firmware_bridge.decode.engines.upc_ean import upce_to_upca
from tests.bench.decoding.camera import DIGITS, INK, LETTERS, PAPER, PHOTONS, Gray, Light, checked, seeded, sensed

WIDTH, HEIGHT = 560, 320  # pixels of a frame: what is around a label only takes time
FINE = 8  # pixels a module has while it is damaged: a scratch is finer than a bar
TALL = 40  # modules of a code's height, unless it is wide: as on a shelf tag
QUIET = 10  # modules of white around it

_MADE = {
    Symbology.EAN13: zxingcpp.BarcodeFormat.EAN13,
    Symbology.EAN8: zxingcpp.BarcodeFormat.EAN8,
    Symbology.UPCA: zxingcpp.BarcodeFormat.UPCA,
    Symbology.UPCE: zxingcpp.BarcodeFormat.UPCE,
    Symbology.CODE128: zxingcpp.BarcodeFormat.Code128,
    Symbology.CODE39: zxingcpp.BarcodeFormat.Code39,
    Symbology.ITF: zxingcpp.BarcodeFormat.ITF,
    Symbology.CODABAR: zxingcpp.BarcodeFormat.Codabar,
}
KINDS = tuple(_MADE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """A damaged label: what it said when it was new, and its picture (0 ink to 1 paper, `FINE_SAMPLES` pixels a module)."""

    kind: Symbology
    text: str
    how: str
    print: Light
    shine: Light
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Which label: drawn the same wherever and whenever it is drawn."""

    seed: str
    how: str
    kind: Symbology
    number: int


def cases(per: int, seed: str) -> Iterator[Case]:
    """`per` labels of each kind and damage."""
    for number in range(per):
        for how in DAMAGES:
            for kind in KINDS:
                yield Case(seed=seed, how=how, kind=kind, number=number)


def label(case: Case) -> Label:
    """The label of a case."""
    how, kind = case.how, case.kind
    rng = seeded(case.seed, how, kind, case.number)
    text = text_for(kind, rng)
    spoilt, shine = DAMAGES[how](drawn(kind, text), kind, text, rng)
    return Label(kind=kind, text=text, how=how, print=spoilt, shine=shine, name=f"{how}-{kind}-{case.number}")


def text_for(kind: Symbology, rng: np.random.Generator) -> str:
    """A text such as a shop prints on this kind of code."""

    def some(letters: str, count: int) -> str:
        return "".join(rng.choice(list(letters), count))

    match kind:
        case Symbology.EAN13:
            return checked("49" + some(DIGITS, 10))
        case Symbology.EAN8:
            return checked("49" + some(DIGITS, 5))
        case Symbology.UPCA:
            return checked("0" + some(DIGITS, 10))
        case Symbology.UPCE:
            six = some(DIGITS[3:], 6)  # no noughts, ones and twos: these are left out in other ways
            return "0" + six + checked(upce_to_upca(f"0{six}0".encode())[:-1].decode())[-1]
        case Symbology.CODE128:
            return some(DIGITS, 12) if rng.random() < 0.5 else some(LETTERS, 10)
        case Symbology.CODE39:
            return some(LETTERS, 8)
        case Symbology.ITF:
            return some(DIGITS, int(rng.choice([8, 10, 12, 14])))
        case _:
            return "A" + some(DIGITS, int(rng.choice([8, 10, 12]))) + "B"


def drawn(kind: Symbology, text: str) -> Light:
    """The label as printed."""
    bars = np.array(zxingcpp.create_barcode(text, _MADE[kind]).to_image(scale=1), np.uint8)[5] / 255.0
    dark = np.flatnonzero(bars < 0.5)
    bars = np.pad(bars[dark[0] : dark[-1] + 1], QUIET, constant_values=1.0)
    tall = max(TALL, len(bars) // 3)
    label = np.pad(np.tile(bars, (tall, 1)), ((3, 3), (0, 0)), constant_values=1.0)
    return label.repeat(FINE, axis=0).repeat(FINE, axis=1).astype(np.float32)


def held(label: Label, frames: int, seed: str) -> Iterator[Gray]:
    """So many frames (uint8, HEIGHT x WIDTH) of a label in a hand that never is quite still."""
    rng = seeded(seed, label.name, "hand")
    module, turn = rng.uniform(1.8, 3.6), rng.uniform(-12, 12)
    module = min(module, (WIDTH - 20) * FINE / label.print.shape[1])
    blur, photons = rng.uniform(0.5, 1.1), rng.uniform(0.1, 1.0) * PHOTONS
    for _ in range(frames):
        yield _seen(
            label,
            module * rng.uniform(0.97, 1.03),
            turn + rng.uniform(-2, 2),
            rng.uniform(-8, 8, 2),
            blur * rng.uniform(0.8, 1.4),
            photons,
            rng,
        )


def _seen(
    label: Label, module: float, turn: float, move: Light, blur: float, photons: float, rng: np.random.Generator
) -> Gray:
    height, width = label.print.shape
    light = label.print * (PAPER - INK) + INK
    light = light + label.shine * np.float32(rng.uniform(0.5, 1.2))  # which fold shines is a matter of the angle
    scale = module / FINE
    soft = cv2.GaussianBlur(np.clip(light, 0, 255), (0, 0), max(0.35 / scale, 0.01))  # a pixel averages what it covers
    to = cv2.getRotationMatrix2D((width / 2, height / 2), turn, scale)
    to[:, 2] += np.array([WIDTH / 2 - width / 2, HEIGHT / 2 - height / 2]) + move
    around = float(rng.uniform(90, 140))
    frame = cv2.warpAffine(soft, to, (WIDTH, HEIGHT), flags=cv2.INTER_LINEAR, borderValue=around)
    return sensed(cv2.GaussianBlur(frame, (0, 0), blur).astype(np.float32), photons, rng)


Damage = Callable[[Light, Symbology, str, np.random.Generator], tuple[Light, Light]]


def _none(ink: Light) -> Light:
    return np.zeros_like(ink)


def _line(mask: Light, rng: np.random.Generator, grey: float) -> None:
    """A stroke across or along the bars, straight or bent."""
    height, width = mask.shape
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    angle = np.pi / 2 + rng.normal(0, 0.15) if rng.random() < 0.5 else rng.uniform(0, np.pi)
    long, bend = rng.uniform(0.4, 2.5) * height, rng.normal(0, 0.12)
    t = np.linspace(-0.5, 0.5, 12)
    xs = x + long * t * np.cos(angle) - bend * long * t**2 * np.sin(angle)
    ys = y + long * t * np.sin(angle) + bend * long * t**2 * np.cos(angle)
    points = np.stack([xs, ys], 1).round().astype(np.int32)
    cv2.polylines(mask, [points], False, grey, int(rng.uniform(0.3, 2.2) * FINE), cv2.LINE_AA)


def _scratched(ink: Light, kind: Symbology, text: str, rng: np.random.Generator) -> tuple[Light, Light]:
    out = ink.copy()
    for _ in range(int(rng.integers(3, 15))):
        _line(out, rng, float(rng.uniform(0.8, 1.0) if rng.random() < 0.65 else rng.uniform(0.0, 0.3)))
    return out, _none(ink)


def _blotted(ink: Light, kind: Symbology, text: str, rng: np.random.Generator) -> tuple[Light, Light]:
    out, (height, width) = ink.copy(), ink.shape
    for _ in range(int(rng.integers(1, 5))):
        at = (int(rng.uniform(0, width)), int(rng.uniform(0, height)))
        size = (int(rng.uniform(1, 6) * FINE), int(rng.uniform(1, 14) * FINE))
        cv2.ellipse(out, at, size, float(rng.uniform(-30, 30)), 0, 360, float(rng.choice([0.05, 0.4, 0.95])), -1)
    return out, _none(ink)


def _crinkled(ink: Light, kind: Symbology, text: str, rng: np.random.Generator) -> tuple[Light, Light]:
    height, width = ink.shape
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    dx, dy, shine = np.zeros_like(ink), np.zeros_like(ink), _none(ink)
    for _ in range(int(rng.integers(2, 7))):
        angle = rng.uniform(0, np.pi)
        way = (xx - rng.uniform(0, width)) * np.cos(angle) + (yy - rng.uniform(0, height)) * np.sin(angle)
        wide, high = rng.uniform(3, 16) * FINE, rng.normal(0, 1.6) * FINE
        fold = high * np.exp(-((way / wide) ** 2))
        dx, dy = dx + np.float32(np.cos(angle)) * fold, dy + np.float32(np.sin(angle)) * fold
        shine += np.float32(rng.uniform(0, 260)) * np.exp(-((way / (rng.uniform(0.3, 1.5) * FINE)) ** 2))
    warped = cv2.remap(
        ink, (xx + dx).astype(np.float32), (yy + dy).astype(np.float32), cv2.INTER_LINEAR, borderValue=1.0
    )
    return np.asarray(warped, np.float32), shine


def _covered(ink: Light, kind: Symbology, text: str, rng: np.random.Generator) -> tuple[Light, Light]:
    """A finger, a price sticker or a fold over a part, from any side."""
    height, width = ink.shape
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    side = rng.choice(4)
    share = rng.uniform(0.2, 0.7)
    angle = side * np.pi / 2 + rng.normal(0, 0.25)
    along = (xx / width - 0.5) * np.cos(angle) + (yy / height - 0.5) * np.sin(angle) + 0.5
    over = (along < share) + np.float32(0)
    texture = cv2.resize(
        rng.uniform(0.25, 0.9, (6, 9)).astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC
    )
    grey = texture if rng.random() < 0.5 else np.float32(rng.choice([0.1, 0.5, 1.0]))
    return (ink * (1 - over) + grey * over).astype(np.float32), _none(ink)


def _worn(ink: Light, kind: Symbology, text: str, rng: np.random.Generator) -> tuple[Light, Light]:
    """Ink rubbed off in patches, and dots of a printing head that no longer burn, all the way down."""
    height, width = ink.shape
    rough = rng.normal(0, 1, (height // FINE, width // FINE)).astype(np.float32)
    patches = cv2.GaussianBlur(rough, (0, 0), float(rng.uniform(0.7, 4)))
    patches = cv2.resize(patches / patches.std(), (width, height), interpolation=cv2.INTER_CUBIC)
    gone = np.clip((patches - rng.uniform(0.2, 1.6)) * 2, 0, 1)
    out = np.asarray(ink + (1 - ink) * gone, np.float32)
    for _ in range(int(rng.integers(0, 4))):
        x, wide = int(rng.uniform(0, width)), int(rng.uniform(0.3, 1.3) * FINE)
        out[:, x : x + wide] = np.maximum(out[:, x : x + wide], 0.9)
    return out, _none(ink)


def _patched(ink: Light, kind: Symbology, text: str, rng: np.random.Generator) -> tuple[Light, Light]:
    """Under half the rows say something else that is as valid."""
    other = drawn(kind, like(kind, text, rng))
    if other.shape != ink.shape:
        return ink, _none(ink)
    out, height = ink.copy(), ink.shape[0]
    rows = int(height * rng.uniform(0.2, 0.45))
    top = int(rng.choice([0, (height - rows) // 2, height - rows]))
    out[top : top + rows] = other[top : top + rows]
    return out, _none(ink)


def like(kind: Symbology, text: str, rng: np.random.Generator) -> str:
    """Another text of the same length, two characters away, that passes as well."""
    while True:
        other = text_for(kind, rng)
        if len(other) == len(text):
            body = list(text)
            for place in rng.choice(np.arange(2, len(text) - 2), 2, replace=False):
                body[place] = other[place]
            mixed = "".join(body)
            fixed = _mended(kind, mixed)
            if fixed != text:
                return fixed


def _mended(kind: Symbology, text: str) -> str:
    match kind:
        case Symbology.EAN13 | Symbology.EAN8 | Symbology.UPCA:
            return checked(text[:-1])
        case Symbology.UPCE:
            return text[:-1] + checked(upce_to_upca(text.encode())[:-1].decode())[-1]
        case _:
            return text


DAMAGES: dict[str, Damage] = {
    "scratched": _scratched,
    "blotted": _blotted,
    "crinkled": _crinkled,
    "covered": _covered,
    "worn": _worn,
    "patched": _patched,
}
