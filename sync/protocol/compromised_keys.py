"""Ed25519 keys whose private half is public, or under which anybody can sign: no HQ and no store may use one."""

from functools import cache

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from sync.protocol.ed25519_keys import BadKey

# Seeds that standards print, and those that people type.
_SEEDS = (
    "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",  # RFC 8032, 7.1: test 1 (and RFC 8037, appendix A)
    "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",  # test 2
    "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",  # test 3
    "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",  # test 1024
    "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",  # test SHA(abc), and 7.3
    "0305334e381af78f141cb666f6199f57bc3495335a256a95bd2a55bf546663f6",  # 7.2: foo, bar, no context
    "ab9c2853ce297ddab85c993b3ae14bcad39b2c682beabc27d6d4eb20711d6560",  # 7.2: foo2
    "d4ee72dbf913584ad5b6d8f1f769f8ad3afe7c28cbf1d4fbe097a88f44755842",  # RFC 8410, 10.3
)
_COUNTED = (bytes(range(32)), bytes(range(1, 33)), bytes(range(31, -1, -1)))

# Points of small order, in every encoding: a signature under one is valid for nearly any message.
_SMALL_ORDER = frozenset(
    bytes.fromhex(text)
    for text in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)
_SIGN = 0x80  # the bit of the last byte that holds the sign of x


def refuse_known_key(public: Ed25519PublicKey) -> None:
    """Raises BadKey for a key that more people can sign with than its owner."""
    raw = public.public_bytes_raw()
    if raw[:-1] + bytes([raw[-1] & ~_SIGN]) in _SMALL_ORDER:
        raise BadKey("anybody can sign under this key (a point of small order): make another one")
    if raw in _known():
        raise BadKey("this key is in public documents or can be guessed, its private half too: make another one")


@cache
def _known() -> frozenset[bytes]:
    """About 260 public halves, made once (10 ms)."""
    seeds = [bytes.fromhex(text) for text in _SEEDS] + [bytes([byte]) * 32 for byte in range(256)] + list(_COUNTED)
    return frozenset(Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw() for seed in seeds)
