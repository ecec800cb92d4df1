"""A chain's code rules: read from its config, and their faults said in words."""

from typing import Any

import msgspec
import pytest

from edge.codes.code_rules import CheckScheme, CodeRules, InStoreRule, IssuerRule, PriceCheck, TokenKey
from edge.codes.code_rules_check import code_rule_faults
from edge.codes.symbology import Symbology

KEY = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
CONFIG = """
gs_stand_in = "|"
charsets = ["shift_jis"]
[[issuers]]
issuer = "noren"
prefix = "28"
lengths = [13]
check = "mod10"
symbologies = ["ean13", "codabar"]
[[in_store]]
name = "fresh"
mask = "02IIIIIVPPPPC"
price_check = "gs1_4"
[keys.k1]
issuer = "noren"
public = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
"""


def test_rules_are_read_from_toml() -> None:
    rules = msgspec.toml.decode(CONFIG, type=CodeRules)
    assert rules == CodeRules(
        issuers=(
            IssuerRule(
                issuer="noren",
                prefix="28",
                lengths=(13,),
                check=CheckScheme.MOD10,
                symbologies=(Symbology.EAN13, Symbology.CODABAR),
            ),
        ),
        in_store=(InStoreRule(name="fresh", mask="02IIIIIVPPPPC", price_check=PriceCheck.GS1_4),),
        keys={"k1": TokenKey(issuer="noren", public=KEY)},
        gs_stand_in="|",
        charsets=("shift_jis",),
    )
    assert code_rule_faults(rules) == ()


def mask(text: str, **rule: Any) -> CodeRules:
    return CodeRules(in_store=(InStoreRule(name="r", mask=text, **rule),))


def issuer(**rule: Any) -> CodeRules:
    return CodeRules(issuers=(IssuerRule(**rule),))


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        (mask("02IIIIIPPPPC"), "12 characters, expected 8 or 13"),
        (mask("49IIIIIPPPPPC"), "prefix GS1 leaves to retailers"),
        (mask("3IIIIIIC"), "prefix GS1 leaves to retailers"),
        (mask("02IIIIIQPPPPC"), "letters I P W V X C only"),
        (mask("02IIIIIPPPPPP"), "must end with its one C"),
        (mask("02IIICIPPPPPC"), "must end with its one C"),
        (mask("02IIIIPPPWWWC"), "a price or a weight, not both"),
        (mask("02IIIIIVPPPPC"), "one V exactly when price_check is set"),
        (mask("02IIIIIPPPPPC", price_check=PriceCheck.GS1_5), "one V exactly when price_check is set"),
        (mask("02IIIIVPPPPPC", price_check=PriceCheck.GS1_4), "over 4 digits, the mask has 5"),
        (mask("02IIIIIWWWWWC", weight_step_g=0), "weight_step_g must be at least 1"),
        (issuer(issuer="", prefix="1"), "must have a name"),
        (issuer(issuer="x"), "would take any code"),
        (issuer(issuer="x", start_stop="AZ"), "two of the letters"),
        (issuer(issuer="x", check=CheckScheme.NW7_MOD16, symbologies=(Symbology.QR,)), "needs symbology codabar"),
        (issuer(issuer="x", prefix="1234", lengths=(3,)), "shorter than the prefix"),
        (CodeRules(badges=(IssuerRule(issuer="x"),)), "would take any code"),
        (CodeRules(keys={"k": TokenKey(issuer="x", public="ab!")}), "not base64url"),
        (CodeRules(keys={"k": TokenKey(issuer="x", public="abcd")}), "holds 3 bytes"),
        (CodeRules(keys={"k": TokenKey(issuer="", public=KEY)}), "one issuer only"),
        (CodeRules(gs_stand_in=""), "gs_stand_in"),
        (CodeRules(gs_stand_in="%"), "gs_stand_in"),
        (CodeRules(gs_stand_in="A"), "gs_stand_in"),
    ],
)
def test_a_fault_is_said_with_its_place(rules: CodeRules, words: str) -> None:
    assert any(words in fault for fault in code_rule_faults(rules)), code_rule_faults(rules)


@pytest.mark.parametrize("text", ["02IIIIIPPPPPC", "20IIIIIIIIIIC", "2IIIIIIC", "0IIIIIIC", "25IIIIIWWWWWC"])
def test_good_masks_have_no_fault(text: str) -> None:
    assert code_rule_faults(mask(text)) == ()
