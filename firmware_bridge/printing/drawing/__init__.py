"""Documents as pictures of one bit a dot, as wide as the printer prints."""
