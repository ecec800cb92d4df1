"""Offers: what HQ makes cheaper or gives, for whom and how long."""
