"""The entry of a style in the index of words: its products' texts, folded."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from edge.features.catalog import Category, Colour, Product
from edge.features.search.words import grams_of_words, words_of
from edge.validation.localized_text import FURIGANA_PATTERN, LocalizedText

CATEGORY_MARK = "="  # before the mark of a category; it is in no word


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexEntry:
    """Its two columns: `name` has names and readings, `more` style number, colours and categories."""

    name: str
    more: str


def index_entry(style: str, products: Sequence[Product]) -> IndexEntry:
    """The entry of a style with these products."""
    more = [*words_of(style), *colour_words(products)]
    categories = {category_mark(product.category) for product in products}
    return IndexEntry(
        name=grams_of_words(name_words(products)), more=" ".join((grams_of_words(more), *sorted(categories)))
    )


def name_words(products: Iterable[Product]) -> list[str]:
    """The words of names and readings."""
    return [word for product in products for word in (*words_in(product.name), *words_of(product.reading))]


def colour_words(products: Iterable[Product]) -> list[str]:
    """The words of colours."""
    return [word for product in products for word in name_and_reading(product.colour)]


def name_and_reading(of: Colour | Category) -> list[str]:
    """The words of a name and of its reading."""
    return [*words_in(of.name), *words_of(of.reading)]


def words_in(text: LocalizedText) -> list[str]:
    """The words of a text in all its languages; where it has furigana, as it is written and as it is read."""
    texts = [getattr(text, language) or "" for language in text.__struct_fields__]
    return [word for form in (r"\1", r"\2") for one in texts for word in words_of(FURIGANA_PATTERN.sub(form, one))]


def category_mark(category: str) -> str:
    """A category by its id, in hexadecimal: one token of the index, whatever is in the id.

    Its name is looked for in the categories themselves, so a new name changes no entry.
    """
    return CATEGORY_MARK + category.encode().hex()
