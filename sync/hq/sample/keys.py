"""The secrets of the sample, made from one seed: the issuer's key and the orders' pickup secrets. Good for nothing else."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

SAMPLE_SEED = "hanada-2026"  # the public halves in config.toml and the hashes in orders.toml are made from it
SAMPLE_ISSUER = "hanada-app"
SAMPLE_KEY_ID = "hanada-sample-1"


def issuer_seed() -> bytes:
    """The 32 bytes of the private key; public knowledge by intent, never a real chain's."""
    return hashlib.sha256(f"{SAMPLE_SEED}/issuer".encode()).digest()


def issuer_key() -> Ed25519PrivateKey:
    """The key that signs rotating member codes."""
    return Ed25519PrivateKey.from_private_bytes(issuer_seed())


def pickup_secret(order: str) -> str:
    """What only the shopper's pickup code holds: 24 characters, 96 bits."""
    return hashlib.sha256(f"{SAMPLE_SEED}/secret/{order}".encode()).hexdigest()[:24]
