"""What search by words brings. Its index is kept by sync (sync/search_index.py)."""

from edge.features.feature import Feature
from edge.features.search.missed import COUNT_TABLE, LookupMissed

SEARCH_FEATURE = Feature(
    name="search", facts=(LookupMissed,), tables=(COUNT_TABLE,), is_on=lambda policy: policy.search.on
)
