"""Tables of offers: which have reached this store, and the coupons that members were given. Written by web."""

COUPONS_DDL = """
create table coupons (
  seq integer primary key autoincrement,
  offer text not null, member text not null, visit text not null, station text not null, time text not null,
  unique (offer, member, visit)
) strict;
create index coupons_member on coupons (member);
create table offers_seen (offer text primary key, ends text not null) strict, without rowid;
"""
