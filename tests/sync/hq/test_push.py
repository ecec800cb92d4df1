"""Each word of `noren hq push`: its template goes out as it is, goes out once, and a mistake is told where it stands."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from sync.hq import feed
from sync.hq.cli import hq
from sync.hq.feed import SCOPE_ALL
from sync.hq.founding import opened
from sync.hq.keys import read_hq_key
from sync.hq.push import WORDS
from sync.hq.templates import TEMPLATES
from sync.kinds import KEY_FIELDS, KINDS
from sync.signing import new_key, write_public

GTIN = "04901234567894"
ENDINGS = {"config": "toml", "content": "json"}
OURS = {"through_seq", "epoch", "as_of", "store", "arrived_at", "handed_over_at"}  # filled in by HQ, no columns


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
    own = () if WORDS[word] in SCOPE_ALL else ("--store", store)
    return run(folder, "push", word, str(path), *own, *how, code=code)


def template(word: str) -> str:
    return CliRunner().invoke(hq, ["template", word]).output


def body(folder: Path, name: str, scope: str, key: str) -> Any:
    with opened(folder) as db:
        return json.loads(feed.body(db, name, scope, key) or "null")


def test_every_word_has_a_template_and_its_columns_are_all_fields_there_are() -> None:
    assert set(TEMPLATES) == set(WORDS)
    for word, name in WORDS.items():
        if word in ENDINGS or word in ("prices", "keys"):
            continue
        kind = KINDS[name]
        columns = {column.partition(".")[0] for column in template(word).splitlines()[0].split(",")}
        assert columns == {one.encode_name for one in msgspec.structs.fields(kind)} - OURS, word
        assert KEY_FIELDS[name] in columns


@pytest.mark.parametrize("word", WORDS)
def test_a_template_goes_out_and_the_same_again_sends_nothing(folder: Path, word: str) -> None:
    if word == "prices":
        push(folder, "catalogue", template("catalogue"))
    assert "the same" in push(folder, word, template(word), "--dry-run")
    changed = push(folder, word, template(word))
    assert "0 new, 0 changed" not in changed
    assert "0 new, 0 changed, 0 deleted" in push(folder, word, template(word))


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
        ("on", "tuesday", "column 4: on: invalid enum value 'tuesday'"),
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
    push(folder, "orders", "order,number\no-2,1\n", "--whole")
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
    public, other = (write_public(new_key().public) for _ in range(2))
    push(folder, "keys", row_of("next", public))
    assert "has another public half" in push(folder, "keys", row_of("next", other), code=1)
    push(folder, "keys", row_of("next", public, "true"))
    assert "is revoked, and stays so" in push(folder, "keys", row_of("next", public), code=1)
    assert "expected" in push(folder, "keys", row_of("odd", "short"), code=1)
    assert body(folder, "keys", "all", "next") == {"public": public, "revoked": True}


def test_the_key_hq_signs_with_cannot_be_taken_from_the_stores(folder: Path) -> None:
    key = read_hq_key(folder)
    assert "HQ signs with key" in push(folder, "keys", row_of(key.id, write_public(key.public), "true"), code=1)
    assert "HQ signs with key" in push(folder, "keys", row_of(key.id, write_public(new_key().public)), code=1)
    push(folder, "keys", row_of(key.id, write_public(key.public)))
    assert "revoke it" in push(folder, "keys", row_of("next", write_public(new_key().public)), "--whole", code=1)


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
