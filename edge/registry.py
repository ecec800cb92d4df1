"""The store's features, and what is derived from what they declare. A new feature has one line here."""

from collections.abc import Iterable, Mapping
from functools import cache, reduce
from operator import or_

import msgspec

from edge import scan_dispatch
from edge.config.policy import Policy
from edge.facts import box, config_stages, hq_link
from edge.facts.fact import Fact, Lane
from edge.features import outcome
from edge.features.check_in import CHECK_IN_FEATURE
from edge.features.entitlement import ENTITLEMENT_FEATURE
from edge.features.feature import Feature, Feed, RowsChanged
from edge.features.offer.feature import OFFER_FEATURE
from edge.features.outcome import Outcome, OutcomeRow, kind_of
from edge.features.paired_devices import PAIRED_DEVICES_FEATURE
from edge.features.pickup.feature import PICKUP_FEATURE
from edge.features.printing.feature import PRINTING_FEATURE
from edge.features.product import PRODUCT_FEATURE
from edge.features.returns.feature import RETURNS_FEATURE
from edge.features.search.feature import SEARCH_FEATURE
from edge.features.staff.feature import STAFF_FEATURE
from edge.features.stock import STOCK_FEATURE
from edge.scan import guessing
from edge.scan.context import ScanContext

FEATURES: tuple[Feature, ...] = (
    CHECK_IN_FEATURE,
    ENTITLEMENT_FEATURE,
    OFFER_FEATURE,
    PAIRED_DEVICES_FEATURE,
    PICKUP_FEATURE,
    PRINTING_FEATURE,
    PRODUCT_FEATURE,
    RETURNS_FEATURE,
    SEARCH_FEATURE,
    STAFF_FEATURE,
    STOCK_FEATURE,
)


def facts_by_type(kinds: Iterable[type[Fact]]) -> Mapping[str, type[Fact]]:
    """A table of facts by type. Raises ValueError if two classes claim the same."""
    table: dict[str, type[Fact]] = {}
    for kind in kinds:
        if (other := table.setdefault(kind.TYPE, kind)) is not kind:
            raise ValueError(f"{kind.TYPE} is both {other.__qualname__} and {kind.__qualname__}")
    return table


FACTS = facts_by_type(
    (
        *box.FACTS,
        *hq_link.FACTS,
        *config_stages.FACTS,
        *guessing.FACTS,
        *(fact for feature in FEATURES for fact in feature.facts),
    )
)
"""Every class of facts, by its CloudEvents type without `noren.`."""


def outcomes_by_kind(outcomes: Iterable[type[Outcome]]) -> Mapping[str, type[Outcome]]:
    """A table of outcomes by kind. Raises ValueError if two classes claim the same."""
    table: dict[str, type[Outcome]] = {}
    for one in outcomes:
        if (other := table.setdefault(kind_of(one), one)) is not one:
            raise ValueError(f"{kind_of(one)} is both {other.__qualname__} and {one.__qualname__}")
    return table


OUTCOMES = outcomes_by_kind((*outcome.OUTCOMES, *(kind for feature in FEATURES for kind in feature.outcomes)))
"""Everything that a scan may come to, by its kind in the log of outcomes."""

_OUTCOME: msgspec.json.Decoder[Outcome] = msgspec.json.Decoder(reduce(or_, OUTCOMES.values()))


def decode_outcome(row: OutcomeRow) -> Outcome:
    """What a row of the log says."""
    return _OUTCOME.decode(row.data)


def feeds_by_name(feeds: Iterable[Feed]) -> Mapping[str, Feed]:
    """A table of feeds by name. Raises ValueError if two features say different things of one feed."""
    table: dict[str, Feed] = {}
    for feed in feeds:
        if table.setdefault(feed.name, feed) != feed:
            raise ValueError(f"the feed {feed.name} has rows of both {table[feed.name].row} and {feed.row}")
    return table


FEEDS = feeds_by_name(sorted((feed for feature in FEATURES for feed in feature.feeds), key=lambda feed: feed.name))
"""The feeds that features read, by name; `config` and `keys` are the box's own."""

EXPIRING_TABLES = tuple(table for feature in FEATURES for table in feature.tables)
"""The features' tables with the rows of them that may be deleted, in the order in which they are."""

ANSWER_TABLE = scan_dispatch.dispatch_table(FEATURES)
"""Who answers which class of code at which role, with every feature on."""


def lane_of_fact(kind: str) -> Lane:
    """The lane of a type; of one this version does not know, which a newer one that was here before has noted: STORE."""
    return FACTS[kind].LANE if kind in FACTS else Lane.STORE


def answers_in_force(policy: Policy) -> scan_dispatch.DispatchTable:
    """The same with the features that a policy has on."""
    return _answers(tuple(feature.is_on(policy) for feature in FEATURES))


@cache
def _answers(on: tuple[bool, ...]) -> scan_dispatch.DispatchTable:
    return scan_dispatch.dispatch_table(feature for feature, is_on in zip(FEATURES, on, strict=True) if is_on)


def _is_on(policy: Policy) -> tuple[Feature, ...]:
    return tuple(feature for feature in FEATURES if feature.is_on(policy))


def decide_outcome(case: ScanContext) -> Outcome:
    """What a scan comes to in its store; given to the scan processor, which knows no feature."""
    policy = case.shop.policy
    outcome = scan_dispatch.dispatch(answers_in_force(policy), case)
    for feature in _is_on(policy):
        if follow := feature.after.get(type(outcome)):
            follow(case, outcome)
    return outcome


def watched_feeds(policy: Policy) -> Mapping[str, list[RowsChanged]]:
    """By feed, what features do when its rows have changed."""
    found: dict[str, list[RowsChanged]] = {}
    for feature in _is_on(policy):
        for feed, look in feature.on_rows.items():
            found.setdefault(feed, []).append(look)
    return found
