"""Codes of a scanner that sends no end: silence separates them, and parts of one code that it separated are joined again.

The length of silence inside a code is not known, so it is learned. A scanner that types a key at a time gets more time before
a code counts as over. If a scanner pauses now and then, what may be a part of a code waits for the rest.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice

from edge.codes import aim_identifiers as identifiers
from edge.codes.completeness import GTIN_LENGTHS, LONGEST_GTIN, is_probably_complete

CODE_START_HOLD_S = 2.0  # seconds for which a possible part waits for the rest: as long as `idle_ms` may be
FULL_GTIN_DIGITS = (
    13  # digits with a check digit that are the beginning of no usual longer code; EAN-8 and UPC-A may be
)
SHORTEST_CODE = 4  # characters; no code of a shop is shorter, a part of one is
STEADY_CODES = 20  # codes in one part after which less silence is tried
PAUSE_FORGOTTEN_AFTER = 200  # whole codes in one part after which a pause inside one is forgotten
FORGET_FACTOR = 10  # times as many, each time it comes back
MAX_PAUSE_MEMORY = 20_000  # of them at most
MAX_PARTS = 48  # that are tried in every combination; more are one code, or noise
OTHER_SILENCE_FACTOR = 4  # times as long as the shortest silence is another kind of silence
CodeShape = tuple[int, bool]  # characters, and whether all are digits


class LearnedPauses:
    """What is known of one scanner's silences. `idle`: seconds after which a code is over, at first those of its settings."""

    def __init__(self, idle: float) -> None:
        self.idle = self.least = idle
        self.inside = False  # it has paused inside a code
        self.alone: set[CodeShape] = set()  # of codes after which nothing came
        self.numbers: set[CodeShape] = set()  # those of them without a check digit: the chain's own numbers
        self.whole = 0  # whole codes in one part since it last paused inside one
        self.memory = PAUSE_FORGOTTEN_AFTER // FORGET_FACTOR  # how many of them make it forgotten
        self.steady = 0  # codes in a row that came in one part

    @property
    def widened(self) -> bool:
        """Whether it types slowly."""
        return self.idle > self.least

    @property
    def slug(self) -> str:
        """For the status page; empty if there is nothing to report."""
        return "slow" if self.widened else "pauses" if self.inside else ""

    def is_over(self, parts: Sequence[bytes], gaps: Sequence[float]) -> bool:
        """Whether the last part surely ends a code, as far as can be known now; `gaps`: seconds between the parts."""
        last = _units(parts, gaps)[-1]
        if len(last) > 1:
            return _is_full(b"".join(last))  # typed: neither its beginning nor a possible code before it says anything
        if len(parts) > 1:
            group = split_into_codes(parts, gaps, self.numbers)[-1]
            return _is_full(b"".join(group)) and not (len(group) > 1 and is_probably_complete(group[0]))
        (code,) = parts
        if _is_full(code):
            return True
        if self.inside and _shape(code)[1]:
            return False  # an EAN-8 may be the beginning of an EAN-13, however many have come alone
        return _shape(code) in self.alone or not (self.inside or _shape(code)[1] or len(code) < SHORTEST_CODE)

    def learn(self, groups: Sequence[Sequence[bytes]], gaps: Sequence[float]) -> None:
        """Codes came in these parts, with at least `gaps` seconds, and less than twice that, between one and the next."""
        at = 0
        for parts in groups:
            self._learn(len(parts), sorted(gaps[at : at + len(parts) - 1]))
            if len(parts) == 1 and is_probably_complete(parts[0]):
                self._fade()
            at += len(parts)

    def _learn(self, parts: int, gaps: Sequence[float]) -> None:
        self.steady = self.steady + 1 if parts == 1 else 0
        if parts > 2:
            self.idle = max(self.idle, min(2 * gaps[len(gaps) // 2], CODE_START_HOLD_S))
        elif parts == 2:
            self._paused()
        elif self.steady >= STEADY_CODES:  # it may be another scanner by now; if this is too short, it is widened again
            self.idle, self.steady = max(self.idle / 2, self.least), 0

    def learn_alone(self, code: bytes) -> None:
        """Nothing came after a code for CODE_START_HOLD_S seconds."""
        self.alone.add(_shape(code))
        if _shape(code)[1] and not is_probably_complete(code):
            self.numbers.add(_shape(code))

    def is_known_alone(self, code: bytes) -> bool:
        """Whether such a text is a code by itself here.

        It is one if nothing came after one before, unless it looks whole: an EAN-8 may be the start of another code.
        Two such texts in a row make, in one case of ten, a number that nobody scanned.
        """
        return _shape(code) in self.alone and not is_probably_complete(code)

    def learn_cut(self, code: bytes) -> None:
        """What was taken for a code was the beginning of one."""
        self.alone.discard(_shape(code))
        self._paused()

    def _paused(self) -> None:
        if not self.inside:
            self.memory = min(FORGET_FACTOR * self.memory, MAX_PAUSE_MEMORY)
        self.inside, self.whole = True, 0

    def _fade(self) -> None:
        """A whole code came in one part. After enough of them, a pause was a hand's or a cable's, or another scanner's.

        What was learned about such codes coming alone is learned again: an EAN-8 waits once more.
        """
        self.whole += self.inside
        if self.inside and self.whole >= self.memory:
            self.inside = False
            self.alone = {shape for shape in self.alone if shape in self.numbers or not shape[1]}


def may_continue(code: bytes) -> bool:
    """Whether a longer code may begin like this."""
    return not _is_full(code)


def split_into_codes(
    parts: Sequence[bytes], gaps: Sequence[float], numbers: Collection[CodeShape] = ()
) -> list[Sequence[bytes]]:
    """The parts of each code, with `gaps` seconds between them.

    Parts are joined that make a whole code together, unless each is one by itself, by a check digit or by `numbers`. Parts
    between long silences are joined first, then parts across them.
    """
    units = iter(_units(parts, gaps))
    found: list[Sequence[bytes]] = []
    for group in _groups([b"".join(unit) for unit in _units(parts, gaps)], numbers):
        mine = [part for unit in islice(units, len(group)) for part in unit]
        apart = _groups(mine, numbers)
        found += (
            apart
            if not is_probably_complete(b"".join(mine)) and _are_codes([b"".join(one) for one in apart])
            else [mine]
        )
    return found


def _are_codes(texts: Sequence[bytes]) -> bool:
    return any(map(is_probably_complete, texts)) and all(len(text) >= SHORTEST_CODE for text in texts)


def _units(parts: Sequence[bytes], gaps: Sequence[float]) -> list[Sequence[bytes]]:
    """Parts with only short silence between them, if some silence was much longer than other."""
    if not gaps or max(gaps) < OTHER_SILENCE_FACTOR * min(gaps):
        return [[part] for part in parts] if len(parts) < 3 or not _is_typed(parts) else [parts]
    found: list[list[bytes]] = [[parts[0]]]
    for part, gap in zip(parts[1:], gaps, strict=True):
        if gap * 2 >= max(gaps):
            found.append([part])
        else:
            found[-1].append(part)
    return list(found)


def _groups(parts: Sequence[bytes], numbers: Collection[CodeShape]) -> list[Sequence[bytes]]:
    """The longest whole codes from the left; a shorter one if then all that follows is whole, too."""
    if len(parts) > MAX_PARTS:
        return [parts]
    ends = [_ends_of_whole(parts, begin, numbers) for begin in range(len(parts))]
    is_covered = [False] * len(parts) + [True]
    for begin in reversed(range(len(parts))):
        is_covered[begin] = any(is_covered[end] for end in ends[begin])
    found: list[Sequence[bytes]] = []
    loose: list[bytes] = []
    at = 0
    while at < len(parts):
        if not ends[at]:
            loose.append(parts[at])
            at += 1
            continue
        end = next((end for end in ends[at] if is_covered[end]), ends[at][0])
        found += [*_codes_in_loose(loose), parts[at:end]]
        loose, at = [], end
    return [*found, *_codes_in_loose(loose)]


def _codes_in_loose(parts: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    """Parts that make nothing known: each is a code, or all are one if one of them is too short to be a code."""
    if len(parts) > 1 and any(len(part) < SHORTEST_CODE for part in parts):
        yield parts
    else:
        yield from ([part] for part in parts)


def _ends_of_whole(parts: Sequence[bytes], begin: int, numbers: Collection[CodeShape]) -> list[int]:
    """The ends of whole codes that begin with a part, the longest first."""
    first = parts[begin]
    if is_probably_complete(first) and (not _shape(first)[1] or _is_full(first)):
        return [begin + 1]
    longer = range(len(parts), begin + 1, -1)
    found = [end for end in longer if _are_one(parts[begin:end], numbers)]
    return [*found, begin + 1] if is_probably_complete(first) else found


def _are_one(parts: Sequence[bytes], numbers: Collection[CodeShape]) -> bool:
    """Whether parts make a whole code that each alone is not. Two house numbers in a row do so in one case of ten."""
    if all(map(is_probably_complete, parts)) or all(
        _shape(part) in numbers and not is_probably_complete(part) for part in parts
    ):
        return False
    return _may_be_one(b"".join(parts))


def _may_be_one(code: bytes) -> bool:
    length, is_digits = _shape(code)
    return (not is_digits or length in GTIN_LENGTHS) and is_probably_complete(code)


def _is_typed(parts: Sequence[bytes]) -> bool:
    """Whether it comes key by key, or nearly: then its beginning says nothing."""
    return len(parts) > 2 and all(len(part) < SHORTEST_CODE for part in parts)


def _is_full(code: bytes) -> bool:
    length, is_digits = _shape(code)
    return is_digits and FULL_GTIN_DIGITS <= length <= LONGEST_GTIN and is_probably_complete(code)


def _shape(code: bytes) -> CodeShape:
    bare = code[identifiers.IDENTIFIER_BYTES :] if identifiers.leading_identifier(code) else code
    return len(bare), bare.isdigit()
