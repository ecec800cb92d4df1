"""Tables of what HQ tells stores: the rows of all feeds, and the epochs that were left."""

FEED_ROWS_DDL = (
    # a deleted row stays as a tombstone (body null), so that versions only rise; each change has a version of its own
    """create table rows (
         feed text not null, scope text not null, key text not null, version integer not null, body text,
         primary key (feed, scope, key)
       ) strict, without rowid""",
    "create index rows_version on rows (feed, scope, version)",
    # digest is an unsigned 64-bit sum kept as text, because SQLite's integers are signed; `stamp` rises over all feeds
    # with each change, so that the publisher finds what changed without looking at every feed of every store
    """create table heads (
         feed text not null, scope text not null, epoch text not null, version integer not null,
         rows integer not null, digest text not null, stamp integer not null,
         primary key (feed, scope)
       ) strict, without rowid""",
    "create index heads_stamp on heads (stamp)",
)

# a store that had a later version of a feed than HQ, by which HQ found that its database had been restored
RENEWALS_DDL = """create table renewals (
     store text not null, feed text not null, epoch text not null, theirs integer not null, ours integer not null,
     renewed integer not null, noted text not null,
     primary key (store, feed, epoch)
   ) strict, without rowid"""

# The epochs of feeds that HQ has left: a store that is in one has only not received it yet; one that is in an epoch HQ knows
# nothing of has received it before this database was restored or replaced. `whole`: the feeds of all stores began anew.
EPOCHS_LEFT_DDL = (
    """create table epochs_left (
         feed text not null, scope text not null, epoch text not null, "left" text not null,
         primary key (feed, scope, epoch)
       ) strict, without rowid""",
    "alter table renewals add column whole integer not null default 0",
    "update renewals set whole = 1 where renewed > 0",
)

PICKUP_CODES_DDL = (
    # the secrets HQ has minted: a shopper who has lost the mail gets the same code again
    """create table pickup_codes (
         store text not null, order_id text not null, secret text not null, made text not null,
         primary key (store, order_id)
       ) strict, without rowid""",
)
