"""Where a code ends in the bytes of a scanner."""
