"""What the rows of a text's place show: engines read bands of them, and all rows are compared with print."""

import math
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import replace

from edge.codes.symbology import Symbology
from firmware_bridge.decode.detection import Detection, Gray
from firmware_bridge.decode.engines.engine import Engine
from firmware_bridge.decode.engines.plausibility import normalized_if_plausible
from firmware_bridge.decode.evidence import bars
from firmware_bridge.decode.evidence.claim import Claim, Key, claims_with_sighting
from firmware_bridge.decode.evidence.likeness import likeness_of_rows
from firmware_bridge.decode.evidence.voting import is_doubtful, is_proven_by_rows
from firmware_bridge.decode.preprocess import View, crop_around, whole_frame
from firmware_bridge.decode.symbology_kinds import LONG_RETAIL_CODES, SHORT_RETAIL_CODES, WEAK_CODES

READ_AS_PARTS = SHORT_RETAIL_CODES | {Symbology.ITF}  # are read in parts of longer ones
MIN_ROWS_WITH_ENDS = 0.5  # of the rows that show the ends of these; stickers over a part of longer ones have left 0.44
MIN_ROWS_WITH_ITF_ENDS = 0.3  # the same for ITF: below it, it is a part, because its ends look like digits
GS1_128 = "]C1"  # drawn with signs that are not in its text

Claims = tuple[Claim, ...]


class Witnesses:
    """The rows of one frame, read once for each text. `time_for` says whether there is time for a step and an engine on a view."""

    def __init__(
        self,
        frame: View,
        engines: Mapping[str, Engine],
        time_for: Callable[[str, str, View], bool],
        disputed: Set[Key],
    ) -> None:
        self._frame = frame
        self._engines = engines
        self._time_for = time_for
        self._disputed = disputed
        self._heard: set[Key] = set()

    def read(self, claim: Claim, claims: Claims) -> Claims:
        """The claims after the rows of one of them were read."""
        claim = _same(claim, claims)
        if claim.key in self._heard or not self._time_for("rows", "", crop_around(self._frame, claim.corners)):
            return claims
        itf = claim.symbology is Symbology.ITF
        if (rows := bars.find_bar_rows(self._frame.gray, claim.corners, whole=itf)) is None:
            return claims
        self._heard.add(claim.key)
        rows, claims = self._likened(claim, rows, claims)
        for way in bars.BAND_PICTURES:
            now = _same(claim, claims)
            both = claim.symbology in SHORT_RETAIL_CODES | WEAK_CODES or is_doubtful(now, claims, self._disputed)
            here: set[Key] = set()
            for n, band in enumerate(rows.bands()):
                for ours in self._of_band(rows, way(band), both=both):
                    claims = claims_with_sighting(claims, replace(ours, corners=claim.corners), "rows", n)
                    here.add((ours.symbology, ours.data))
            for other in claims:
                if other.lead is None and other.key in here:
                    _, claims = self._likened(other, rows, claims)
            now = _same(claim, claims)
            if is_proven_by_rows(now) and not is_doubtful(now, claims, self._disputed):
                break
        return claims

    def _likened(self, claim: Claim, rows: bars.BarRows, claims: Claims) -> tuple[bars.BarRows, Claims]:
        """Compare the rows with a claim, and set where its bars end, unless it is a part of others."""
        step = "likeness" if claim.symbology in SHORT_RETAIL_CODES | LONG_RETAIL_CODES else "likeness of many signs"
        if claim.aim == GS1_128 or not self._time_for(step, "", whole_frame(rows.gray)):
            return rows, claims
        if (like := likeness_of_rows(rows.lines(), (rows.left, rows.right), claim.symbology, claim.data)) is None:
            return rows, claims
        if claim.symbology in READ_AS_PARTS and like.ends < MIN_ROWS_WITH_ENDS:
            if claim.symbology is not Symbology.ITF or like.ends > MIN_ROWS_WITH_ITF_ENDS:  # damage may hide an end
                return rows, claims
            return rows, _changed(claims, claim, replace(claim, lead=-math.inf))
        rows = replace(rows, left=round(like.left), right=round(like.right))
        return rows, _changed(claims, claim, replace(claim, lead=like.lead))

    def _of_band(self, rows: bars.BarRows, picture: Gray, *, both: bool) -> Iterator[Detection]:
        """The readings of one band: of both engines if one is not enough, else until one reads it."""
        for engine in ("zxing rows", "zbar rows"):
            if not self._time_for("", engine, whole_frame(picture)):
                return
            read = [
                ours for sighting in self._engines[engine].read(picture) if (ours := normalized_if_plausible(sighting))
            ]
            yield from (ours for ours in read if rows.covers_all_bars(ours.corners))
            if read and not both:
                return


def _same(claim: Claim, claims: Claims) -> Claim:
    return next(one for one in claims if one.key == claim.key)


def _changed(claims: Claims, claim: Claim, after: Claim) -> Claims:
    return tuple(after if one is claim else one for one in claims)
