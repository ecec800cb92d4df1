"""Every kind of fact a store tells HQ, and what its data holds: the upward half of the contract."""
