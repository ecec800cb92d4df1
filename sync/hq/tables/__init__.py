"""The tables of hq-store.db, grouped by subject; sync/hq/schema.py has the migrations that make them."""
