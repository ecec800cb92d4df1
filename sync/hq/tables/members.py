"""The tables of hq-store.db about members: their cards, the stores' questions about them, and the proofs that they were there."""

# Whose card it is, over all stores: a store that does not know one asks while the member waits. The first
# condition of each trigger keeps other feeds, which are most of what changes, out of it.
_IN = """insert or replace into cards select value, {0}.scope, {0}.key from json_each({0}.body, '$.codes')
         where {0}.feed = 'members' and {0}.body is not null"""
CARDS_DDL = (
    """create table cards (
         code text not null, scope text not null, member text not null, primary key (code, scope)
       ) strict, without rowid""",
    "create index cards_member on cards (scope, member)",
    f"""create trigger cards_in after insert on rows when new.feed = 'members' begin
          {_IN.format("new")}; end""",
    f"""create trigger cards_change after update on rows when new.feed = 'members' begin
          delete from cards where scope = old.scope and member = old.key;
          {_IN.format("new")}; end""",
    """insert or replace into cards select card.value, rows.scope, rows.key from rows, json_each(rows.body, '$.codes') card
       where rows.feed = 'members' and rows.body is not null""",
)

# Strangers a store has asked about or met (sync/hq/queries/unknown_members.py), an hour long: `member` is the name it was given,
# `asked` when it was, `met` when a fact of its said so. `most` of a day: strangers in the busiest hour, by which HQ knows
# what is normal.
MEMBER_LOOKUPS_DDL = (
    """create table meetings (
         store text not null, card text not null, member text, asked text, met text, primary key (store, card)
       ) strict, without rowid""",
    "create index meetings_asked on meetings (store, asked)",
    """create table asked_days (
         store text not null, day text not null, most integer not null, primary key (store, day)
       ) strict, without rowid""",
)

# Codes that have proven to HQ that a member was present (sync/hq/queries/fresh_codes.py), by a hash of their name or secret: `step`
# is the last time step used of a pass. `wrong_codes`: passwords that were none. A signed code names its member by their key.
SHOWN_CODES_DDL = (
    "create table shown_codes (name text primary key, step integer not null, used text not null) strict, without rowid",
    "create index shown_codes_used on shown_codes (used)",
    """create table wrong_codes (
         store text not null, name text not null, wrong integer not null, since text not null, primary key (store, name)
       ) strict, without rowid""",
    "create index members_by_key on rows (key) where feed = 'members'",
)

# how many strangers a store may ask after at once, as of an uptime of the machine's boot
LOOKUP_BUDGETS_DDL = """
create table bursts (
  store text primary key, boot text not null, left real not null, uptime_ms integer not null
) strict, without rowid
"""
