"""Tables of what stores have sent: the facts, how far each journal is kept, and what does not fit."""

FACTS_DDL = (
    # `number` is the order of arrival, which `noren hq events` follows; by `hash` a late repeat is distinguished from a fork
    """create table facts (
         number integer primary key,
         store text not null, epoch text not null, lane integer not null, seq integer not null, ordinal integer not null,
         id text not null, type text not null, time text not null, event text not null, hash blob not null,
         received text not null,
         unique (store, epoch, lane, seq)
       ) strict""",
    # what is acknowledged: never behind what is committed, and moved by compare-and-set on seq
    """create table chains (
         store text not null, epoch text not null, lane integer not null,
         seq integer not null, ordinal integer not null, hash blob not null, kept_at text not null,
         primary key (store, epoch, lane)
       ) strict, without rowid""",
    # two boxes that claim one past: the batch that did not fit, kept as evidence and never as facts
    """create table forks (
         number integer primary key,
         store text not null, epoch text not null, lane integer not null, seq integer not null, hash blob not null,
         batch text not null, seen text not null, times integer not null,
         unique (store, epoch, lane, seq, hash)
       ) strict""",
    # a row HQ cannot understand is kept byte for byte and acknowledged, so that the rows behind it flow
    """create table quarantine (
         number integer primary key,
         store text not null, epoch text not null, lane integer not null, seq integer not null, ordinal integer not null,
         event blob not null, hash blob not null, reason text not null, received text not null,
         unique (store, epoch, lane, seq)
       ) strict""",
    # after a fork a box says again, in its new epoch, what it does not know to be kept: not a second fact
    """create table echoes (
         store text not null, epoch text not null, lane integer not null, seq integer not null,
         id text not null, hash blob not null, received text not null,
         primary key (store, epoch, lane, seq)
       ) strict, without rowid""",
)
