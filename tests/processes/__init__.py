"""Real processes, brokers and browsers, as journeys, checks and benches run them."""
