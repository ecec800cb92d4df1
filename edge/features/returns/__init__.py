"""Goods that come back: returned for a refund, or exchanged for another size."""
