"""Each word of `noren hq push`: its template goes out as it is, goes out once, and a mistake is reported with its place."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from edge.config.reference import reference_page
from sync.hq.cli.main import hq
from sync.hq.enrolment.founding import open_headquarters
from sync.hq.enrolment.keys import read_hq_key
from sync.hq.features.registry import FILES
from sync.hq.feeds import feed
from sync.hq.feeds.feed import CHAIN_WIDE_FEEDS
from sync.protocol.ed25519_keys import new_key, public_to_text
from sync.protocol.feed_types import KEY_FIELDS, ROW_TYPES
from sync.protocol.topics import ALL_STORES
from tests.packaging.unprivileged_noren import noren

GTIN = "04901234567894"
ENDINGS = {"config": "toml", "content": "json"}
OURS = {
    "through_seq",
    "returned",
    "epoch",
    "as_of",
    "store",
    "arrived_at",
    "handed_over_at",
    "cancelled_at",
    "cancelled_by",
}  # filled in by HQ, or said with a cancellation: no columns


def run(folder: Path, *words: str, code: int = 0) -> str:
    result = CliRunner().invoke(hq, [*words, "--dir", str(folder)])
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "hq"
    run(place, "init", "--chain", "test")
    for store, other in (("ginza", "yokohama"), ("yokohama", "ginza")):
        run(place, "stores", "add", store)
        near = f'[[place.neighbours]]\nstore = "{other}"\nname = {{ ja = "x" }}\nway = {{ ja = "y" }}\n'
        push(place, "config", near, name="near.toml", store=store)
    return place


def push(folder: Path, word: str, text: str, *how: str, code: int = 0, name: str = "", store: str = "ginza") -> str:
    path = folder.parent / (name or f"{word}.{ENDINGS.get(word, 'csv')}")
    path.write_text(text)
    own = () if FILES[word].feed in CHAIN_WIDE_FEEDS else ("--store", store)
    return run(folder, "push", word, str(path), *own, *how, code=code)


def template(word: str) -> str:
    return CliRunner().invoke(hq, ["template", word]).output


def body(folder: Path, name: str, scope: str, key: str) -> Any:
    with open_headquarters(folder) as db:
        return json.loads(feed.row_body(db, name, scope, key) or "null")


def test_every_word_has_a_template_and_its_columns_are_all_fields_there_are() -> None:
    for word, (_, name) in FILES.items():
        if word in ENDINGS or word in ("prices", "keys"):
            continue
        kind = ROW_TYPES[name]
        columns = {column.partition(".")[0] for column in template(word).splitlines()[0].split(",")}
        assert columns == {one.encode_name for one in msgspec.structs.fields(kind)} - OURS, word
        assert KEY_FIELDS[name] in columns


@pytest.mark.parametrize("words", [("hq", "template", "catalogue"), ("reference",)])
def test_what_is_printed_to_become_a_file_is_utf_8_whatever_the_terminal_shows(words: tuple[str, ...]) -> None:
    told = noren(*words, env={"PYTHONIOENCODING": "iso-8859-1:strict", "PYTHONUTF8": "0"})
    assert (told.returncode, told.stderr, "\\u" in told.stdout) == (0, "", False)
    assert told.stdout == (template("catalogue") if "hq" in words else reference_page())


@pytest.mark.parametrize("word", FILES)
def test_a_template_goes_out_and_the_same_again_sends_nothing(folder: Path, word: str) -> None:
    if word == "prices":
        push(folder, "catalogue", template("catalogue"))
    assert "the same" in push(folder, word, template(word), "--dry-run")
    changed = push(folder, word, template(word))
    assert "0 new, 0 changed" not in changed
    assert "0 new, 0 changed, 0 deleted" in push(folder, word, template(word))


@pytest.mark.parametrize(
    ("written", "key"),
    [("01234565", "00012345000065"), ("036000291452", "00036000291452"), ("12345678", "00400123456782")],
)
def test_a_product_has_one_key_however_a_file_writes_its_number(folder: Path, written: str, key: str) -> None:
    rule = 'codes.house = [{name = "own", lengths = [8], symbologies = ["code128"]}]'
    push(folder, "config", rule, name="house.toml")
    push(folder, "catalogue", template("catalogue").replace("\n4901234567894", f"\n{written}"))
    assert body(folder, "catalog", ALL_STORES, key)["gtin"] == key
    orders = template("orders").replace("04901234567894", written)
    push(folder, "orders", orders)
    order = body(folder, "orders", "ginza", "o-20261122-7")
    assert order["lines"][0]["gtin"] == key


def test_a_bare_number_in_an_order_that_no_rule_takes_is_refused_in_words(folder: Path) -> None:
    told = push(folder, "orders", template("orders").replace("04901234567894", "12345678"), code=1)
    assert "lines[0].gtin: '00000012345678' is no GTIN with a true check digit" in told


def test_the_stores_around_hear_of_a_house_number_under_its_one_key(folder: Path) -> None:
    push(folder, "config", 'codes.house = [{name = "own", lengths = [8]}]', name="house.toml")
    push(folder, "stock", "gtin,on_hand,reserved,floor,shelf\n12345678,7,0,1,B-1\n")
    assert body(folder, "neighbours", "yokohama", "00400123456782")["stores"] == [{"store": "ginza", "on_hand": 7}]


def test_numbers_too_short_for_a_camera_are_said_to_be_and_sent(folder: Path) -> None:
    rules = """codes.house = [
      {name = "four", lengths = [4], symbologies = ["codabar", "itf"]},
      {name = "three", lengths = [3], check = "mod10", symbologies = ["codabar", "code128"]},
      {name = "eight", lengths = [8], symbologies = ["codabar", "itf", "code39"]},
      {name = "plain", lengths = [2, 6]},
    ]
    codes.issuers = [{issuer = "club", prefix = "9", lengths = [3], symbologies = ["code39"]}]"""
    for more in ((), ("--dry-run",)):
        told = push(folder, "config", rules, *more, name="house.toml")
        said = [line.partition("version: ")[2] for line in told.splitlines() if "camera" in line]
        assert said == [
            "codes.house 'four': no camera reads 4 characters in itf, only 6 or more (hand scanners do)",
            "codes.house 'plain': no camera reads 2 characters in code128, only 3 or more (hand scanners do)",
            "codes.issuers 'club': no camera reads 3 characters in code39, only 4 or more (hand scanners do)",
        ]
    assert body(folder, "config", "ginza", "policy")["codes"]["house"][0]["name"] == "four"


def test_an_outer_pack_names_its_item_by_a_number_that_can_be_one(folder: Path) -> None:
    wrong = template("catalogue").replace("04901234567894,24", "04901234567890,24")
    assert "contains: 04901234567890 is no GTIN" in push(folder, "catalogue", wrong, code=1)


def test_a_number_with_a_wrong_check_digit_is_refused_where_no_house_rule_takes_it(folder: Path) -> None:
    lines = template("catalogue").replace("\n4901234567894", "\n12345678")
    assert "true check digit" in push(folder, "catalogue", lines, code=1)


def test_an_outer_pack_that_does_not_say_what_is_in_it_is_refused(folder: Path) -> None:
    lacking = template("catalogue").replace("04901234567894,24", ",24")
    assert "outer pack names the item" in push(folder, "catalogue", lacking, code=1)


def test_prices_change_prices_of_what_is_in_the_catalogue_and_nothing_else(folder: Path) -> None:
    told = push(folder, "prices", template("prices"), code=1)
    assert f"prices.csv, line 2, column 1: {GTIN} is not in the catalog feed" in told
    push(folder, "catalogue", template("catalogue"))
    assert "price: 2990 -> 1990" in push(folder, "prices", template("prices"))
    assert "column 3: `size` is no field of catalog" in push(folder, "prices", f"gtin,price,size\n{GTIN},1,L\n", code=1)
    assert "would leave the catalogue" in push(folder, "prices", template("prices"), "--whole", code=1)


@pytest.mark.parametrize(
    ("columns", "cells", "told"),
    [
        ("begins", "tomorrow", "column 5: begins: expected a moment with its zone"),
        ("begins", "2026-11-22T10:00:00", "column 5: begins: expected a moment with its zone"),
        ("ends", "2026-11-20T10:00:00Z", "column 6: ends: expected a moment after begins"),
        ("among", "[]", "column 8: among: expected one stage or more"),
        ("among", "[1]", "column 8: among[0]: expected `str`"),
        ("on", "tuesday", "column 4: on: expected one of check_in, hand_over, scan; got `tuesday`"),
        ("quota", "0", "column 11: quota: expected `int` >= 1"),
    ],
)
def test_a_mistake_in_an_offer_is_told_with_its_column(folder: Path, columns: str, cells: str, told: str) -> None:
    push(folder, "offers", template("offers"))
    names = template("offers").splitlines()[0].split(",")
    row = ["rain-1"] + [f'"{cells}"' if name == columns else "" for name in names[1:]]
    assert f"offers.csv, line 2, {told}" in push(folder, "offers", ",".join(names) + "\n" + ",".join(row), code=1)


def test_a_pin_said_again_is_no_change_and_another_is(folder: Path) -> None:
    push(folder, "staff", template("staff"))
    before = body(folder, "staff", "ginza", "mori")
    assert "1 the same" in push(folder, "staff", template("staff"))
    assert body(folder, "staff", "ginza", "mori") == before
    assert "pin: another" in push(folder, "staff", "staff,pin\nmori,1111\n")
    assert "is none" in push(folder, "staff", "staff,pin\nmori,$argon2id$x\n", code=1)


def test_what_a_whole_file_deletes_is_deleted_for_the_stores_around(folder: Path) -> None:
    push(folder, "stock", template("stock"))
    push(folder, "orders", template("orders"))
    order = "o-20261122-7"
    assert body(folder, "neighbours", "yokohama", GTIN)
    assert body(folder, "orders", "yokohama", order)
    push(folder, "stock", "gtin,on_hand\n4912345678904,1\n", "--whole")
    push(folder, "orders", f'order,number,lines\no-2,1,"[{{""line"":1,""gtin"":""{GTIN}""}}]"\n', "--whole")
    assert body(folder, "neighbours", "yokohama", GTIN) is None
    assert body(folder, "orders", "yokohama", order) is None
    assert body(folder, "orders", "yokohama", "o-2")


def test_a_store_that_names_itself_as_its_neighbour_keeps_its_orders_whole(folder: Path) -> None:
    near = '[[place.neighbours]]\nstore = "ginza"\nname = { ja = "x" }\nway = { ja = "y" }\n'
    push(folder, "config", near)
    push(folder, "orders", template("orders"))
    assert body(folder, "orders", "ginza", "o-20261122-7")["name"] == "サトウ"


# --- keys


def row_of(key: str, public: str, revoked: str = "false") -> str:
    return f"key,public,revoked\n{key},{public},{revoked}\n"


def test_a_key_of_hqs_is_revoked_for_good_and_never_becomes_another(folder: Path) -> None:
    public, other = (public_to_text(new_key().public) for _ in range(2))
    push(folder, "keys", row_of("next", public))
    assert "has another public half" in push(folder, "keys", row_of("next", other), code=1)
    push(folder, "keys", row_of("next", public, "true"))
    assert "is revoked, and stays so" in push(folder, "keys", row_of("next", public), code=1)
    assert "expected" in push(folder, "keys", row_of("odd", "short"), code=1)
    row = body(folder, "keys", "all", "next")
    assert (row["public"], row["revoked"]) == (public, True)
    signing = read_hq_key(folder).id
    assert [[one["by"] for one in row[word]] for word in ("vouched", "withdrawn")] == [[signing], [signing]]


def test_the_key_hq_signs_with_cannot_be_taken_from_the_stores(folder: Path) -> None:
    key = read_hq_key(folder)
    assert "HQ signs with key" in push(folder, "keys", row_of(key.id, public_to_text(key.public), "true"), code=1)
    assert "HQ signs with key" in push(folder, "keys", row_of(key.id, public_to_text(new_key().public)), code=1)
    push(folder, "keys", row_of(key.id, public_to_text(key.public)))
    assert "revoke it" in push(folder, "keys", row_of("next", public_to_text(new_key().public)), "--whole", code=1)


# --- hostile files


def test_an_empty_file_is_not_taken_for_all_there_is(folder: Path) -> None:
    push(folder, "stock", template("stock"))
    for text in ("", "gtin,on_hand\n"):
        assert "the file has no rows" in push(folder, "stock", text, "--whole", code=1)
    assert body(folder, "stock", "ginza", GTIN)


def test_what_cannot_be_read_is_said_plainly(folder: Path) -> None:
    assert "no encoding `klingon`" in push(folder, "stock", template("stock"), "--encoding", "klingon", code=1)
    (folder.parent / "loop.csv").symlink_to("loop.csv")
    said = run(folder, "push", "stock", str(folder.parent / "loop.csv"), "--store", "ginza", code=1)
    assert "loop.csv: cannot be read: Too many levels of symbolic links" in said


NESTED = "[" * 100_000


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("x.json", NESTED, "nested deeper"),
        ("x.json", '{"a": ' * 100_000, "nested deeper"),
        ("x.jsonl", "\n" + NESTED, "line 2, column 1: nested deeper"),
        ("x.toml", f"a = {NESTED}", "nested deeper"),
        ("x.csv", "gtin,name,name.ja\n1,a,b\n", "line 1, column 3: column `name.ja`: another column"),
        ("x.csv", 'gtin,on_hand\n1,"[1"\n', "line 2, column 2: begins like JSON, but is not"),
        ("x.csv", "gtin,on_hand,on_hand\n1,2,3\n", "line 1, column 3: column `on_hand`: another column"),
        ("x.csv", f'gtin,on_hand\n1,"{NESTED}"\n', "line 2, column 2: nested deeper"),
        ("x.json", '[{"gtin": "4901234567894", "on_hand": 1e999}]', "line 1, column 39: on_hand"),
        ("x.json", '[{"gtin": 4901234567894, "on_hand": 1}]', "`gtin` is missing"),
        ("x.json", '[{"gtin": "4901234567894", "on_hand": [1]}]', "line 1, column 39: on_hand: expected `int`"),
        ("x.json", '{"4901234567894": {\n"on_hand": "1"}}', "line 2, column 12: on_hand: expected `int`"),
        ("x.toml", "[4901234567894]\non_hand = 'x'\n", "line 2, column 1: on_hand: expected `int`"),
        ("x.toml", "[4901234567894]\nshelf = 'B'\n", "line 1, column 1: 04901234567894 is new to HQ, so all of it"),
    ],
)
def test_whatever_is_in_a_file_is_answered_in_a_sentence(folder: Path, name: str, text: str, told: str) -> None:
    assert told in push(folder, "stock", text, code=1, name=name)
