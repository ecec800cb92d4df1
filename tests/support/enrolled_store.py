"""A store that is enrolled somewhere: the [hq] part of its noren.toml, and the key beside it."""

from pathlib import Path

from sync.protocol.ed25519_keys import new_key, private_to_text, public_to_text


def hq_part(folder: Path, broker: str = "mqtt://127.0.0.1:1") -> str:
    """The lines of noren.toml in `folder`; nobody is at the broker."""
    (folder / "own.key").write_text(private_to_text(new_key()), encoding="utf-8")
    public = public_to_text(new_key().public)
    return f'[hq]\nbroker = "{broker}"\nkeys = {{ hq-1 = "{public}" }}\nsigning_key_file = "own.key"\n'
