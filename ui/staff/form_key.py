"""The key of one form on a clerk's page."""

import secrets


def new_form_key() -> str:
    """A key for one form: however often it is sent, what it asks for is done once (128 bits)."""
    return secrets.token_hex(16)
