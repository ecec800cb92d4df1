"""Where in a frame codes may be."""
