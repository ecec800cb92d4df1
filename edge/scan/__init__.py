"""A scan before it is answered: the scan log, and the context that a feature gets to answer it."""
