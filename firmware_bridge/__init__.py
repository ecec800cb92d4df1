"""From devices to scans: serial scanners, cameras, and their virtual devices."""
