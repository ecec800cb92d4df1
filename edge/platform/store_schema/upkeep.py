"""Tables of the box's own upkeep: its loops, its disk, its old rows and its repairs."""

# When each loop of each process last ran (edge/platform/heartbeat.py): `round_ms` of uptime in `boot`. A process
# writes its own rows.
LOOPS_DDL = """
create table loops (
  process text not null, loop text not null, boot text not null, round_ms integer not null, time text not null,
  primary key (process, loop)
) strict;
"""

# How full the disk is, and what was thinned for it. `room` and `untold` are written by web, `thinned_scans` by the bridge.
DISK_LEVEL_DDL = """
create table room (
  level text not null, budget integer, since text not null, only_one integer primary key check (only_one = 1)
) strict;
create table untold (what text primary key, count integer not null, first text not null, last text not null) strict;
create table thinned_scans (
  seq integer primary key autoincrement, what text not null, count integer not null, first text not null, last text not null
) strict;
"""

# Rows only while room is made inside the file (edge/disk/reserve.py). Written by web.
RESERVE_DDL = """
create table reserve (number integer primary key, room blob not null) strict;
"""

# Uptime since rows were last deleted by their age (edge/retention/unswept.py). Written by web.
UNSWEPT_DDL = """
create table unswept (uptime_ms integer not null, only_one integer primary key check (only_one = 1)) strict;
"""

# How often this file was salvaged, or put back from a backup, and what became of it (edge/db_files). Written while no process
# of the store runs; `report` is JSON: rows saved by table, and lost if that is known.
REPAIRS_DDL = """
create table repairs (
  number integer primary key autoincrement,
  kind text not null, why text not null, aside text not null, epoch text not null, report text not null, time text not null
) strict;
"""
