"""Whether a text that an engine read is really in the picture."""
