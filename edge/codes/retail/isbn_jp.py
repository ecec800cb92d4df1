"""Books and magazines: ISBN, ISSN, Japan's second row (191, 192) and 491 magazine code; joining two reads into one."""

from dataclasses import replace

from edge.codes.check_digits import isbn10_character, issn_character
from edge.codes.parsed_code import AddOn, Book, BookRow, Meaning, Periodical, Product


def publication_of_gtin(gtin: str, add_on: str | None) -> Product:
    """A publication by its GTIN-14 (0977…, 0978…, 0979…, 0491…)."""
    match gtin[1:4]:
        case "978":
            return Product(gtin=gtin, add_on=add_on, book=_book(gtin[1:]))
        case "979" if gtin[4] != "0":  # 979-0 is ISMN, sheet music (ISO 10957)
            return Product(gtin=gtin, add_on=add_on, book=_book(gtin[1:]))
        case "977":
            return Product(gtin=gtin, add_on=add_on, periodical=_by_issn(gtin[1:]))
        case "491":
            return _japanese_magazine(gtin, add_on)
    return Product(gtin=gtin, add_on=add_on)


def parse_second_row(digits: str) -> Meaning:
    """192, C-code of 4, price of 5, check digit (JPO, book JAN code); 191 has the price with tax, 192 without.

    A price of 00000 is no price: the form cannot hold 100,000 yen and above.
    """
    price = int(digits[7:12])
    return BookRow(c_code=digits[3:7], price_yen=price or None, price_includes_tax=digits.startswith("191"))


def join_rows(first: Meaning, second: Meaning) -> Product | None:
    """One publication from two reads, in either order; None for two that do not belong together.

    A book gets class and price from its second row; a book or magazine gets the add-on printed beside it.
    """
    match first, second:
        case (Product(book=Book() as book), BookRow()):
            whole = replace(book, c_code=second.c_code, price_includes_tax=second.price_includes_tax)
            return replace(first, price_yen=second.price_yen, book=whole)
        case (Product(add_on=None, book=book, periodical=periodical), AddOn(digits=digits)) if book or periodical:
            return replace(first, add_on=digits, price_yen=_magazine_price(first.gtin, digits) or first.price_yen)
        case (BookRow() | AddOn(), Product()):
            return join_rows(second, first)
    return None


def _book(isbn: str) -> Book:
    body = isbn[3:12]
    return Book(isbn=isbn, isbn10=body + isbn10_character(body) if isbn.startswith("978") else None)


def _by_issn(digits: str) -> Periodical:
    """ISO 3297: 977, seven ISSN digits without their check, two variant digits."""
    body = digits[3:10]
    return Periodical(title=body + issn_character(body), issue=digits[10:12], year_digit=None)


def _japanese_magazine(gtin: str, add_on: str | None) -> Product:
    """JPO, periodical code of 2004: 491, reserve, magazine code of 5, issue of 2, year digit, check digit.

    Its EAN-5 is a reserve 0 and a price of 4 digits without tax; any other add-on is no price.
    """
    digits = gtin[1:]
    periodical = Periodical(title=digits[4:9], issue=digits[9:11], year_digit=digits[11])
    return Product(gtin=gtin, add_on=add_on, periodical=periodical, price_yen=_magazine_price(gtin, add_on))


def _magazine_price(gtin: str, add_on: str | None) -> int | None:
    """The price in a Japanese magazine's EAN-5, or None: other publications use the add-on for other things."""
    says_price = gtin.startswith("0491") and add_on is not None and len(add_on) == 5 and add_on[0] == "0"
    return (int(add_on) or None) if add_on and says_price else None
