"""Data from outside becomes typed values here, or is refused with its place and reason."""
