"""The issuer that signs rotating member codes: its key is made from the seed, so it may sign for this sample only."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync.hq.sample.brand import SEED

ISSUER = "hanada-app"
KID = "hanada-sample-1"


def issuer_seed() -> bytes:
    """The 32 bytes of the private key; public knowledge by intent, never a real chain's."""
    return hashlib.sha256(f"{SEED}/issuer".encode()).digest()


def issuer_key() -> Ed25519PrivateKey:
    """The key that signs rotating member codes."""
    return Ed25519PrivateKey.from_private_bytes(issuer_seed())
