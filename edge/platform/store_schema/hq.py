"""Tables of the line to HQ: what HQ has kept, asked, said and sent."""

# Written by sync: what HQ has kept, and how the line to HQ is.
SYNC_DDL = """
create table kept (
  epoch text not null, lane integer not null, seq integer not null, ordinal integer not null,
  hash blob not null, time text not null,
  primary key (epoch, lane)
) strict;
create table sync_log (
  seq integer primary key autoincrement, type text not null, data text not null, time text not null
) strict;
create table line (
  state text not null, since text not null, heard text, detail text not null,
  only_one integer primary key check (only_one = 1)
) strict;
"""

# What sync must know again after a restart, apart from `sync_log`, which is deleted once it has been reported: lanes that
# were closed (epoch/lane), feed epochs that were left (feed/epoch), ids of commands that were received. Written by sync.
SYNC_MEMORY_DDL = """
create table sync_memory (
  seq integer primary key autoincrement, type text not null, name text not null, unique (type, name)
) strict;
insert into sync_memory (type, name)
  select type, case type when 'box.forked' then data ->> 'epoch' || '/' || (data ->> 'lane')
    when 'feed.epoch' then data ->> 'feed' || '/' || (data ->> 'from') else data ->> 'id' end
  from sync_log where type in ('box.forked', 'feed.epoch', 'do.taken', 'do.refused') order by seq
  on conflict do nothing;
"""

# HQ's keys as its feed had them last, written by sync: without the mirror the box must still accept a key that has
# taken the enrolled one's place. A row without a body was taken back.
HQ_KEYS_DDL = """
create table hq_keys (key text primary key, body text) strict;
"""

# The boxes that run as this store from copies of one card, as HQ has found and until it takes that back. Written by sync.
CLONES_DDL = """
create table clones (boxes text not null, since text not null, only_one integer primary key check (only_one = 1)) strict;
"""

# What web asks HQ while somebody waits, and what sync received or knows at once: `answers` is written by sync.
QUESTIONS_DDL = """
create table questions (
  seq integer primary key autoincrement,
  question text not null, args text not null, boot text not null, until_ms integer not null
) strict;
create table answers (question integer primary key, word text not null, body text not null) strict;
"""

# `configs`, written by sync: each config HQ has sent, and how far it has come (sync/config_trial/states.py). The last good one is
# kept here and not in the mirror, which may be deleted. `bridge`, written by the bridge: the config it uses, the trial that
# was under way when it started, why it could not use the one it tried, and the devices of the one it checked that are not
# there: only the bridge sees device nodes.
CONFIGS_DDL = """
create table configs (
  number integer primary key autoincrement,
  epoch text not null, version integer not null, body text not null,
  stage text not null, since text not null, reason text not null default '', path text not null default '',
  attempt integer not null default 1, interrupted integer not null default 0, proven text,
  unique (epoch, version, attempt)
) strict;
create index configs_stage on configs (stage, number);
create table bridge (
  config integer not null, past integer not null, since text not null,
  tried integer not null default 0, trouble text not null default '',
  looked integer not null default 0, missing text not null default '[]',
  only_one integer primary key check (only_one = 1)
) strict;
"""
