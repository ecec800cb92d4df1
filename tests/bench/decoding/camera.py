"""A seeded synthetic camera: labels with known text, photographed badly in one way at a time."""

import hashlib
from collections.abc import Callable

import cv2
import numpy as np
import segno
import zxingcpp

from edge.codes.symbology import Symbology

Gray = np.ndarray[tuple[int, int], np.dtype[np.uint8]]
Light = np.ndarray[tuple[int, int], np.dtype[np.float32]]

WIDTH, HEIGHT = 1280, 720  # pixels of a frame, as the cameras of the house give them
PAPER, INK = 230.0, 25.0  # grey of a printed label under shop light
LENS = 0.6  # pixels of blur any lens has
PHOTONS = 4000.0  # electrons of a full white pixel of a cheap sensor in good light
MODULE = 3.0  # pixels of a module, if nothing else is given
DIGITS = "0123456789"
LETTERS = DIGITS + "ABCDEFGHJKLMNPQRSTUVWXYZ"
_MADE = {
    Symbology.EAN13: zxingcpp.BarcodeFormat.EAN13,
    Symbology.EAN8: zxingcpp.BarcodeFormat.EAN8,
    Symbology.UPCA: zxingcpp.BarcodeFormat.UPCA,
    Symbology.CODE128: zxingcpp.BarcodeFormat.Code128,
    Symbology.CODE39: zxingcpp.BarcodeFormat.Code39,
    Symbology.DATAMATRIX: zxingcpp.BarcodeFormat.DataMatrix,
}
KINDS = (*_MADE, Symbology.QR)
LINEAR = frozenset(_MADE) - {Symbology.DATAMATRIX}

# What is done to a frame, and how hard: from what any engine can read to what hardly one can.
DEGRADATIONS: dict[str, tuple[float, ...]] = {
    "clean": (0,),
    "motion": (3, 5, 7),  # pixels
    "defocus": (1.5, 2.5, 3.5),  # pixels, radius
    "lowlight": (150, 50, 20),  # electrons at white
    "glare": (0.15, 0.3, 0.45),  # of the code's width
    "moire": (0.6, 0.3),  # contrast left on a screen
    "perspective": (0.15, 0.3, 0.45),  # of its height one side loses
    "rotation": (15, 30, 45, 90),  # degrees
    "module": (1.2, 1.5, 2.0),  # pixels a module
    "occlusion": (0.15, 0.3, 0.5),  # of the bars' height, or a hundredth part of a matrix
    "shadow": (0.5, 0.25),  # light left in it
    "inverted": (0,),
}
# Nothing may be read here: no code at all, or one whose left part is covered.
NEGATIVES: dict[str, tuple[float, ...]] = {"empty": (0,), "cut": (0.15, 0.3)}


def seeded(*what: object) -> np.random.Generator:
    """The same numbers for the same words, on every machine."""
    return np.random.default_rng(int.from_bytes(hashlib.sha256(repr(what).encode()).digest()[:8], "big"))


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
        case Symbology.CODE39:
            return some(LETTERS, 8)
        case Symbology.QR:
            return "https://shop.example/m/" + some(LETTERS, 24)
        case _:
            return some(LETTERS, 14)


def checked(digits: str) -> str:
    """The digits with their GS1 check digit."""
    total = sum(int(d) * (3, 1)[n % 2] for n, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def label(kind: Symbology, text: str) -> Gray:
    """The code at one pixel a module, 0 and 255, quiet zones included."""
    if kind is Symbology.QR:
        matrix = np.array([list(row) for row in segno.make(text, error="m", micro=False).matrix], np.uint8)
        return np.pad(np.where(matrix, 0, 255).astype(np.uint8), 4, constant_values=255)
    drawn = np.array(zxingcpp.create_barcode(text, _MADE[kind]).to_image(scale=1), np.uint8)
    return np.pad(drawn, ((2, 2), (10, 10)) if kind in LINEAR else 2, constant_values=255)


def photograph(kind: Symbology, text: str, how: str, level: float, rng: np.random.Generator) -> Gray:
    """One frame (uint8, 720 x 1280) with the label in it and one degradation at a level."""
    module = level if how == "module" else MODULE
    drawn = INK + (PAPER - INK) / 255 * label(kind, text).astype(np.float32)
    if how == "inverted":
        drawn = PAPER + INK - drawn
    if how in ("occlusion", "cut"):
        drawn = _covered(drawn, how, level, kind, rng)
    frame, box = _placed(drawn, module, how, level, rng)
    frame = cv2.GaussianBlur(frame, (0, 0), LENS).astype(np.float32)
    if after := _IN_THE_CAMERA.get(how):
        frame = after(frame, level, box, rng)
    return sensed(frame, level if how == "lowlight" else PHOTONS, rng)


def empty(rng: np.random.Generator) -> Gray:
    """A frame of shelf-like clutter without any code."""
    return sensed(cv2.GaussianBlur(_clutter(rng), (0, 0), LENS).astype(np.float32), PHOTONS, rng)


def _clutter(rng: np.random.Generator) -> Light:
    frame = np.full((HEIGHT, WIDTH), int(rng.uniform(60, 190)), np.uint8)
    for _ in range(24):
        x, y, grey = int(rng.integers(0, WIDTH)), int(rng.integers(0, HEIGHT)), float(rng.uniform(20, 240))
        w, h, words = int(rng.integers(30, 320)), int(rng.integers(20, 240)), "".join(rng.choice(list(LETTERS), 12))
        match rng.integers(0, 3):
            case 0:
                cv2.rectangle(frame, (x, y), (x + w, y + h), grey, -1)
            case 1:
                cv2.putText(frame, words, (x, y), cv2.FONT_HERSHEY_SIMPLEX, rng.uniform(0.4, 1.6), grey, 2, cv2.LINE_AA)
            case _:
                for n in range(0, w, 8):
                    cv2.rectangle(frame, (x + n, y), (x + n + int(rng.integers(1, 6)), y + h), grey, -1)
    return frame.astype(np.float32)


def _covered(drawn: Light, how: str, level: float, kind: Symbology, rng: np.random.Generator) -> Light:
    height, width = drawn.shape
    stain = 130 + 30 * rng.standard_normal((height, width)).astype(np.float32)
    out = drawn.copy()
    if how == "cut":
        out[:, : int(width * level)] = stain[:, : int(width * level)]
    elif kind in LINEAR:
        out[: int(height * level)] = stain[: int(height * level)]
    else:
        side = max(1, int(0.1 * height * (level / 0.15) ** 0.5))
        out[-4 - side : -4, -4 - side : -4] = stain[:side, :side]
    return out


def _placed(
    drawn: Light, module: float, how: str, level: float, rng: np.random.Generator
) -> tuple[Light, tuple[float, float, float, float]]:
    """The label on clutter, in perspective; also the middle and size of the code in pixels."""
    height, width = drawn.shape
    w, h = width * module, height * module
    turn = np.radians(level * rng.choice([-1, 1]) if how == "rotation" else rng.uniform(-4, 4))
    cx, cy = WIDTH / 2 + rng.uniform(-60, 60), HEIGHT / 2 + rng.uniform(-40, 40)
    lose = level / 2 if how == "perspective" else 0.0
    near = np.array([[-0.5, -0.5], [0.5, -0.5 + lose], [0.5, 0.5 - lose], [-0.5, 0.5]]) * [w * (1 - lose / 2), h]
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    quad = (near @ spin + [cx, cy]).astype(np.float32)
    # four samples a pixel each way, so that small modules are averaged as a sensor does
    big = cv2.resize(drawn, None, fx=8, fy=8, interpolation=cv2.INTER_NEAREST)
    corners = np.array([[0, 0], [big.shape[1], 0], [big.shape[1], big.shape[0]], [0, big.shape[0]]], np.float32)
    left, top = np.maximum(quad.min(0).astype(int) - 2, 0)
    right, bottom = np.minimum(quad.max(0).astype(int) + 2, (WIDTH, HEIGHT))
    move = cv2.getPerspectiveTransform(corners, ((quad - [left, top]) * 4).astype(np.float32))
    size = (int(right - left) * 4, int(bottom - top) * 4)
    ink = cv2.warpPerspective(big, move, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.ones_like(big), move, size)
    ink, mask = (cv2.resize(x, (size[0] // 4, size[1] // 4), interpolation=cv2.INTER_AREA) for x in (ink, mask))
    frame = _clutter(rng)
    part = frame[top:bottom, left:right]
    part[:] = part * (1 - mask) + ink * mask
    return frame, (cx, cy, w, h)


Box = tuple[float, float, float, float]


def _motion(frame: Light, level: float, box: Box, rng: np.random.Generator) -> Light:
    kernel = np.zeros((15, 15), np.uint8)
    across = np.array([np.cos(a := rng.uniform(-0.5, 0.5)), np.sin(a)]) * level / 2
    ends = [tuple(int(v) for v in np.round((7.5 + sign * across) * 16)) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 255, 1, cv2.LINE_AA, 4)
    return cv2.filter2D(frame, -1, kernel.astype(np.float32) / kernel.sum()).astype(np.float32)


def _defocus(frame: Light, level: float, box: Box, rng: np.random.Generator) -> Light:
    kernel = np.zeros((15, 15), np.uint8)
    cv2.circle(kernel, (7 * 16, 7 * 16), int(level * 16), 255, -1, cv2.LINE_AA, 4)
    return cv2.filter2D(frame, -1, kernel.astype(np.float32) / kernel.sum()).astype(np.float32)


def _glare(frame: Light, level: float, box: Box, rng: np.random.Generator) -> Light:
    cx, cy, w, h = box
    yy, xx = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    x, y, wide = cx + rng.uniform(-0.2, 0.2) * w, cy + rng.uniform(-0.4, 0.4) * h, level * w / 2
    return frame + np.float32(400) * np.exp(-(((xx - x) / wide) ** 2) - ((yy - y) / wide) ** 2)


def _moire(frame: Light, level: float, box: Box, rng: np.random.Generator) -> Light:
    yy, xx = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    beat = sum(
        np.sin(2 * np.pi * (xx * np.cos(a) + yy * np.sin(a)) / rng.uniform(4, 14)) for a in rng.uniform(0, np.pi, 2)
    )
    return ((128 + (frame - 128) * level) * (1 + 0.06 * beat)).astype(np.float32)


def _shadow(frame: Light, level: float, box: Box, rng: np.random.Generator) -> Light:
    yy, xx = np.mgrid[0:HEIGHT, 0:WIDTH]
    angle = rng.uniform(0, np.pi)
    dark = (xx - box[0]) * np.cos(angle) + (yy - box[1]) * np.sin(angle) > 0
    return np.where(dark, frame * level, frame).astype(np.float32)


def sensed(frame: Light, photons: float, rng: np.random.Generator) -> Gray:
    """What a sensor makes of the light: so many electrons at white, and its own noise."""
    electrons = rng.poisson(np.clip(frame, 0, 255) / 255 * photons) + rng.normal(0, 2, frame.shape)
    return np.clip(electrons / photons * 255, 0, 255).astype(np.uint8)


_IN_THE_CAMERA: dict[str, Callable[[Light, float, Box, np.random.Generator], Light]] = {
    "motion": _motion,
    "defocus": _defocus,
    "glare": _glare,
    "moire": _moire,
    "shadow": _shadow,
}
