"""Books and magazines: ISBN, ISSN, Japan's two rows and the 491 code."""

from dataclasses import replace
from typing import Any

import pytest
from biip.checksums import gs1_standard_check_digit

from edge.codes.code_rules import CodeRules
from edge.codes.parse import parse_code
from edge.codes.parsed_code import AddOn, Book, BookRow, Periodical, Product, Unknown
from edge.codes.reject_reason import RejectReason
from edge.codes.retail import isbn_jp
from edge.codes.symbology import Symbology

RULES = CodeRules()


def say(digits: str) -> Any:
    return parse_code(digits.encode(), symbology=Symbology.EAN13, rules=RULES)


def checked(body: str) -> str:
    return body + str(gs1_standard_check_digit(body))


BOOK = Product(gtin="09784101010014", book=Book(isbn="9784101010014", isbn10="4101010013"))
ROW = BookRow(c_code="0193", price_yen=1200, price_includes_tax=False)


@pytest.mark.parametrize(
    ("digits", "book", "source"),
    [
        ("9784101010014", Book(isbn="9784101010014", isbn10="4101010013"), "ISBN 4-10-101001-3"),
        ("9780804429573", Book(isbn="9780804429573", isbn10="080442957X"), "ISBN 0-8044-2957-X"),
        (checked("979112345678"), Book(isbn=checked("979112345678"), isbn10=None), "979 has no ISBN-10"),
    ],
)
def test_a_book_has_its_isbn(digits: str, book: Book, source: str) -> None:
    assert say(digits) == Product(gtin="0" + digits, book=book), source


def test_sheet_music_is_a_product_without_isbn() -> None:
    ismn = "9790260000438"  # ISO 10957: ISMN 979-0-2600-0043-8
    assert say(ismn) == Product(gtin="0" + ismn)


@pytest.mark.parametrize(
    ("body", "row", "source"),
    # JPO, book JAN code: flag, C-code of 4, price of 5, check digit.
    [
        ("192019301200", ROW, "192: price without tax"),
        ("191009500583", BookRow(c_code="0095", price_yen=583, price_includes_tax=True), "191: with tax, before 2004"),
        (
            "192321400000",
            BookRow(c_code="3214", price_yen=None, price_includes_tax=False),
            "00000: 100,000 yen or more",
        ),
        ("192321499999", BookRow(c_code="3214", price_yen=99999, price_includes_tax=False), "the greatest price"),
    ],
)
def test_the_second_row_gives_class_and_price(body: str, row: BookRow, source: str) -> None:
    assert say(checked(body)) == row, source


def test_a_second_row_with_a_wrong_check_digit_gives_no_price() -> None:
    right = checked("192019301200")
    assert say(right[:-1] + str((int(right[-1]) + 1) % 10)) == Unknown(reason=RejectReason.CHECK_DIGIT)


@pytest.mark.parametrize("rows", [(BOOK, ROW), (ROW, BOOK)])
def test_the_two_rows_make_one_book_whichever_came_first(rows: tuple[BookRow | Product, ...]) -> None:
    got = isbn_jp.join_rows(*rows)
    assert got == replace(
        BOOK,
        price_yen=1200,
        book=Book(isbn="9784101010014", isbn10="4101010013", c_code="0193", price_includes_tax=False),
    )


MAGAZINE = say(checked("491006571016"))


@pytest.mark.parametrize("rows", [(MAGAZINE, AddOn(digits="00743")), (AddOn(digits="00743"), MAGAZINE)])
def test_a_magazine_and_its_add_on_make_one_whichever_came_first(rows: tuple[AddOn | Product, ...]) -> None:
    assert isbn_jp.join_rows(*rows) == replace(MAGAZINE, add_on="00743", price_yen=743)


def test_an_add_on_beside_a_book_is_kept_and_is_no_price() -> None:
    whole = isbn_jp.join_rows(BOOK, ROW)
    assert whole
    assert isbn_jp.join_rows(BOOK, AddOn(digits="00743")) == replace(BOOK, add_on="00743")
    assert isbn_jp.join_rows(whole, AddOn(digits="00743")) == replace(whole, add_on="00743")


@pytest.mark.parametrize(
    "pair",
    [
        (BOOK, BOOK),
        (ROW, ROW),
        (AddOn(digits="00743"), ROW),
        (Product(gtin="04901234567894"), ROW),
        (Product(gtin="04901234567894"), AddOn(digits="12")),
        (replace(MAGAZINE, add_on="00743"), AddOn(digits="00743")),
        (MAGAZINE, ROW),
    ],
)
def test_any_other_two_do_not_join(
    pair: tuple[Product | BookRow | AddOn, Product | BookRow | AddOn],
) -> None:
    assert isbn_jp.join_rows(*pair) is None


def test_a_japanese_magazine_gives_title_issue_and_price() -> None:
    digits = checked("491006571016")
    assert parse_code(f"{digits} 00743".encode(), symbology=Symbology.EAN13, rules=RULES) == Product(
        gtin="0" + digits,
        add_on="00743",
        periodical=Periodical(title="06571", issue="01", year_digit="6"),
        price_yen=743,
    )


@pytest.mark.parametrize("add_on", [None, "12", "90743", "00000"])
def test_a_magazine_without_a_price_add_on_has_no_price(add_on: str | None) -> None:
    digits = checked("491006571016")
    text = digits + (f" {add_on}" if add_on else "")
    meaning = parse_code(text.encode(), symbology=Symbology.EAN13, rules=RULES)
    assert isinstance(meaning, Product)
    assert meaning.price_yen is None


def test_an_issn_is_read_from_its_ean() -> None:
    # The ISSN manual's example: ISSN 0317-8471 is 9770317847001.
    assert say("9770317847001") == Product(
        gtin="09770317847001", periodical=Periodical(title="03178471", issue="00", year_digit=None)
    )
