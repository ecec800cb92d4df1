"""Pickup orders (BOPIS): their states, and what the store does with them."""
