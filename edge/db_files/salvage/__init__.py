"""Reading what can still be read of a damaged store.db, page by page."""
