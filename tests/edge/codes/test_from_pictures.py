"""Codes drawn and read back by a real engine: its bytes and AIM identifiers are those we understand."""

from typing import Any

import numpy as np
import pytest
import zxingcpp
from zxingcpp import BarcodeFormat as Format

from edge.codes.code_rules import CodeRules, IssuerRule
from edge.codes.parse import parse_code
from edge.codes.parsed_code import Gs1Key, MemberCode, PickupCode, Product, WalletCode

RULES = CodeRules(
    issuers=(
        IssuerRule(issuer="nw7", start_stop="AB", lengths=(7,)),
        IssuerRule(issuer="cafe", prefix="会員", characters="any"),
    )
)
LABEL = "(01)04901234567894(17)261231(10)LOT(21)SER"
PASS = "(8018)490123450000000019(8019)123456"
FORMATS = [Format.Code128, Format.DataMatrix, Format.QRCode]


def drawn(content: str, kind: Format, *, gs1: bool = False) -> Any:
    """The meaning of that content, drawn and read back."""
    barcode = zxingcpp.create_barcode(content, kind, **({"gs1": True} if gs1 else {}))
    (found,) = zxingcpp.read_barcodes(np.array(barcode.to_image(scale=4, add_quiet_zones=True)))
    return parse_code(found.bytes, aim=found.symbology_identifier, rules=RULES)


@pytest.mark.parametrize(
    ("digits", "kind", "gtin"),
    [
        ("4901234567894", Format.EAN13, "04901234567894"),
        ("49123456", Format.EAN8, "00000049123456"),
        ("036000291452", Format.UPCA, "00036000291452"),
        ("01234565", Format.UPCE, "00012345000065"),
        ("14901234567891", Format.ITF, "14901234567891"),
        ("0104901234567894", Format.DataBarOmni, "04901234567894"),
    ],
)
def test_a_drawn_product_number_is_its_gtin(digits: str, kind: zxingcpp.BarcodeFormat, gtin: str) -> None:
    assert drawn(digits, kind) == Product(gtin=gtin)


@pytest.mark.parametrize("kind", [*FORMATS, Format.DataBarExp])
def test_a_drawn_gs1_label_keeps_its_separators(kind: zxingcpp.BarcodeFormat) -> None:
    got = drawn(LABEL, kind, gs1=True)
    assert isinstance(got, Product)
    assert (got.gtin, got.lot, got.serial) == ("04901234567894", "LOT", "SER")


@pytest.mark.parametrize("kind", FORMATS)
def test_a_drawn_wallet_pass_is_one(kind: zxingcpp.BarcodeFormat) -> None:
    assert drawn(PASS, kind, gs1=True) == WalletCode(gsrn="490123450000000019", totp="123456")


def test_a_drawn_shipping_label_is_its_sscc() -> None:
    assert drawn("(00)349012345000000014", Format.Code128, gs1=True) == Gs1Key(ai="00", value="349012345000000014")


@pytest.mark.parametrize(
    ("content", "kind", "meaning"),
    [
        ("A1234567B", Format.Codabar, MemberCode(issuer="nw7", number="1234567")),
        ("会員1042", Format.QRCode, MemberCode(issuer="cafe", number="会員1042")),
        ("noren:p:1042:s3cret", Format.QRCode, PickupCode(order="1042", secret="s3cret")),
        ("https://example.com/01/04901234567894", Format.QRCode, Product(gtin="04901234567894")),
    ],
)
def test_a_drawn_house_code_is_understood(
    content: str, kind: zxingcpp.BarcodeFormat, meaning: MemberCode | PickupCode | Product
) -> None:
    assert drawn(content, kind) == meaning
