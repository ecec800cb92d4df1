"""Collecting the goods of orders: who does it, several at once, and where they are put."""
