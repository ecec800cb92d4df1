"""Cameras as scanners: frames, and which of their codes count."""
