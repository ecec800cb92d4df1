"""The numbers on goods: GTIN, Japanese books and magazines, in-store labels."""
