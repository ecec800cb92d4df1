"""A video file as a camera sees a shop: an empty counter, then a code held before the lens, and again."""

from pathlib import Path

import cv2
import numpy as np
import zxingcpp

FPS = 10
SIZE = (1280, 720)
EMPTY_S, HELD_S = 3.0, 2.0  # the empty stretch is longer than the hold time, so that each round is a scan of its own


def _scene(seed: int) -> np.ndarray:
    """An empty counter: a soft light and the camera's own noise."""
    noise = np.random.default_rng(seed).normal(0, 3, (SIZE[1], SIZE[0]))
    light = np.linspace(150, 190, SIZE[0])[None, :]
    return np.clip(light + noise, 0, 255).astype(np.uint8)


def _label(text: str) -> np.ndarray:
    """A price tag with an EAN-13, white paper around it."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.EAN13)
    drawn = np.array(code.to_image(scale=3), dtype=np.uint8)
    bars = cv2.resize(drawn, (420, 200), interpolation=cv2.INTER_NEAREST)
    return cv2.copyMakeBorder(bars, 40, 40, 40, 40, cv2.BORDER_CONSTANT, value=255)


def write(path: Path, text: str, rounds: int = 1) -> None:
    """Write the film (Motion JPEG in AVI); each round shows the empty counter, then the tag."""
    film = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, SIZE)
    label = _label(text)
    height, width = label.shape
    top, left = (SIZE[1] - height) // 2, (SIZE[0] - width) // 2
    for frame in range(int(rounds * (EMPTY_S + HELD_S) * FPS)):
        scene = _scene(frame)
        if frame % int((EMPTY_S + HELD_S) * FPS) >= EMPTY_S * FPS:
            scene[top : top + height, left : left + width] = label
        film.write(cv2.cvtColor(cv2.GaussianBlur(scene, (3, 3), 0), cv2.COLOR_GRAY2BGR))
    film.release()
