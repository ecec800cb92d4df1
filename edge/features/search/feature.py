"""What search by words brings. Its index is kept by sync (sync/search_index.py)."""

from edge.features.feature import Feature

SEARCH_FEATURE = Feature(name="search", is_on=lambda policy: policy.search.on)
