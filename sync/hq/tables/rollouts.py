"""Tables of configs on their way to many stores."""

ROLLOUTS_DDL = (
    "alter table stores add column fleet_group text",  # null: in none
    # what a store said last of each version of its config; before this, only its last word, which no store had said yet
    "drop table stages",
    """create table stages (
         store text not null, epoch text not null, version integer not null,
         stage text not null, reason text not null, path text not null, time text not null,
         primary key (store, epoch, version)
       ) strict, without rowid""",
    """create table rollouts (
         id integer primary key, file text not null, document text not null, fleet_group text, percent integer not null,
         state text not null, made text not null
       ) strict""",
    # the stores a roll-out has reached; `before` is the document it found there, which `undo` gives back
    """create table rollout_stores (
         rollout integer not null, store text not null, epoch text not null, version integer not null,
         before text not null, sent text not null, undone integer not null,
         primary key (rollout, store)
       ) strict, without rowid""",
)
