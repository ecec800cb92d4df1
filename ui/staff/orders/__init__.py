"""Pickup orders before a clerk: the list, the check of pieces, the hand-over, labels, the day in figures."""
