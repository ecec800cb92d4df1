"""The store's knowledge and decisions: what a scan means, and what the store says yes to."""
