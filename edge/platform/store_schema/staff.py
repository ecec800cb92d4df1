"""Tables of staff: calls, sessions and locks, and the devices they let in. Written by web."""

STAFF_CALLS_DDL = """
create table staff_calls (
  seq integer primary key autoincrement,
  station text not null, time text not null, answered text, staff text
) strict;
create table staff_locks (staff text primary key, wrong integer not null, until text) strict;
create table staff_sessions (
  token text primary key, staff text not null, station text not null, since text not null, seen text not null
) strict;
"""

# Who is signed in, and the SHA-256 of what their browser is known by: no longer that itself, and the sessions of before end.
# Written by web.
HASHED_SESSIONS_DDL = """
drop table staff_sessions;
create table staff_sessions (
  hash blob primary key, staff text not null, station text not null, since text not null, seen text not null,
  device text not null default ''
) strict;
"""

# Locks after wrong PINs, by device (edge/features/staff/pin_locks.py), and no longer by person alone. Written by web.
PIN_LOCKS_DDL = """
drop table staff_locks;
create table pin_locks (
  staff text not null, device text not null, wrong integer not null, until text, primary key (staff, device)
) strict;
"""

# Tries that went wrong, in a window of uptime that the first of them opened (edge/platform/attempt_counter.py). Written by web.
ATTEMPTS_DDL = """
create table tries (
  what text not null, whose text not null, count integer not null, boot text not null, since_ms integer not null,
  primary key (what, whose)
) strict;
"""

# Devices on the shop's network that may use the pages, and codes that let one in, for so much uptime of one boot
# (edge/features/paired_devices.py). Of secrets and codes the SHA-256 only. Written by web, as is `screens.touched`: when the
# shopper before a screen last touched it.
PAIRED_DEVICES_DDL = """
create table paired_devices (
  id text primary key, secret blob not null unique,
  name text not null, page text not null, station text not null, paired text not null, seen text not null
) strict;
create table pairing_codes (
  typed blob primary key, link blob not null unique,
  name text not null, page text not null, station text not null, staff text, boot text not null, until_ms integer not null
) strict;
"""

# When a call came, by the box's uptime: how long it waited is told to HQ. Written by web.
TIMED_CALLS_DDL = """
alter table staff_calls add column boot text;
alter table staff_calls add column uptime_ms integer;
"""

# Sessions by device, each with a name that opens nothing, and with three hashes: of the secret its browser has, of the next one
# that was offered to it, and of the one before (edge/features/staff/session_secret.py). Those of before the update end. Written
# by web.
ROTATED_SESSIONS_DDL = """
drop table staff_sessions;
create table staff_sessions (
  id text primary key, staff text not null, station text not null, device text not null,
  since text not null, seen text not null,
  hash blob not null, next blob, before blob, turned text not null, offered text,
  unique (station, device)
) strict;
"""

# The pieces of an order that a clerk has ticked for a step (edge/features/pickup/piece_ticks.py). They are the session's: they go
# with it. Written by web.
PIECE_TICKS_DDL = """
create table piece_ticks (
  session text not null references staff_sessions (id) on delete cascade,
  order_id text not null, step text not null, piece text not null, gtin text not null,
  primary key (session, order_id, step, piece)
) strict;
"""

# What a shopper who called was looking at; who has taken a task of the work list, and when it was done
# (edge/features/staff/tasks.py); products to be counted (edge/features/search/missed.py). Written by web.
STAFF_TASKS_DDL = """
alter table staff_calls add column gtin text;
create table task_claims (task text primary key, staff text not null, time text not null) strict;
create table count_tasks (
  seq integer primary key autoincrement,
  gtin text not null, shelf text, station text not null, time text not null, closed text, staff text
) strict;
create unique index count_tasks_open on count_tasks (gtin) where closed is null;
"""
