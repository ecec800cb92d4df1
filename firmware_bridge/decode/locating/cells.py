"""Cells of a frame: whatever is searched all over a frame is searched in squares of a few pixels, as masks of 0 and 1."""

import cv2
import numpy as np

from firmware_bridge.decode.detection import Gray

CELL_PX = 8  # pixels of the frame per cell, each way: a module is finer, a code wider


def crop_to_cells(gray: Gray) -> Gray:
    """A frame (uint8, H x W) without the right and lower pixels that fill no cell."""
    height, width = gray.shape
    return gray[: height // CELL_PX * CELL_PX, : width // CELL_PX * CELL_PX]


def remove_thin_regions(mask: cv2.typing.MatLike) -> cv2.typing.MatLike:
    """Without what is one cell thin. OpenCV's own opening shifts everything by a cell if its square is even."""
    square = np.ones((2, 2), np.uint8)
    return cv2.dilate(cv2.erode(mask, square, anchor=(0, 0)), square, anchor=(1, 1))
