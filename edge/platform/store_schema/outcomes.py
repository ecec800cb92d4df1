"""Tables of what each scan came to, what the screens show of it, and how far the readers of a log have come."""

# Written by web: the scan processor and the pages.
OUTCOMES_DDL = """
create table outcomes (
  seq integer primary key autoincrement,
  log text not null, scan integer not null, station text not null,
  kind text not null, data text not null, time text not null,
  unique (log, scan)
) strict;
create index outcomes_station on outcomes (station, seq);
create index outcomes_kind on outcomes (station, kind, seq);
create table screens (station text primary key, outcome integer, since text not null) strict;
create table cursors (name text primary key, seq integer not null) strict;
create table marks (name text primary key, seq integer not null, time text not null) strict;
"""

# What is kept of a code once it is answered (edge/codes/abridged_code.py), beside what it came to; written by web. The bytes of a
# reading are empty in its log from then on (edge/scan/raw_reading.py); the indexes find those that are not.
ABRIDGED_CODES_DDL = """
alter table outcomes add column code text not null default '';
alter table outcomes add column last text not null default '';
alter table outcomes add column part blob;
create index scans_raw on scans (seq) where length(data) > 0;
create index page_scans_raw on page_scans (seq) where length(data) > 0;
"""

# The HMAC of the code that was read (edge/crypto/keyed_values.py), if the box has a data key: the same code, the same value.
CODE_MACS_DDL = """
alter table outcomes add column mac blob;
"""
