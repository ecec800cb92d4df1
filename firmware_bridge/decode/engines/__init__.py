"""The decoder libraries, each behind the same interface."""
