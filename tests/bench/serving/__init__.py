"""Ways to serve a shop's pages, so that they can be measured beside each other."""
