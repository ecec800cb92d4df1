"""The index of words finds what a look at every product would find, whatever the feeds and crashes were before."""

from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlite_utils import Database

from edge.features import catalog
from edge.features.catalog import Category, Colour, Product
from edge.features.search.entry import colour_words, name_and_reading, name_words
from edge.features.search.find import find_styles, is_search_complete
from edge.features.search.words import loose_form, occurs_in_words, occurs_loosely, split_by_script, words_of
from edge.features.stock import StockRow
from edge.platform.clock import now
from edge.platform.database import first_row, open_hq, rows, writing
from edge.platform.migration import migrate
from edge.platform.replica_schema.migrations import hq_migrations
from edge.platform.sqlite import sqlite3
from edge.platform.sqlite_file import create_database
from edge.replica import hq_replica
from edge.validation.localized_text import LocalizedText
from sync.feeds import staging
from sync.feeds.stored_row import StoredRow
from sync.protocol.messages import FeedPage
from sync.search_index import STEP_INTERVAL_S, STYLES_PER_STEP, SearchIndex, wipe_index

NOW = now()
ALL = 1000  # styles: more than there are
NAMES = ("ことり", "トレンチコート", "Tシャツ", "綿シャツ", "上着", "ﾆｯﾄ 帽子", "Coat (wool)")
READINGS = ("", "うわぎ", "トレンチ コート")
COLOURS = ("黒", "紺", "若草")
CATEGORIES = ("shirts", "外套", "a-b.c")
CATEGORY_NAMES = ("ことり", "シャツ", "コート", "その他")
STYLES = ("41-2208", "41-22", "AB-07", "412208")
ASKED = (
    "コート",
    "こーと",
    "シャ",
    "t",
    "T",
    "綿",
    "着",
    "うわぎ",
    "黒",
    "紺 コート",
    "黒コート",
    "2208",
    "41-2208",
    "41",
    "ab",
    "帽子",
    "wool coat",
    "他",
    "その",
    "ート",
    "ー",
    "コト",
    "しやつ",
    "シアツ",
    "くろ",
    "クロ コト",
    "まくろ",
)


def gtin(number: int) -> str:
    return f"{number:014d}"


def product(
    number: int, style: str, name: str, reading: str = "", colour: str = "黒", category: str = "shirts"
) -> Product:
    return Product(
        gtin=gtin(number),
        style=style,
        name=LocalizedText(ja=name),
        reading=reading,
        category=category,
        colour=Colour(
            code="01", name=LocalizedText(ja=colour), reading="くろ" if colour == "黒" else "", hex="#e9e3d6"
        ),
        size="M",
        size_order=0,
        price=3990,
        picture="",
    )


def put(db: Database, feed: str, key: str, body: Any, version: int = 1) -> None:
    """What sync's feeds do with a row."""
    text = None if body is None else msgspec.json.encode(body).decode()
    sql = f"""insert into {feed} (key, version, body) values (?, ?, ?)
              on conflict (key) do update set version = excluded.version, body = excluded.body"""
    db.conn.execute(sql, (key, version, text))


def stock(db: Database, number: int, pieces: int) -> None:
    put(db, "stock", gtin(number), StockRow(gtin=gtin(number), on_hand=pieces, as_of=NOW.time))


def loaded(db: Database) -> None:
    """The catalogue has come whole."""
    db.conn.execute("insert or replace into feeds values ('catalog', 'e', 1, 0, '0', '')")


def work(db: Database) -> None:
    index, at = SearchIndex(db), 0.0
    while first_row(db, "select 1 from search_changed"):
        index.look(at)
        at += STEP_INTERVAL_S


def numbers(db: Database, asked: str, *, here: bool = False, most: int = ALL) -> tuple[str, ...]:
    return find_styles(db, asked, most=most, here=here).styles


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    migrate(tmp_path)
    mirror = open_hq(tmp_path)
    loaded(mirror)
    yield mirror
    mirror.close()


def by_looking(db: Database, asked: str, *, here: bool) -> list[set[str]]:
    """The styles that are to be found, in groups: the first come first."""
    words = [word for word in words_of(asked) if loose_form(word)]
    found = _by_looking(db, words, here)
    parts = [part for word in words for part in split_by_script(word) if loose_form(part)]
    return found if any(found) else _by_looking(db, parts, here)


def _by_looking(db: Database, words: list[str], here: bool) -> list[set[str]]:
    groups: list[set[str]] = [set() for _ in range(7)]
    if not words:
        return groups
    styles: dict[str, list[Product]] = {}
    for row in hq_replica.rows_where(db, "catalog", Product):
        styles.setdefault(row.style, []).append(row)
    for style, products in styles.items():
        counted = [hq_replica.replica_row(db, "stock", row.gtin, StockRow) for row in products]
        is_here = any(row.on_hand > 0 for row in counted if row)
        names, more = name_words(products), [*words_of(style), *colour_words(products)]
        kinds = [
            word
            for kind in catalog.categories(db)
            if kind.id in {row.category for row in products}
            for word in name_and_reading(kind)
        ]
        if here and not is_here:
            continue
        if "".join(words_of(style)) == "".join(words):
            groups[0].add(style)
        elif all(occurs_in_words(word, names) for word in words):
            groups[1 if is_here else 2].add(style)
        elif all(occurs_loosely(word, names) for word in words):
            groups[3 if is_here else 4].add(style)
        elif all(occurs_loosely(word, (*names, *more, *kinds)) for word in words):
            groups[5 if is_here else 6].add(style)
    return groups


def check(db: Database) -> None:
    for asked in ASKED:
        for here in (False, True):
            found = find_styles(db, asked, most=ALL, here=here)
            assert found.complete
            assert len(set(found.styles)) == len(found.styles)
            rest = list(found.styles)
            for group in by_looking(db, asked, here=here):
                assert set(rest[: len(group)]) == group, (asked, here, found)
                rest = rest[len(group) :]
            assert not rest, (asked, here, found)


PRODUCT = st.builds(
    product,
    st.integers(0, 5),
    st.sampled_from(STYLES),
    st.sampled_from(NAMES),
    st.sampled_from(READINGS),
    st.sampled_from(COLOURS),
    st.sampled_from(CATEGORIES),
)
STEP = st.one_of(
    PRODUCT,
    st.tuples(st.just("gone"), st.integers(0, 5)),
    st.tuples(st.just("deleted"), st.integers(0, 5)),
    st.tuples(st.just("broken"), st.integers(0, 5)),
    st.tuples(st.just("stock"), st.integers(0, 5), st.integers(-1, 2)),
    st.tuples(st.just("no stock"), st.integers(0, 5)),
    st.tuples(st.just("category"), st.sampled_from(CATEGORIES), st.sampled_from(CATEGORY_NAMES)),
    st.tuples(st.just("look"), st.just(0)),
    st.tuples(st.just("crash"), st.integers(1, 3000)),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEP, max_size=25))
def test_after_any_history_the_index_answers_as_the_rows_do(history: list[Any]) -> None:
    with TemporaryDirectory() as folder:
        migrate(Path(folder))
        db = open_hq(Path(folder))
        loaded(db)
        for step in history:
            happen(db, step)
        work(db)
        check(db)
        assert rows(db, "pragma integrity_check") == [{"integrity_check": "ok"}]
        db.close()


def happen(db: Database, step: Any) -> None:
    match step:
        case Product() as row:
            put(db, "catalog", row.gtin, row)
        case ("gone", int(number)):
            put(db, "catalog", gtin(number), None)
        case ("deleted", int(number)):
            db.conn.execute("delete from catalog where key = ?", (gtin(number),))
        case ("broken", int(number)):  # as an older Noren may have stored it
            put(db, "catalog", gtin(number), {"gtin": gtin(number), "style": "41-22", "name": 7})
        case ("stock", int(number), int(pieces)):
            stock(db, number, pieces)
        case ("no stock", int(number)):
            db.conn.execute("delete from stock where key = ?", (gtin(number),))
        case ("category", str(id), str(name)):
            body = Category(id=id, name=LocalizedText(ja=name), reading="そのほか", order=0, picture="")
            put(db, "content", f"category/{id}", body)
        case ("look", _):
            SearchIndex(db).look(0.0)
        case ("crash", int(steps)):
            crash(db, steps)


def crash(db: Database, steps: int) -> None:
    """The work breaks off after some thousand steps of SQLite's machine, wherever that is."""
    db.conn.set_progress_handler(lambda: 1, steps)
    with suppress(sqlite3.OperationalError):
        SearchIndex(db).look(0.0)
    db.conn.set_progress_handler(None, 0)


def fill(db: Database, styles: int) -> None:
    with writing(db):
        for number in range(styles):
            put(db, "catalog", gtin(number), product(number, f"S-{number:05d}", f"コート{number}"))


def test_a_half_built_index_says_so_and_finds_what_it_has(db: Database) -> None:
    fill(db, STYLES_PER_STEP + 50)
    assert find_styles(db, "コート", most=ALL) == find_styles(db, "ない", most=ALL)
    assert not find_styles(db, "コート", most=ALL).complete
    SearchIndex(db).look(0.0)
    half = find_styles(db, "コート", most=ALL)
    assert 0 < len(half.styles) <= STYLES_PER_STEP
    assert not half.complete
    work(db)
    assert len(numbers(db, "コート")) == STYLES_PER_STEP + 50
    assert is_search_complete(db)


def test_a_step_waits_for_its_time(db: Database) -> None:
    fill(db, 2 * STYLES_PER_STEP)
    index = SearchIndex(db)
    index.look(0.0)
    left = first_row(db, "select count(*) from search_changed")
    index.look(STEP_INTERVAL_S / 2)
    assert first_row(db, "select count(*) from search_changed") == left, "others have the core"
    index.look(STEP_INTERVAL_S)
    assert first_row(db, "select count(*) from search_changed") != left


def test_a_catalogue_that_was_here_before_the_index_is_built_in(tmp_path: Path) -> None:
    """As an update of Noren meets it."""
    with closing(create_database(tmp_path / "hq.db")) as conn:
        older = Database(conn)
        hq_migrations.apply(older, stop_before="m004_search_by_words")
        fill(older, 3)
        loaded(older)
    migrate(tmp_path)
    db = open_hq(tmp_path)
    assert not is_search_complete(db)
    work(db)
    assert numbers(db, "コート") == ("S-00000", "S-00001", "S-00002")
    db.close()


def test_an_index_without_loose_forms_is_made_anew(tmp_path: Path) -> None:
    with closing(create_database(tmp_path / "hq.db")) as conn:
        older = Database(conn)
        hq_migrations.apply(older, stop_before="m006_words_in_their_loose_form")
        fill(older, 3)
        work(older)
        put(older, "catalog", gtin(0), product(0, "S-00000", "上着"))  # one is noted already
    migrate(tmp_path)
    db = open_hq(tmp_path)
    assert rows(db, "select count(*) as left from search_changed") == [{"left": 3}]
    work(db)
    assert len(numbers(db, "コト")) == 2
    db.close()


def test_before_the_catalogue_has_come_nothing_is_said_to_be_missing(tmp_path: Path) -> None:
    migrate(tmp_path)
    db = open_hq(tmp_path)
    assert not find_styles(db, "コート", most=9).complete
    db.close()


def test_a_reload_that_replaces_the_catalogue_takes_the_index_along(db: Database) -> None:
    fill(db, 3)
    work(db)
    new = [product(1, "S-00001", "コート1"), product(7, "S-00007", "上着")]
    found = [StoredRow(row.gtin, 1, msgspec.json.encode(row).decode(), None) for row in new]
    page = FeedPage(feed="catalog", epoch="e2", since=0, version=1, more=False)
    load = staging.begin_load(db, "catalog", "e2", NOW.text)
    load = staging.complete_load(db, staging.add_page(db, load, page, found, NOW.text))
    assert staging.move_rows(db, load)
    work(db)
    assert numbers(db, "コート") == ("S-00001",)
    assert numbers(db, "上着") == ("S-00007",)


def test_a_price_that_changes_makes_no_work(db: Database) -> None:
    fill(db, 1)
    work(db)
    put(db, "catalog", gtin(0), msgspec.structs.replace(product(0, "S-00000", "コート0"), price=1), version=2)
    stock(db, 0, 5)
    work(db)
    stock(db, 0, 4)
    assert is_search_complete(db)


def test_the_exact_number_first_then_the_name_then_the_rest_and_of_each_what_is_here(db: Database) -> None:
    put(db, "catalog", gtin(1), product(1, "A-1", "毛布", colour="紺"))
    put(db, "catalog", gtin(2), product(2, "A-2", "紺の帽子"))
    put(db, "catalog", gtin(3), product(3, "A-3", "紺の毛布"))
    put(db, "catalog", gtin(4), product(4, "A-4", "帽子", colour="紺"))
    put(db, "catalog", gtin(5), product(5, "紺", "皿"))
    stock(db, 3, 1)
    stock(db, 4, 1)
    work(db)
    assert numbers(db, "紺") == ("紺", "A-3", "A-2", "A-4", "A-1")
    assert numbers(db, "紺", here=True) == ("A-3", "A-4")
    assert find_styles(db, "紺", most=2).more
    assert numbers(db, "紺", most=2) == ("紺", "A-3")


@pytest.mark.parametrize("asked", ["うわぎ", "ウワギ", "ｳﾜ", "わぎ"])
def test_kana_finds_by_the_reading_what_is_written_in_kanji(db: Database, asked: str) -> None:
    put(db, "catalog", gtin(1), product(1, "A-1", "上着", reading="うわぎ"))
    work(db)
    assert numbers(db, asked) == ("A-1",)


@pytest.mark.parametrize("asked", ["あか", "アカ", "赤", "ｱｶ 毛布"])
def test_a_colour_is_found_by_its_reading(db: Database, asked: str) -> None:
    red = Colour(code="02", name=LocalizedText(ja="赤"), reading="あか", hex="#a02020")
    put(db, "catalog", gtin(1), msgspec.structs.replace(product(1, "A-1", "毛布"), colour=red))
    put(db, "catalog", gtin(2), product(2, "A-2", "毛布"))
    work(db)
    assert numbers(db, asked) == ("A-1",)


def test_a_category_is_found_by_its_reading(db: Database) -> None:
    put(db, "catalog", gtin(1), product(1, "A-1", "Bonnet", category="hats"))
    hats = Category(id="hats", name=LocalizedText(ja="帽子"), reading="ぼうし", order=0, picture="")
    put(db, "content", "category/hats", hats)
    work(db)
    assert numbers(db, "ボウシ") == ("A-1",)


@pytest.mark.parametrize("asked", ["しやつ", "シヤツ", "シャッ"])
def test_small_kana_typed_large_find_what_has_small_ones(db: Database, asked: str) -> None:
    put(db, "catalog", gtin(1), product(1, "A-1", "麻のシャツ"))
    work(db)
    assert numbers(db, asked) == ("A-1",)


def test_what_is_written_as_it_was_typed_comes_before_what_is_only_like_it(db: Database) -> None:
    put(db, "catalog", gtin(1), product(1, "A-1", "ことり"))
    put(db, "catalog", gtin(2), product(2, "A-2", "コート"))
    put(db, "catalog", gtin(3), product(3, "A-3", "コート"))
    stock(db, 3, 1)
    work(db)
    assert numbers(db, "コート") == ("A-3", "A-2", "A-1")
    assert numbers(db, "コト") == ("A-1", "A-3", "A-2")
    assert numbers(db, "コート", most=1) == ("A-3",)


@pytest.mark.parametrize("asked", ["極細メリノ", "ごくぼそ", "細", "ぼそめり"])
def test_a_name_with_furigana_is_found_as_it_is_written_and_as_it_is_read(db: Database, asked: str) -> None:
    put(db, "catalog", gtin(1), product(1, "A-1", "[極細|ごくぼそ]メリノ"))
    work(db)
    assert numbers(db, asked) == ("A-1",)


@pytest.mark.parametrize(
    "asked", ["", "　", "()", '"', "name:", "NEAR(", "*", "^", "-", "あ" * 500, "か " * 50, "\x00"]
)
def test_no_question_is_too_strange(db: Database, asked: str) -> None:
    assert numbers(db, asked) == ()


def test_a_chain_that_gives_all_its_products_one_style_does_not_stop_the_box(db: Database) -> None:
    with writing(db):
        for number in range(600):
            put(db, "catalog", gtin(number), product(number, "", f"コート{number}"))
    work(db)
    assert numbers(db, "コート") == ("",)


def test_a_box_out_of_use_keeps_no_word(db: Database) -> None:
    fill(db, 3)
    work(db)
    with writing(db):
        db.conn.execute("delete from catalog")
        wipe_index(db)
    assert numbers(db, "コート") == ()
    assert is_search_complete(db)
