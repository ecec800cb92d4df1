"""The kinds of codes, by how far their readings can be believed."""

from edge.codes.symbology import Symbology

MATRIX_CODES = frozenset({Symbology.QR, Symbology.MICRO_QR, Symbology.DATAMATRIX, Symbology.PDF417, Symbology.AZTEC})
ADD_ONS = frozenset({Symbology.EAN2, Symbology.EAN5})
WEAK_CODES = frozenset({Symbology.CODE39, Symbology.ITF, Symbology.CODABAR, Symbology.CODE93})
RETAIL_DIGITS = {Symbology.EAN13: 13, Symbology.EAN8: 8, Symbology.UPCA: 12}
LONG_RETAIL_CODES = frozenset({Symbology.EAN13, Symbology.UPCA})
SHORT_RETAIL_CODES = frozenset(
    {Symbology.UPCE, Symbology.EAN8}
)  # few digits: one engine alone finds them in parts of other codes
LINEAR_CODES = frozenset(  # every row of a code shows the same, so rows that share no pixel are independent evidence
    RETAIL_DIGITS.keys() | ADD_ONS | WEAK_CODES | {Symbology.UPCE, Symbology.CODE128}
)
