"""What no shop can mean is refused at HQ's push, in words, with its line and column; nothing of it is put."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from sync.hq.cli.main import hq
from sync.hq.features.registry import FILES
from sync.hq.feeds.feed import CHAIN_WIDE_FEEDS
from tests.sync.hq.importing.test_push import GTIN, body, folder, push, run, template

__all__ = ["folder"]  # the fixture

OTHER = "04912345678904"
LINES = f'"[{{""line"":1,""gtin"":""{GTIN}"",""quantity"":%s}}]"'
CATALOGUE = template("catalogue")


def cell(word: str, column: str, value: str) -> str:
    """The word's template with another value in one column."""
    head, row, *_ = template(word).splitlines()
    names = head.split(",")
    cells, quoted, now = [], False, ""
    for letter in row:
        quoted ^= letter == '"'
        if letter == "," and not quoted:
            cells.append(now)
            now = ""
        else:
            now += letter
    cells.append(now)
    cells[names.index(column)] = value if value.startswith('"') or "," not in value else f'"{value}"'
    return f"{head}\n{','.join(cells)}\n"


CASES = [
    ("catalogue", "price", "-5", "price: expected `int` >= 0"),
    ("catalogue", "price", "99999999999999999999", "price: expected"),
    ("catalogue", "gtin", "4901234567895", "true check digit"),
    ("catalogue", "name.ja", "あ" * 201, "name.ja: expected one line of 1 to 200 characters"),
    ("catalogue", "style", "x" * 41, "style: expected"),
    ("catalogue", "colour.hex", "red", "colour.hex: expected a colour such as #e9e3d6"),
    ("catalogue", "category", "a/b", "category: expected letters, digits and marks, without blanks or /"),
    ("stock", "on_hand", "-3", "on_hand: expected a number of pieces, not less than 0"),
    ("stock", "reserved", "-1", "reserved: expected a number of pieces, not less than 0"),
    ("stock", "on_hand", "9223372036854775808", "on_hand: expected"),
    ("stock", "on_hand", "1e400", "on_hand: number out of range"),
    ("orders", "lines", LINES % "-1", "lines[0].quantity: expected `int` >= 1"),
    ("orders", "lines", LINES % "0", "lines[0].quantity: expected `int` >= 1"),
    ("orders", "lines", LINES % "2000", "lines[0].quantity: expected `int` <= 99"),
    ("orders", "lines", "[]", "lines: expected at least one line"),
    ("orders", "lines", "", "lines: expected at least one line"),
    ("orders", "lines", LINES.replace(GTIN, "4901234567890") % "1", "no GTIN with a true check digit"),
    ("orders", "number", "<script>", "number: expected 1 to 12 digits, letters (A-Z a-z) or hyphens"),
    ("orders", "number", "1" * 13, "number: expected 1 to 12 digits"),
    ("orders", "order", "a/b", "order: expected 1 to 64 letters, digits, dots, hyphens or underscores"),
    ("orders", "order", "..", "order: expected 1 to 64 letters"),
    ("orders", "order", "o-1/../o-2", "order: expected 1 to 64 letters"),
    ("catalogue", "category", "..", "category: expected letters, digits and marks"),
    ("orders", "order", '"a\nb"', "order: expected 1 to 64 letters"),
    ("orders", "state", "lost", "state: expected one of placed, accepted, picking, ready_for_pickup"),
    ("orders", "state", "ready", "got `ready`: did you mean `ready_for_pickup`?"),
    ("orders", "secret_sha256", "abc", "secret_sha256: expected a SHA-256"),
    *(
        ("orders", column, moment, f"{column}: expected a moment")
        for column in ("placed_at", "promise_at", "hold_until")
        for moment in (
            "2026-11-26",
            "11/26 18:00",
            "2026-11-26T18:00:00",
            "99999-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
        )
    ),
    ("orders", "promise_at", "2026-11-21T03:00:00Z", "promise_at: expected a moment after placed_at"),
    ("members", "codes", '"[""2900000010425""]"', "codes[0]: expected issuer:number"),
    ("members", "coupons", "-1", "coupons: expected `int` >= 0"),
    ("members", "wallet_secret", "1!", "wallet_secret: expected base32"),
    ("members", "member", "a b", "member: expected letters"),
    ("staff", "pin", "12", "`pin`: expected 4 to 6 digits"),
    ("staff", "pin", "1234567", "`pin`: expected 4 to 6 digits"),
    ("staff", "pin", "１２３４", "`pin`: expected 4 to 6 digits"),
    ("staff", "role", "boss", "role: expected one of clerk, installer, lead; got `boss`"),
    ("staff", "name", "", "missing required field `name`"),
    ("staff", "mark", "森森森森森", "mark: expected `str` of length <= 4"),
    ("offers", "quota", "-1", "quota: expected `int` >= 1"),
    ("offers", "ends", "9999-12-31T23:59:59Z", "ends: expected a moment of the years 2000 to 2199"),
    ("entitlements", "begins", "0001-01-01T00:00:00Z", "begins: expected a moment of the years 2000 to 2199"),
]


@pytest.mark.parametrize(("word", "column", "value", "told"), CASES)
def test_what_no_shop_can_mean_is_refused_with_its_place(
    folder: Path, word: str, column: str, value: str, told: str
) -> None:
    said = push(folder, word, cell(word, column, value), code=1)
    assert told in said
    assert f"{word}.csv, line " in said
    assert "column" in said
    assert "Traceback" not in said


def test_a_price_alone_is_held_to_the_same(folder: Path) -> None:
    push(folder, "catalogue", CATALOGUE)
    said = push(folder, "prices", f"gtin,price\n{GTIN},-5\n", code=1)
    assert "prices.csv, line 2, column 2: price: expected `int` >= 0" in said
    assert "`price` is missing" in push(folder, "prices", f"gtin,price\n{GTIN},\n", code=1)


def test_a_key_that_is_there_twice_is_a_mistake_and_not_the_last_ones_word(folder: Path) -> None:
    said = push(folder, "stock", f"gtin,on_hand\n{GTIN},1\n4901234567894,2\n", code=1)
    assert f"line 3, column 1: {GTIN} is in the file twice: it is in line 2 already" in said
    assert body(folder, "stock", "ginza", GTIN) is None
    twice = f'{{"{GTIN}": {{"on_hand": 1}},\n "{GTIN}": {{"on_hand": 2}}}}'
    assert f"line 2, column 2: `{GTIN}` is there twice" in push(folder, "stock", twice, code=1, name="x.json")
    lines = f'{{"gtin": "{GTIN}", "on_hand": 1, "on_hand": 2}}\n'
    assert "`on_hand` is there twice" in push(folder, "stock", lines, code=1, name="x.jsonl")


def order(name: str, number: str, state: str = "placed") -> dict[str, Any]:
    return {"order": name, "number": number, "state": state, "lines": [{"line": 1, "gtin": GTIN}]}


def test_two_open_orders_of_a_store_have_two_numbers(folder: Path) -> None:
    said = push(folder, "orders", json.dumps([order("o-1", "12"), order("o-2", "12")]), code=1, name="x.json")
    assert "number 12 is o-1's already" in said
    push(folder, "orders", json.dumps([order("o-1", "12")]), name="x.json")
    assert "is o-1's already" in push(folder, "orders", json.dumps([order("o-2", "12")]), code=1, name="x.json")
    push(folder, "orders", json.dumps([order("o-1", "12", "cancelled"), order("o-2", "12")]), name="x.json")
    push(folder, "orders", json.dumps([order("o-9", "12")]), name="x.json", store="yokohama")


def test_no_two_have_the_same_badge_or_card(folder: Path) -> None:
    push(folder, "staff", template("staff"))
    said = push(folder, "staff", template("staff").replace("mori,", "sato,"), code=1)
    assert "badge staff:0042 is mori's already" in said
    push(folder, "members", template("members"))
    said = push(folder, "members", template("members").replace("m-1042,", "m-7,"), code=1)
    assert "card hanada:2900000010425 is m-1042's already" in said


def test_orders_of_another_store_are_not_taken_for_this_ones(folder: Path) -> None:
    said = push(folder, "orders", json.dumps([{**order("o-1", "12"), "store": "yokohama"}]), code=1, name="x.json")
    assert "store: these are orders of ginza, not of yokohama" in said


@pytest.mark.parametrize("word", [word for word in FILES if word not in ("config", "content")])
def test_a_file_without_rows_is_no_success(folder: Path, word: str) -> None:
    head = template(word).splitlines()[0]
    for text in ("", head + "\n"):
        assert "the file has no rows" in push(folder, word, text, code=1)


def test_a_whole_file_that_would_delete_most_of_it_must_be_meant(folder: Path) -> None:
    rows = "".join(f"{gtin},1\n" for gtin in (GTIN, OTHER, "04901234567917"))
    push(folder, "stock", "gtin,on_hand\n" + rows)
    one = f"gtin,on_hand\n{GTIN},5\n"
    said = push(folder, "stock", one, "--whole", code=1)
    assert "2 of 3 rows would be deleted" in said
    assert "--yes-delete 2" in said
    assert body(folder, "stock", "ginza", GTIN)["on_hand"] == 1  # nothing is put either
    assert "it is 2 of 3 rows" in push(folder, "stock", one, "--whole", "--yes-delete", "3", code=1)
    assert "2 would be deleted" in push(folder, "stock", one, "--whole", "--dry-run")
    assert "2 deleted" in push(folder, "stock", one, "--whole", "--yes-delete", "2")
    assert "--yes-delete goes with --whole" in push(folder, "stock", one, "--yes-delete", "2", code=1)


# --- what a store would do nothing with


@pytest.mark.parametrize(
    ("word", "text", "told"),
    [
        (
            "offers",
            template("offers").replace(",check_in,", ",hand_over,"),
            "offers.on: stores give coupons at check-in only",
        ),
        ("entitlements", template("entitlements"), "entitlements: stores keep them"),
        ("staff", template("staff").replace("clerk", "lead"), "staff.role lead"),
        ("orders", cell("orders", "kind", "curbside"), "orders.kind"),
        ("config", '[kiosk]\nlanguages = ["ja", "zh"]\n', "kiosk.languages: the pages speak en and ja"),
    ],
)
def test_what_this_version_does_not_show_is_said_to_whoever_pushes_it(
    folder: Path, word: str, text: str, told: str
) -> None:
    assert f"not yet shown by this version: {told}" in push(folder, word, text)


def test_what_is_shown_is_not_spoken_of(folder: Path) -> None:
    for word in ("catalogue", "stock", "orders", "staff", "config"):
        assert "not yet" not in push(folder, word, template(word)), word


# --- the time of a number


def test_a_numbers_time_is_when_it_was_counted(folder: Path) -> None:
    def as_of() -> str:
        return str(body(folder, "stock", "ginza", GTIN)["as_of"])

    push(folder, "stock", f"gtin,on_hand,as_of\n{GTIN},5,2026-11-20T09:00:00+09:00\n")
    assert as_of() == "2026-11-20T00:00:00Z"
    push(folder, "stock", f"gtin,shelf\n{GTIN},B-2\n")
    assert as_of() == "2026-11-20T00:00:00Z"
    assert "1 changed" in push(folder, "stock", f"gtin,on_hand\n{GTIN},5\n")  # sent again, after more than five minutes
    told = as_of()
    assert told > "2026-11-20T00:00:00Z"
    assert "1 the same" in push(folder, "stock", f"gtin,on_hand\n{GTIN},5\n")
    assert as_of() == told
    said = push(folder, "stock", f"gtin,on_hand,as_of\n{GTIN},5,2199-01-01T00:00:00Z\n", code=1)
    assert "column 3: as_of: nobody can have counted in the future" in said


# --- codes that HQ mints


def minted(folder: Path) -> list[str]:
    path = folder.parent / "codes.csv"
    run(folder, "order", "codes", str(path), "--store", "ginza")
    return path.read_text(encoding="utf-8-sig").splitlines()


BARE = json.dumps([{"order": f"o-{n}", "lines": [{"line": 1, "gtin": GTIN}]} for n in range(3)])


def test_an_order_without_number_and_secret_gets_them_and_keeps_them(folder: Path) -> None:
    assert "3 pickup codes would be made" in push(folder, "orders", BARE, "--dry-run", name="x.json")
    out = folder.parent / "out.csv"
    said = push(folder, "orders", BARE, "--out", str(out), name="x.json")
    assert "3 pickup codes made" in said
    rows = [body(folder, "orders", "ginza", f"o-{n}") for n in range(3)]
    assert len({row["number"] for row in rows}) == 3
    assert all(len(row["number"]) == 6 and row["number"].isdigit() and row["secret_sha256"] for row in rows)
    first = out.read_text(encoding="utf-8-sig")
    assert first.splitlines()[0] == "order,number,code"
    assert out.stat().st_mode & 0o077 == 0
    assert "3 the same" in push(folder, "orders", BARE, "--out", str(out), name="x.json")
    assert out.read_text(encoding="utf-8-sig") == first
    assert [body(folder, "orders", "ginza", f"o-{n}") for n in range(3)] == rows
    assert minted(folder) == first.splitlines()
    code = next(line.split(",")[2] for line in first.splitlines() if line.startswith("o-1,"))
    assert code in run(folder, "order", "show", "o-1", "--store", "ginza")
    assert "there is no order `o-1` of `yokohama`" in run(folder, "order", "show", "o-1", "--store", "yokohama", code=1)


def test_a_secret_of_the_chains_own_stays_and_takes_the_place_of_hqs(folder: Path) -> None:
    push(folder, "orders", BARE, name="x.json")
    push(folder, "orders", json.dumps([{"order": "o-1", "secret_sha256": "a" * 64}]), name="x.json")
    assert body(folder, "orders", "ginza", "o-1")["secret_sha256"] == "a" * 64
    assert [line.split(",")[0] for line in minted(folder)] == ["order", "o-0", "o-2"]
    push(
        folder,
        "orders",
        json.dumps([{"order": "o-0", "lines": [{"line": 1, "gtin": GTIN}]}]),
        "--whole",
        "--yes-delete",
        "2",
        name="x.json",
    )
    assert len(minted(folder)) == 2


# values of a type that no field has, in fields from which HQ fills in others
STRANGE: tuple[Any, ...] = ([], ["x"], {}, {"a": 1}, None, True, 1.5, -1, "x" * 100_000)


@pytest.mark.parametrize("value", STRANGE, ids=lambda value: str(value)[:12])
@pytest.mark.parametrize(
    ("word", "row"),
    [
        (
            "orders",
            {"order": "o-1", "number": "7001", "state": "placed", "name": "x", "lines": [{"line": 1, "gtin": GTIN}]},
        ),
        ("stock", {"gtin": GTIN, "on_hand": 3, "reserved": 0, "as_of": "2026-11-22T10:00:00Z"}),
        ("staff", {"staff": "s-1", "name": "x", "mark": "x", "role": "clerk", "pin": "1234", "badges": []}),
        ("members", {"member": "m-1", "name": "x", "codes": []}),
        ("catalogue", {"gtin": GTIN, "name": {"ja": "x", "en": "x"}, "price": 1}),
    ],
)
def test_a_value_of_another_type_costs_a_sentence(folder: Path, word: str, row: dict[str, Any], value: Any) -> None:
    own = [] if FILES[word].feed in CHAIN_WIDE_FEEDS else ["--store", "ginza"]
    for name in row:
        file = folder.parent / "rows.json"
        file.write_text(json.dumps([{**row, name: value}]), encoding="utf-8")
        result = CliRunner().invoke(hq, ["push", word, str(file), *own, "--dry-run", "--dir", str(folder)])
        said = f"{word}.{name}: {result.output} {result.exception!r}"
        assert result.exit_code == 0 or f"{file}, line 1, column " in result.output, said


def test_all_rows_that_cannot_be_used_are_told_at_once(folder: Path) -> None:
    rows = f"gtin,on_hand\n{GTIN},-1\n{OTHER},x\n" + f"{GTIN},1\n" * 20
    lines = push(folder, "stock", rows, code=1).splitlines()
    assert lines[0].endswith(", line 2, column 2: on_hand: expected a number of pieces, not less than 0")
    assert lines[1].endswith(", line 3, column 2: on_hand: expected `int`, got `str`")
    assert lines[2].endswith(f", line 4, column 1: {GTIN} is in the file twice: it is in line 2 already")
    assert lines[20:] == ["and 2 rows more"]
