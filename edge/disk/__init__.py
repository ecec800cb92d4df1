"""Space on the disk: measuring it, reserving it, and keeping it free by load shedding."""
