"""A trial of a bench: an arm under a fault, in a folder of its own."""
