"""From bytes to meaning, pure: no clock, no database, no network."""
