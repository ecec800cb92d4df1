"""The decoder in its own process."""
