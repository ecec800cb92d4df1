"""Printing: what is asked to be printed, and what has become of it."""
