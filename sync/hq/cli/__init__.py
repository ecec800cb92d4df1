"""`noren hq`: headquarters' own commands."""
