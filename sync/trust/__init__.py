"""Which keys count as HQ's."""
