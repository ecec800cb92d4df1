"""Scanners on serial lines and input devices, and their virtual devices."""
