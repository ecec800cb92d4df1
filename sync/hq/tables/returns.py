"""Tables of goods that stores took back: a refund task each, with its pieces."""

# `number` is the order in which HQ kept them. `data` is what the store told; null: HQ knows only that it was taken back.
# A piece is `surplus` if more pieces of its product came back than the order had: two stores took the same one.
RETURNS_DDL = (
    """create table returns (
         number integer primary key, store text not null, return_id text not null, order_id text, data text,
         time text not null, received text not null, undone text, settled text,
         unique (store, return_id)
       ) strict""",
    """create table return_pieces (
         number integer not null references returns (number), place integer not null,
         order_id text, gtin text not null, surplus integer not null default 0,
         primary key (number, place)
       ) strict, without rowid""",
    "create index return_pieces_order on return_pieces (order_id, gtin, number) where order_id is not null",
)
