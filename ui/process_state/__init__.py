"""What the web process holds in memory; a restart forgets it."""
