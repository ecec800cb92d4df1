"""The plausibility check: which readings of an engine can be true by themselves, in our notation."""

from dataclasses import replace

from edge.codes.issued.camera_code_lengths import MIN_CAMERA_LENGTHS
from edge.codes.symbology import Symbology
from firmware_bridge.decode.detection import Detection
from firmware_bridge.decode.engines.upc_ean import check_digit_holds, upca_to_upce, upce_to_upca
from firmware_bridge.decode.symbology_kinds import RETAIL_DIGITS

ZERO_CHARACTER = ord("0")  # plain stripes are read as nothing but zeros, whose check digit holds


def normalized_if_plausible(seen: Detection) -> Detection | None:
    """The sighting in our notation (see `Found`), or None if it cannot be true by itself."""
    match seen.symbology:
        case Symbology.EAN13 | Symbology.EAN8 | Symbology.UPCA:
            return _retail(seen)
        case Symbology.UPCE:
            return _upce(seen)
        case Symbology.ITF if len(seen.data) % 2:
            return None
        case symbology:
            return seen if len(seen.data) >= MIN_CAMERA_LENGTHS.get(symbology, 1) else None


def _retail(seen: Detection) -> Detection | None:
    if not check_digit_holds(seen.data) or set(seen.data) == {ZERO_CHARACTER}:
        return None
    if len(seen.data) == 13 and seen.data.startswith(b"0"):
        return replace(seen, symbology=Symbology.UPCA, data=seen.data[1:])
    return seen if len(seen.data) == RETAIL_DIGITS[seen.symbology] else None


def _upce(seen: Detection) -> Detection | None:
    """zxing-cpp gives the UPC-A of a UPC-E in 13 digits, ZBar the 8 printed digits."""
    data = seen.data if len(seen.data) == 8 else upca_to_upce(seen.data[-12:])
    if data is None or not check_digit_holds(upce_to_upca(data)):
        return None
    return replace(seen, data=data)
