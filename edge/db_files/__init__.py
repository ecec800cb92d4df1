"""The two database files as files: inspection, repair, rebuilding, backup, restore."""
