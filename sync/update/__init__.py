"""Update packages: what they hold, HQ's signature, and its verification."""
