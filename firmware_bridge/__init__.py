"""Devices to scans: serial scanners, cameras, and their virtual twins."""
