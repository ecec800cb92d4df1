"""Pictures as a camera would take them: a code on a desk, drawn, with the sensor's noise."""

from pathlib import Path

import cv2
import numpy as np
import zxingcpp

WIDTH, HEIGHT = 1280, 720
FPS = 15


def desk(seed: int = 0) -> np.ndarray:
    """An empty desk: light falls off to the corners, the sensor is never quiet."""
    y, x = np.mgrid[-1 : 1 : HEIGHT * 1j, -1 : 1 : WIDTH * 1j]
    light = 170 - 60 * (x**2 + y**2)
    return np.clip(light + np.random.default_rng(seed).normal(0, 2, light.shape), 0, 255).astype(np.uint8)


def showing(*codes: str, kind: str = "EAN13", seed: int = 0, at: tuple[int, int] = (200, 60)) -> np.ndarray:
    """The desk with codes laid below one another."""
    gray, (x, y) = desk(seed), at
    for text in codes:
        drawn = zxingcpp.create_barcode(text, getattr(zxingcpp.BarcodeFormat, kind)).to_image(scale=4)
        code = np.pad(np.array(drawn), 30, constant_values=255)
        height, width = code.shape
        gray[y : y + height, x : x + width] = code
        y += height + 40
    return gray


def video(path: Path, scenes: list[tuple[float, np.ndarray]]) -> Path:
    """A video file of scenes, each for some seconds."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), FPS, (WIDTH, HEIGHT))
    for seconds, gray in scenes:
        for _ in range(round(seconds * FPS)):
            writer.write(cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR))
    writer.release()
    return path


def picture(path: Path, gray: np.ndarray) -> Path:
    """A picture file that is there whole or not at all."""
    aside = path.with_suffix(".part")
    aside.write_bytes(cv2.imencode(path.suffix, gray)[1].tobytes())
    return aside.rename(path)
