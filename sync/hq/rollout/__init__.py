"""The roll-out of config: to some stores first, then to all."""
