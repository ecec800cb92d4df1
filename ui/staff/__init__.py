"""The clerks' pages: signing in, the pickup list, the hand-over, calls, stock."""
