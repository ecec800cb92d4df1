"""Founding a headquarters, enrolling stores, and keys."""
