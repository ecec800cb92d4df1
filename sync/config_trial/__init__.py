"""A new config is validated, tried, checked, and kept or rolled back."""
