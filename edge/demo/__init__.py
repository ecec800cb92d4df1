"""The whole of Noren on one machine: broker, HQ with a sample chain, one store with virtual devices."""
