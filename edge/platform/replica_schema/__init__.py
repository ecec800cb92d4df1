"""The tables of hq.db and their migrations."""
