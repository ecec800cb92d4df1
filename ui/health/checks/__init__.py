"""The checks, grouped by what they look at; `ui/health/registry.py` lists them."""
