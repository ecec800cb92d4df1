"""Which box runs as which store, and whether it is there."""
