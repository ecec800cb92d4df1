"""Scanners that type into a page as a keyboard."""
