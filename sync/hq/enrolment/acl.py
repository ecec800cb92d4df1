"""What each store may publish and read, for mosquitto's acl_file; a revoked store may only read its revocation and HQ's keys."""

from collections.abc import Sequence
from pathlib import Path

from sqlite_utils import Database

from edge.platform.database import first_row, rows
from sync.hq.feeds.feed import CHAIN_WIDE_FEEDS
from sync.protocol import topics
from sync.trust.trusted_keys import KEYS_FEED

ACL_FILE = "broker.acl"  # in HQ's folder
ACL_RULES = """\
# Who may publish and read which topics at headquarters' mosquitto: acl_file /etc/mosquitto/noren/acl
#
# Write your chain's id for CHAIN; `noren hq` does so itself in its file broker.acl. %u is the name a client has proved: with
# `require_certificate true` and `use_identity_as_username true` it is the CN of its certificate, which is the store's id.
# Never enrol a store called "all" or "hq". What is not allowed here is refused.

# A store publishes only under its own name, and reads its own topics and the chain's (mosquitto warns that the third
# pattern names no %u; it is meant so: what is for all stores is for every client with a certificate).
pattern write noren/1/CHAIN/up/%u/#
pattern read noren/1/CHAIN/down/%u/#
pattern read noren/1/CHAIN/down/all/#

# Headquarters reads the topics of every store and publishes to every store.
user hq
topic read noren/1/CHAIN/up/#
topic write noren/1/CHAIN/down/#
# its own presence too: if one of several workers ends, another one corrects what the last will of that one says
topic read noren/1/CHAIN/down/all/hq
"""
# `deny` has precedence, in whatever order the rules are written (mosquitto.conf(5))
# HQ's keys stay readable: a box that was offline in a rotation would refuse an order signed with the new key
CLOSED_TOPICS = ("head", "hq", *(f"feed/{name}" for name in sorted(CHAIN_WIDE_FEEDS - {KEYS_FEED})))
REVOKED_RULES = """
# revoked: it may read the message that says so and the keys that signed it, and nothing else
user {store}
topic deny {root}/up/#
{shut}
topic deny {root}/down/{store}/feed/#
topic deny {root}/down/{store}/head
topic deny {root}/down/{store}/ack
topic deny {root}/down/{store}/answer
"""


def acl_text(chain: str, revoked: Sequence[str] = ()) -> str:
    """The file for a chain."""
    shut = "\n".join(f"topic deny {topics.hq_topic(chain, topics.ALL_STORES, what)}" for what in CLOSED_TOPICS)
    ended = [REVOKED_RULES.format(store=store, root=topics.chain_topic(chain), shut=shut) for store in revoked]
    return ACL_RULES.replace("CHAIN", chain) + "".join(ended)


def write_acl(db: Database, folder: Path) -> Path:
    """Write the file for the present stores, for the broker to reload (SIGHUP); returns its path."""
    about = first_row(db, "select chain from about")
    assert about is not None, "whoever writes it is founded"
    revoked = [row["id"] for row in rows(db, "select id from stores where revoked is not null order by id")]
    part = folder / f"{ACL_FILE}.part"
    part.write_text(acl_text(about[0], revoked), encoding="utf-8")
    part.replace(folder / ACL_FILE)
    return folder / ACL_FILE
