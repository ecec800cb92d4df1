"""The way from the shop's network to the pages: HAProxy, certificate, addresses."""
