"""The block that tops, dresses and coats are cut from, as a pattern maker has one: torso, sleeves, neck."""

import math
from dataclasses import dataclass
from typing import Literal

from sync.hq.sample.draw.line import Point, at, lens, whole
from sync.hq.sample.draw.sheet import Sheet

MIDDLE = 450
SHORT = 250  # a sleeve up to this long has no elbow to fold at
Neck = Literal["crew", "v", "boat", "open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Half widths from the middle line, heights from the top."""

    neck: float = 56
    neck_y: float = 92
    drop: float = 40  # how deep the neck is in front
    v: bool = False
    shoulder: float = 178
    shoulder_y: float = 144
    chest: float = 168
    armpit_y: float = 318
    waist: float = 166
    hem: float = 172
    bottom: float = 656
    sag: float = 14  # how much lower the hem is in the middle

    @property
    def armhole(self) -> str:
        """The left armhole from the shoulder down."""
        x, y = MIDDLE - self.shoulder, self.shoulder_y
        return f"C{x + 20:g} {y + 52:g} {x + 22:g} {y + 112:g} {MIDDLE - self.chest:g} {self.armpit_y:g}"


def torso(b: Block) -> str:
    """The closed outline of the front."""
    shoulder = f"M{MIDDLE} {b.neck_y + b.drop:g} {_neckline(b)}"
    across = (b.neck + b.shoulder) / 2
    slope = f"C{MIDDLE - across + 20:g} {b.neck_y + 22:g} {MIDDLE - across - 24:g} {b.shoulder_y - 14:g}"
    tip = f"{MIDDLE - b.shoulder:g} {b.shoulder_y:g}"
    waist_y = b.armpit_y + (b.bottom - b.armpit_y) * 0.45
    side = (
        f"C{MIDDLE - b.chest:g} {b.armpit_y + 60:g} {MIDDLE - b.waist:g} {waist_y - 50:g} {MIDDLE - b.waist:g}"
        f" {waist_y:g}"
        f"C{MIDDLE - b.waist:g} {waist_y + 60:g} {MIDDLE - b.hem:g} {b.bottom - 90:g} {MIDDLE - b.hem:g}"
        f" {b.bottom - 16:g}"
    )
    corner = (
        f"C{MIDDLE - b.hem:g} {b.bottom - 4:g} {MIDDLE - b.hem + 4:g} {b.bottom:g} {MIDDLE - b.hem + 16:g}"
        f" {b.bottom + 2:g}"
    )
    hem = (
        f"C{MIDDLE - b.hem * 0.6:g} {b.bottom + b.sag * 0.8:g} {MIDDLE - b.hem * 0.3:g} {b.bottom + b.sag:g}"
        f" {MIDDLE} {b.bottom + b.sag:g}"
    )
    return whole(f"{shoulder} {slope} {tip} {b.armhole} {side} {corner} {hem}")


def _neckline(b: Block) -> str:
    """From the middle of the front up to the shoulder."""
    bottom, x = b.neck_y + b.drop, MIDDLE - b.neck
    if b.v:
        return (
            f"C{MIDDLE - b.neck * 0.3:g} {bottom - b.drop * 0.34:g} {x + 6:g} {b.neck_y + b.drop * 0.3:g} {x:g}"
            f" {b.neck_y:g}"
        )
    return f"C{MIDDLE - b.neck * 0.62:g} {bottom:g} {x + 4:g} {b.neck_y + b.drop * 0.62:g} {x:g} {b.neck_y:g}"


def neck_edge(b: Block, out: float = 0) -> str:
    """The open line of the neck from shoulder to shoulder, `out` units outside of it."""
    bottom, x = b.neck_y + b.drop + out, MIDDLE - b.neck - out
    y = b.neck_y + out * 0.1
    if b.v:
        bottom += out * 0.5
        left = (
            f"M{x:g} {y:g}C{x + 6:g} {b.neck_y + b.drop * 0.3:g} {MIDDLE - b.neck * 0.3 - out * 0.6:g}"
            f" {bottom - b.drop * 0.34:g} {MIDDLE} {bottom:g}"
        )
        right = (
            f"C{MIDDLE + b.neck * 0.3 + out * 0.6:g} {bottom - b.drop * 0.34:g} {WIDE - x - 6:g}"
            f" {b.neck_y + b.drop * 0.3:g} {WIDE - x:g} {y:g}"
        )
        return left + right
    left = (
        f"M{x:g} {y:g}C{x + 4:g} {b.neck_y + b.drop * 0.62:g} {MIDDLE - b.neck * 0.62 - out * 0.5:g} {bottom:g}"
        f" {MIDDLE} {bottom:g}"
    )
    return left + (
        f"C{MIDDLE + b.neck * 0.62 + out * 0.5:g} {bottom:g} {WIDE - x - 4:g} {b.neck_y + b.drop * 0.62:g}"
        f" {WIDE - x:g} {y:g}"
    )


WIDE = 2 * MIDDLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Arm:
    """A left sleeve: its outline, the line across at its end, and its axis from shoulder to end."""

    outline: str
    axis: tuple[Point, Point]
    out: Point
    inner: Point


def sleeve(b: Block, *, length: float, width: float, angle: float = 17, puff: float = 0) -> Arm:
    """A left sleeve, `length` along its axis, `width` half across its end, hanging `angle` degrees from the body."""
    turn = math.radians(angle)
    along, aside = (-math.sin(turn), math.cos(turn)), (-math.cos(turn), -math.sin(turn))
    tip = (MIDDLE - b.shoulder, b.shoulder_y)
    pit = (MIDDLE - b.chest, b.armpit_y)
    root = ((tip[0] + pit[0]) / 2 - 20, (tip[1] + pit[1]) / 2 - 40)
    end = (root[0] + along[0] * length, root[1] + along[1] * length)
    out = (end[0] + aside[0] * width, end[1] + aside[1] * width)
    inner = (end[0] - aside[0] * width, end[1] - aside[1] * width)
    back = min(0.55 * length, 240)
    outline = (
        f"M{at(tip)}C{at((tip[0] - 40 - puff, tip[1] + 16 - puff / 2))} "
        f"{at((out[0] - along[0] * back - puff, out[1] - along[1] * back))} {at(out)}"
        f"L{at(inner)}C{at((inner[0] - along[0] * back * 0.5, inner[1] - along[1] * back * 0.5))} "
        f"{at((pit[0] - 14, pit[1] + min(60, length * 0.1)))} {at(pit)}"
        f"C{at((tip[0] + 22, tip[1] + 112))} {at((tip[0] + 20, tip[1] + 52))} {at(tip)}Z"
    )
    return Arm(outline=outline, axis=(root, end), out=out, inner=inner)


def along(arm: Arm, share: float) -> tuple[Point, Point]:
    """The two points across a sleeve at a `share` of the way from its end (0) to its root (1)."""
    (rx, ry), (ex, ey) = arm.axis
    dx, dy = (rx - ex) * share, (ry - ey) * share
    return (arm.out[0] + dx, arm.out[1] + dy), (arm.inner[0] + dx, arm.inner[1] + dy)


def body_folds(sheet: Sheet, b: Block) -> tuple[list[str], list[str]]:
    """Hollows and ridges of a hanging front: from the armpits inwards, and down to the hem."""
    dice = sheet.dice
    dark, bright = [], []
    for side in (-1, 1):
        x, y = MIDDLE + side * b.chest, b.armpit_y
        for turn in (0.5, 0.85):
            end = (x - side * dice.randint(50, 90), y + dice.randint(70, 150) * turn)
            dark.append(lens((x + side * 6, y - 30), end, dice.randint(8, 13), side * 10))
        low = (MIDDLE + side * (b.hem - dice.randint(20, 50)), b.bottom + 6)
        dark.append(lens((x - side * 26, y + 70), low, dice.randint(11, 16), side * dice.randint(10, 26)))
        bright.append(lens((x - side * 52, y + 40), (low[0] - side * 26, b.bottom + 6), dice.randint(9, 14), side * 18))
    for x in range(int(MIDDLE - b.hem * 0.55), int(MIDDLE + b.hem * 0.6), 62):
        start = (x + dice.randint(-14, 14), b.bottom - dice.randint(90, 230))
        dark.append(
            lens(start, (start[0] + dice.randint(-18, 18), b.bottom + 14), dice.randint(5, 10), dice.randint(-8, 8))
        )
        bright.append(lens((start[0] + 22, start[1] + 30), (start[0] + 26, b.bottom + 14), dice.randint(4, 8)))
    return dark, bright


def arm_folds(sheet: Sheet, arm: Arm) -> tuple[list[str], list[str]]:
    """Hollows and ridges of a left sleeve: along it, and across at the elbow."""
    dice = sheet.dice
    dark, bright = [], []
    (rx, ry), (ex, ey) = arm.axis
    dark.append(lens((rx + 34, ry + 60), (ex + 22, ey - 6), 13, -14))
    bright.append(lens((rx - 16, ry + 20), (ex - 12, ey - 16), 11, 8))
    long = math.hypot(ex - rx, ey - ry) > SHORT
    for share in (0.3, 0.48, 0.6) if long else (0.5,):
        one, two = along(arm, share + dice.uniform(-0.04, 0.04))
        dark.append(lens((two[0] + 8, two[1] + 6), (one[0] + 20, one[1] + dice.randint(-34, 4)), dice.randint(4, 8), 6))
        bright.append(
            lens((two[0] + 4, two[1] + 26), (one[0] + 30, one[1] + dice.randint(-6, 20)), dice.randint(4, 6), 6)
        )
    return dark, bright
