"""Tables of what scanners, cameras and keyboard wedges read, and of how these devices are."""

# Written by firmware_bridge; page_scans, the same for readings a browser page was given by a keyboard wedge, by web.
_SCAN = """(
  seq integer primary key autoincrement,
  station text not null, device text not null,
  symbology text, aim text, data blob not null,
  time text not null, clock text not null, boot text not null, uptime_ms integer not null
) strict;
"""
SCANS_DDL = f"""
create table scans {_SCAN}
create table page_scans {_SCAN}
create table device_log (
  seq integer primary key autoincrement,
  device text not null, station text not null, kind text not null, detail text not null, time text not null
) strict;
create table devices (
  device text primary key, station text not null, kind text not null,
  state text not null, detail text not null, since text not null,
  readings integer not null default 0, last_reading text, refused integer not null default 0
) strict;
"""

# Counters by which a lost scan can be found. `devices`, written by the bridge: bytes that came in, those that were no
# reading and why, and what ends a code there. Written by web: `answered`, the scans that have an outcome; `wedges`,
# what pages received from scanners that type into them.
SCAN_COUNTERS_DDL = """
alter table devices add column heard integer not null default 0;
alter table devices add column refused_in_a_row integer not null default 0;
alter table devices add column last_refused text;
alter table devices add column why text not null default '';
alter table devices add column ending text not null default '';
create table answered (
  log text not null, station text not null, device text not null, count integer not null,
  primary key (log, station, device)
) strict;
create table wedges (
  station text primary key,
  heard integer not null default 0, readings integer not null default 0, last_reading text,
  refused integer not null default 0, refused_in_a_row integer not null default 0, last_refused text,
  why text not null default '', layout text not null default '', caps integer not null default 0
) strict;
"""
