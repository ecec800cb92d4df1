"""What a code held still before the camera for two seconds loses if the processor is so many times slower.

A slower processor is played by clocks that leave so many times less of it: of a look's budget, and of the two seconds.
They are the processor's own, so that other work on the machine takes nothing away.
"""

import time
from collections.abc import Iterable

import cv2
import numpy as np

from edge.codes.symbology import Symbology
from firmware_bridge.decode import known_codes
from firmware_bridge.decode.cascade import (
    BUDGET_RESERVE_S,
    DEFAULT_SETTINGS,
    RETAIL_SYMBOLOGIES,
    Decoder,
    DecodeSettings,
)
from tests.bench.decoding.corpus import Picture, score

HELD = 2.0  # seconds
FACTORS = (1, 3)  # a Raspberry Pi 4's core is about three times slower than the x86 ones measured on
ASKED = RETAIL_SYMBOLOGIES | {
    Symbology.ITF,
    Symbology.CODABAR,
    Symbology.DATABAR,
    Symbology.DATABAR_LIMITED,
    Symbology.DATABAR_EXPANDED,
}
EMPTY = np.full((24, 24), 128, np.uint8)


def measured(pictures: Iterable[Picture], name: str) -> dict[str, float]:
    """`decode.slower.<name>.<factor>`: per cent read in the time that is left at each factor."""
    cv2.setNumThreads(1)
    decoders = {factor: _decoder(factor) for factor in FACTORS}
    read, count = dict.fromkeys(FACTORS, 0), 0
    for picture in pictures:
        count += 1
        for factor, decoder in decoders.items():
            read[factor] += _is_read(decoder, picture, HELD / factor)
    shares = {factor: 100 * each / max(1, count) for factor, each in read.items()}
    for factor, share in shares.items():
        print(f"{name}, {count} pictures held {HELD:.0f} s, a processor {factor} times slower: {share:.1f} % read")
    return {f"decode.slower.{name}.{factor}": share for factor, share in shares.items()}


def _decoder(factor: int) -> Decoder:
    # what is kept back for the way to the other process is no work
    budget, still = (
        (each - BUDGET_RESERVE_S) / factor + BUDGET_RESERVE_S
        for each in (DEFAULT_SETTINGS.budget, DEFAULT_SETTINGS.still)
    )
    return Decoder(DecodeSettings(symbologies=ASKED, budget=budget, still=still), now=time.thread_time)


def _is_read(decoder: Decoder, picture: Picture, seconds: float) -> bool:
    for _ in range(known_codes.REMEMBERED_FRAMES + 1):
        decoder.read(EMPTY)
    until = time.thread_time() + seconds
    found = decoder.read(picture.gray)
    readings = [*found, *decoder.read(picture.gray, deep=True)]
    while decoder.unfinished and time.thread_time() < until:
        readings += decoder.read(picture.gray, again=True)
    return score(picture, [(code.symbology, code.data) for code in readings])[0]
