"""Tables of the box itself, its epochs, and the journal of what it tells HQ."""

# Written by web.
EPOCHS_DDL = """
create table epochs (epoch text primary key, began text not null) strict;
create table box (
  id text not null, epoch text not null, born text not null, only_one integer primary key check (only_one = 1)
) strict;
"""

JOURNAL_DDL = """
create table journal (
  seq integer primary key autoincrement,
  epoch text not null, lane integer not null, ordinal integer not null,
  type text not null, event text not null, hash blob not null
) strict;
create index journal_lane on journal (epoch, lane, seq);
"""
