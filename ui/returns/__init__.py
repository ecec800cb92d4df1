"""The staff's pages on which goods come back."""
