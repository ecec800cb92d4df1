"""Codes read a second: products and GS1 labels, each text met once, as at a till; the AI table beside GS1's file."""

import argparse
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from edge.codes.check_digits import mod10_digit
from edge.codes.code_rules import CheckScheme, CodeRules, InStoreRule, IssuerRule, PriceCheck
from edge.codes.gs1.dictionary import DICTIONARY_ENTRIES, DICTIONARY_RELEASE
from edge.codes.parse import parse_code
from edge.codes.parsed_code import Product
from tests.gs1_dictionary import entries

SEED = 20_260_401  # the same codes on every machine
CODES = 20_000  # a second's worth at the EAN target
ROUNDS = 3  # the best counts: others use the machine too
TARGETS = {"codes.ean_per_s": 20_000, "codes.gs1_per_s": 3_000}
GS = "\x1d"
PUBLISHED = Path("../shared/data/gs1/gs1-syntax-dictionary.txt")

# Rules as a chain has them, so that every product is first held against each of them.
RULES = CodeRules(
    issuers=(
        IssuerRule(issuer="club", prefix="28", lengths=(13,), check=CheckScheme.MOD10),
        IssuerRule(issuer="old", lengths=(10,), check=CheckScheme.DR7, start_stop="AA"),
        IssuerRule(issuer="partner", prefix="P", characters="alphanumeric"),
    ),
    badges=(IssuerRule(issuer="staff", prefix="99", lengths=(8,)),),
    in_store=(InStoreRule(name="fresh", mask="02IIIIIVPPPPC", price_check=PriceCheck.GS1_4),),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print both figures beside their targets; with --json write them as one flat object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, help="file for the figures")
    options = parser.parse_args(arguments)
    figures = measured()
    for name, value in figures.items():
        print(f"{name:18} {value:10,.0f}  target {TARGETS[name]:,}")
    print(dictionary())
    if options.json:
        options.json.write_text(json.dumps(figures, indent=2) + "\n")
    return 0


def measured() -> dict[str, float]:
    """Both figures by their names."""
    dice = random.Random(SEED)
    return {
        "codes.ean_per_s": rate([ean(dice) for _ in range(CODES)], "]E0"),
        "codes.gs1_per_s": rate([label(dice) for _ in range(CODES)], "]C1"),
    }


def dictionary() -> str:
    """Whether the AI table is what GS1's published file says, if a copy of that is beside the repository."""
    if not PUBLISHED.exists():
        return f"GS1's dictionary {DICTIONARY_RELEASE}: not compared, {PUBLISHED.name} is not in {PUBLISHED.parent}"
    release, lines = entries(PUBLISHED.read_text())
    same = set(lines.splitlines()) & set(DICTIONARY_ENTRIES.strip().splitlines())
    return f"GS1's dictionary {DICTIONARY_RELEASE}: {len(same)} of {len(lines.splitlines())} entries as in release {release}"


def ean(dice: random.Random) -> bytes:
    """A JAN-13 of Japan."""
    body = f"4{dice.choice('59')}{dice.randrange(2, 10)}{dice.randrange(10**9):09}"
    return f"{body}{mod10_digit(body)}".encode()


def label(dice: random.Random) -> bytes:
    """A food label: GTIN, net weight, expiry, lot and serial, two of them ended by GS."""
    body = f"94{dice.randrange(2, 10)}{dice.randrange(10**10):010}"
    expiry = f"27{dice.randrange(1, 13):02}{dice.randrange(0, 29):02}"
    parts = f"01{body}{mod10_digit(body)}3103{dice.randrange(10**5):06}17{expiry}"
    return f"{parts}10L{dice.randrange(10**6)}{GS}21{dice.randrange(10**10)}".encode()


def rate(codes: list[bytes], aim: str) -> float:
    """Codes a second in the best round; ends the bench if one is no product, as that would be no measurement."""
    best = 0.0
    for _ in range(ROUNDS):
        start = time.perf_counter()
        meanings = [parse_code(code, aim=aim, rules=RULES) for code in codes]
        best = max(best, len(codes) / (time.perf_counter() - start))
        if not all(isinstance(meaning, Product) for meaning in meanings):
            sys.exit("bench codes: a generated code was not read as a product")
    return best


if __name__ == "__main__":
    sys.exit(main())
