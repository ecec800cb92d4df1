"""Tables of HQ itself and of its stores: what they are, how each is, and what is to be done there."""

STORES_DDL = (
    """create table about (
         chain text not null, broker text not null, made text not null, only_one integer primary key check (only_one = 1)
       ) strict""",
    # a store whose key is revoked stays here, so that what it said before can still be read
    """create table stores (
         id text primary key, name text not null, public_key text not null, since text not null, revoked text
       ) strict""",
)

# the recovery key that boxes' data keys are sealed for: lost, it is put back, and none is made in its place
RECOVERY_KEY_DDL = """
create table recovery (id text not null, noted text not null, only_one integer primary key check (only_one = 1)) strict
"""

CONFIG_STAGES_DDL = (
    "create table stages (store text primary key, stage text not null, detail text not null, time text not null) strict",
    # commands to stores; said again at each birth until they expire, because a box does an id only once
    """create table commands (
         id text primary key, scope text not null, command text not null, args text not null,
         expires text not null, made text not null
       ) strict""",
    """create table fleet (
         store text primary key, state text not null, since text not null, heard text not null, told text not null
       ) strict, without rowid""",
)

# `number` is the order in which births arrived; `returns`: how often a run sent messages again after another one
SYNC_RUNS_DDL = """create table runs (
     number integer primary key, store text not null, run text not null, machine text not null, address text not null,
     returns integer not null, seen text not null,
     unique (store, run)
   ) strict"""

CONFLICTS_DDL = (
    # goods handed over and an order cancelled: what follows is a person's decision, so each is one task
    """create table conflicts (
         store text not null, order_id text not null, number text not null, noted text not null, settled text,
         primary key (store, order_id)
       ) strict, without rowid""",
    """create table refusals (
         store text not null, reason text not null, times integer not null, last text not null,
         primary key (store, reason)
       ) strict, without rowid""",
)
