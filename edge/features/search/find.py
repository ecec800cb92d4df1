"""Finding the styles in which all words occur: the best first, as many as a screen has room for."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlite_utils import Database

from edge.features import catalog
from edge.features.search.entry import category_mark, name_and_reading
from edge.features.search.words import (
    gram_query,
    loose_form,
    loose_gram_query,
    occurs_loosely,
    split_by_script,
    words_of,
)
from edge.platform.database import first_row
from edge.replica.hq_replica import feed_version

MAX_WORDS = 6  # of a question; what follows them is left out
MAX_WORD_LENGTH = 40  # characters of one word
MAX_CATEGORIES = 20  # whose name a word occurs in, at most


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundStyles:
    """Style numbers, best first. `more`: there are others. `complete`: every product of the catalogue was looked at."""

    styles: tuple[str, ...] = ()
    more: bool = False
    complete: bool = True


def find_styles(hq: Database, text: str, *, most: int, here: bool = False) -> FoundStyles:
    """At most `most` styles; `here`: only those of which HQ counts a piece in this store.

    First the style with exactly this number, then those in whose name all words occur, then those in whose name they occur
    loosely, then those with a word in their number, colour or category; of each, first what is here. If nothing is found,
    words are cut where their script changes.
    """
    words = [word[:MAX_WORD_LENGTH] for word in words_of(text) if loose_form(word[:MAX_WORD_LENGTH])][:MAX_WORDS]
    found = _found(hq, words, most + 1, here)
    if (
        not found
        and (parts := [part for word in words for part in split_by_script(word) if loose_form(part)][:MAX_WORDS])
        != words
    ):
        found = _found(hq, parts, most + 1, here)
    return FoundStyles(styles=found[:most], more=len(found) > most, complete=is_search_complete(hq))


def is_search_complete(hq: Database) -> bool:
    """Whether the catalogue is here and the index is up with it; else what is not found may be there all the same."""
    return feed_version(hq, "catalog") > 0 and first_row(hq, "select 1 from search_changed limit 1") is None


def _found(hq: Database, words: Sequence[str], most: int, here: bool) -> tuple[str, ...]:
    ids: dict[int, None] = {}
    for entry in _ids(hq, words, most, here) if words else ():
        ids[entry] = None
        if len(ids) == most:
            break
    styles = (first_row(hq, "select style from search_styles where id = ?", (entry,)) for entry in ids)
    return tuple(row[0] for row in styles if row)


def _ids(hq: Database, words: Sequence[str], most: int, here: bool) -> Iterator[int]:
    """The entries, best first; some come twice.

    First of all every entry with the words anywhere, as many as are wanted: if there is none, none of the better ones is
    looked for. What a shopper has typed so far is often in no product.
    """
    yield from _exact(hq, "".join(words), here)
    anywhere = " AND ".join(f"({' OR '.join((loose_gram_query(word), *_categories(hq, word)))})" for word in words)
    if every := _matches(hq, "search_here" if here else "search_all", anywhere, most):
        for gram in (gram_query, loose_gram_query):
            name = f"name : ({' AND '.join(gram(word) for word in words)})"
            for table in ("search_here",) if here else ("search_here", "search_all"):
                yield from _matches(hq, table, name, most)
        if not here:
            yield from _matches(hq, "search_here", anywhere, most)
        yield from every


def _matches(hq: Database, table: str, query: str, most: int) -> list[int]:
    """Entries that match, in no order of rank: so FTS5 ends at the limit, and does not read all 200,000 of a common word."""
    sql = f"select rowid from {table} where {table} match ? limit ?"
    return [entry for (entry,) in hq.conn.execute(sql, (query, most)).fetchall()]


def _exact(hq: Database, number: str, here: bool) -> list[int]:
    found = [
        entry for (entry,) in hq.conn.execute("select id from search_styles where exact = ?", (number,)).fetchall()
    ]
    return [
        entry for entry in found if not here or first_row(hq, "select 1 from search_here where rowid = ?", (entry,))
    ]


def _categories(hq: Database, word: str) -> list[str]:
    """The marks of the categories in whose name a word occurs."""
    named = (category for category in catalog.categories(hq) if occurs_loosely(word, name_and_reading(category)))
    return [f'"{category_mark(category.id)}"' for category in islice(named, MAX_CATEGORIES)]
