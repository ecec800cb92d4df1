"""The shoppers' screens."""
