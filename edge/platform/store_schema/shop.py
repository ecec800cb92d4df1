"""Tables of visits, used coupons, pickup orders and stock: what the shop's work has come to. Written by web."""

VISITS_DDL = """
create table visits (
  seq integer primary key autoincrement,
  member text not null, rule text not null, period text not null, station text not null, time text not null,
  unique (member, rule, period)
) strict;
create table used_tokens (jti text primary key, expires integer not null) strict;
"""

PICKUP_STEPS_DDL = """
create table pickup_steps (
  seq integer primary key autoincrement,
  key text not null unique,
  order_id text not null, action text not null, detail text not null,
  staff text, station text, time text not null, fact integer not null
) strict;
create index pickup_steps_order on pickup_steps (order_id, seq);
create index pickup_steps_time on pickup_steps (time);
create index pickup_steps_fact on pickup_steps (fact);
"""

# Who collects the goods of an order (edge/features/pickup/claims.py), since when. Written by web.
PICK_CLAIMS_DDL = """
create table pick_claims (
  order_id text primary key, staff text not null, station text not null, time text not null
) strict;
"""

STOCK_MOVES_DDL = """
create table stock_moves (
  seq integer primary key autoincrement,
  gtin text not null, quantity integer not null, reserved integer not null,
  reason text not null, time text not null, fact integer not null
) strict;
create index stock_moves_gtin on stock_moves (gtin, fact);
create index stock_moves_fact on stock_moves (fact);
"""
