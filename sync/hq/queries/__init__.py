"""Questions from stores that HQ answers."""
