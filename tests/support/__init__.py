"""Data and files that tests of many folders begin with."""
