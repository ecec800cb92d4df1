"""Pickup orders: their life, what the store says of them, and the hand-over."""
