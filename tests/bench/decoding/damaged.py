"""What damaged labels are read as: in one look, and held before the camera for two seconds.

`./dev bench decode --part damage --seed SEED` draws 1,000 scratched, blotted, crinkled, covered and worn labels and 200
spliced ones. A label takes 1.1 s of a processor (x86): fifteen minutes on two that had other things to do. Each wrong
text is shown with its label, which is drawn anew from the seed and its name. What is tried out on one seed is to be told
from another.
"""

import multiprocessing
import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from edge.codes.symbology import Symbology
from firmware_bridge.decode import known_codes
from firmware_bridge.decode.cascade import RETAIL_SYMBOLOGIES, Decoder, DecodeSettings
from firmware_bridge.decode.detection import BelievedCode
from firmware_bridge.decode.temporal_dedup import TemporalDedup, codes_after_frame
from tests.bench.decoding.damage import Case, Label, cases, held, label

ASKED = RETAIL_SYMBOLOGIES | {Symbology.ITF, Symbology.CODABAR}
FRAMES = 10  # looks a label is held for
BETWEEN = 0.2  # seconds between two of them
UNHURRIED = 60.0  # seconds of budget: a busy machine must not change what is read
EMPTY = np.full((24, 24), 128, np.uint8)
PROCESSES = 2
TELL = 100  # labels between two lines of progress
SPLICED = "patched"

_decoders: list[Decoder] = []  # of this process: one is made once


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What was read of one label: `once` in one look, `held` in all of them; `wrong` are texts that are not its own."""

    name: str
    text: str
    once: bool
    once_wrong: tuple[str, ...]
    held: bool
    held_wrong: tuple[str, ...]


def told(label: Label, decoder: Decoder, seed: str, frames: int = FRAMES) -> Told:
    """One label before the lens, which showed an empty counter before."""
    for _ in range(known_codes.REMEMBERED_FRAMES + 1):
        decoder.read(EMPTY)
    state, readings, first = TemporalDedup(), list[BelievedCode](), None
    for n, gray in enumerate(held(label, frames, seed)):
        found = decoder.read(gray, deep=True)
        first = found if first is None else first
        state, new = codes_after_frame(state, found, n * BETWEEN)
        readings += new
    once, once_wrong = _judged(label, (f for f in first or () if f.sure))
    after, after_wrong = _judged(label, readings)
    return Told(name=label.name, text=label.text, once=once, once_wrong=once_wrong, held=after, held_wrong=after_wrong)


def _judged(label: Label, found: Iterable[BelievedCode]) -> tuple[bool, tuple[str, ...]]:
    own, wrong = False, []
    for code in found:
        if (code.symbology, code.data) == (label.kind, label.text.encode()):
            own = True
        else:
            wrong.append(f"{code.symbology} {code.data.decode('latin-1')}")
    return own, tuple(wrong)


def _one(case: Case) -> tuple[Case, Told]:
    if not _decoders:
        cv2.setNumThreads(1)
        _decoders.append(Decoder(DecodeSettings(symbologies=ASKED, budget=UNHURRIED)))
    return case, told(label(case), _decoders[0], case.seed)


def _all(every: list[Case]) -> Iterator[tuple[Case, Told]]:
    os.environ["OMP_NUM_THREADS"] = "1"  # as the camera's decoder has it, see `contained`
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        yield from pool.imap(_one, every, chunksize=4)


def measured(per: int, seed: str) -> dict[str, float]:
    """`decode.damage[.<damage>].*`: per cent read, and labels with a wrong text; all but the spliced in `damage`."""
    tally: Counter[tuple[str, str]] = Counter()
    for n, (case, result) in enumerate(_all(list(cases(per, seed))), 1):
        groups = [f"damage.{case.how}"]
        if case.how != SPLICED:
            groups += ["damage", f"damage.{case.kind}"]
        for group in groups:
            tally[group, "labels"] += 1
            for name in ("once", "once_wrong", "held", "held_wrong"):
                tally[group, name] += bool(getattr(result, name))
        if result.once_wrong or result.held_wrong:
            print(
                f"  wrong: {result.name} of seed {seed}, {result.text}: in one look {', '.join(result.once_wrong) or '-'}; "
                f"held {', '.join(result.held_wrong) or '-'}",
                flush=True,
            )
        if n % TELL == 0:
            wrong = [tally["damage", name] for name in ("once_wrong", "held_wrong")]
            print(f"  {n} labels, of those not spliced told wrong {wrong[0]}, {wrong[1]}", flush=True)
    groups = sorted({group for group, _ in tally})
    for group in groups:
        count = tally[group, "labels"]
        print(
            f"{group:24}{count:>6} labels, one look {100 * tally[group, 'once'] / count:.1f} % "
            f"w{tally[group, 'once_wrong']}, held {100 * tally[group, 'held'] / count:.1f} % w{tally[group, 'held_wrong']}"
        )
    figures: dict[str, float] = {}
    for group in groups:
        count = tally[group, "labels"]
        figures |= {
            f"decode.{group}.labels": count,
            f"decode.{group}.once.read": 100 * tally[group, "once"] / count,
            f"decode.{group}.once.wrong": tally[group, "once_wrong"],
            f"decode.{group}.held.read": 100 * tally[group, "held"] / count,
            f"decode.{group}.held.wrong": tally[group, "held_wrong"],
        }
    return figures
