"""The tables of store.db, grouped by subject, and the migrations that make them."""
