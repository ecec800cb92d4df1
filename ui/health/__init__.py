"""Health checks: what is measured of the box, what is wrong with it, and each form in which that is told."""
