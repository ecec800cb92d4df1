"""The table of goods that came back. Written by web."""

# What the store did with each return: accepted it, took it back. `pieces` is JSON, as it is told to HQ.
RETURNS_DDL = """
create table return_steps (
  seq integer primary key autoincrement,
  key text not null unique,
  return_id text not null, action text not null, order_id text, pieces text not null,
  staff text, station text, time text not null, fact integer not null
) strict;
create index return_steps_return on return_steps (return_id, seq);
create index return_steps_order on return_steps (order_id, seq);
create index return_steps_fact on return_steps (fact);
create index return_steps_time on return_steps (time);
"""
