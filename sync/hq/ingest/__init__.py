"""The stores' journals come in: each fact is kept once."""
