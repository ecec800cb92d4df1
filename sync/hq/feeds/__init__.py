"""HQ's feeds: rows, versions, and publishing them."""
