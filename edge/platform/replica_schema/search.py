"""The index of words in hq.db: its tables, and the triggers that note what has changed."""

_STYLE = "cast(json_extract({body}, '$.style') as text)"
# what the index is made of: a new price or picture changes no word
_WORDS = "json_extract({body}, '$.style', '$.name', '$.reading', '$.category', '$.colour', '$.contains')"
_CHANGED = "insert into search_changed select style from (select {style} as style) where style is not null on conflict do nothing;"
_CHANGED_HERE = (
    "insert into search_changed select style from (select "
    + _STYLE.format(body="body")
    + " as style from catalog where key = {key} and body is not null) where style is not null on conflict do nothing;"
)


def _is_here(row: str) -> str:
    return f"coalesce(json_extract({row}.body, '$.on_hand') > 0, 0)"


def _style(row: str) -> str:
    return _CHANGED.format(style=_STYLE.format(body=f"{row}.body"))


def _grams(table: str) -> tuple[str, ...]:
    """An index of grams that keeps no text. Sync merges it itself, in small steps: by itself FTS5 does it inside some commit."""
    made = f"""create virtual table {table} using fts5(
                 name, more, content='', contentless_delete=1, tokenize="ascii tokenchars '^='")"""
    settings = {"automerge": 0, "usermerge": 4, "crisismerge": 1000}
    return (
        made,
        *(f"insert into {table} ({table}, rank) values ('{key}', {value})" for key, value in settings.items()),
    )


# The index of words (edge/features/search): triggers note each style whose words or stock here have changed, and sync makes
# its entry anew (sync/search_index.py). So no writer of a feed knows of it, and a crash loses neither.
SEARCH_DDL = (
    "create table search_changed (style text primary key) strict, without rowid",
    # `id` is the entry's rowid in the two indexes; `exact` is the style number folded, as it is typed whole
    "create table search_styles (id integer primary key, style text not null unique, exact text not null) strict",
    "create index search_styles_exact on search_styles (exact)",
    *_grams("search_all"),
    *_grams("search_here"),  # the same for styles of which HQ counts a piece in this store
    f"create trigger search_catalog_in after insert on catalog when new.body is not null begin {_style('new')} end",
    f"""create trigger search_catalog_change after update on catalog
        when {_WORDS.format(body="old.body")} is not {_WORDS.format(body="new.body")}
        begin {_style("old")} {_style("new")} end""",
    f"create trigger search_catalog_out after delete on catalog begin {_style('old')} end",
    f"create trigger search_stock_in after insert on stock begin {_CHANGED_HERE.format(key='new.key')} end",
    f"""create trigger search_stock_change after update on stock when {_is_here("old")} is not {_is_here("new")}
        begin {_CHANGED_HERE.format(key="new.key")} end""",
    f"create trigger search_stock_out after delete on stock begin {_CHANGED_HERE.format(key='old.key')} end",
)

# for a catalogue that was here before the index, or before an entry was made as now: sync builds it in the background
MARK_EVERY_STYLE_SQL = f"""insert into search_changed
    select distinct style from (select {_STYLE.format(body="body")} as style from catalog where body is not null)
    where style is not null on conflict do nothing"""
