"""Pages that belong to no feature: the list of addresses, errors, and what a screen shows without the box."""
