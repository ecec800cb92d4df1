"""What there is to play with: the cards, scanners and keys of play.json, which the demo writes."""

import base64
import secrets
import time
from pathlib import Path
from typing import Literal

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from msgspec import Struct

from edge.codes.issued.member_token import TokenClaims, mint_token
from edge.validation.localized_text import LocalizedText

CardGroup = Literal["member", "product", "pickup", "odd"]
CODE_LIFETIME_S = 30  # seconds a rotating code is good for, as in a loyalty app


class Card(Struct, frozen=True, kw_only=True):
    """A code to show to a scanner; `data` is base64 if `encoding` says so, repeated up to `length` bytes."""

    group: CardGroup
    title: LocalizedText
    note: LocalizedText
    symbology: str
    data: str
    encoding: Literal["base64"] | None = None
    length: int | None = None

    @property
    def raw(self) -> bytes:
        """What a scanner sends for it, without the end of line."""
        data = base64.b64decode(self.data) if self.encoding else self.data.encode()
        length = len(data) if self.length is None else self.length
        return (data * (length // len(data) + 1))[:length]


class Issuer(Struct, frozen=True, kw_only=True):
    """Who signs rotating member codes, and the member they are minted for."""

    issuer: str
    kid: str
    private: str  # base64url seed of an Ed25519 key
    member: str


class Clerk(Struct, frozen=True, kw_only=True):
    staff: str
    name: str
    pin: str


class PlayFile(Struct, frozen=True, kw_only=True):
    """play.json; `scanners` names each station's control socket."""

    store: str
    cards: list[Card]
    issuer: Issuer
    staff: list[Clerk] = []
    scanners: dict[str, str] = {}


def read_play_file(path: str) -> PlayFile:
    """The file as it is now: the demo rewrites it at each start. Raises OSError, msgspec.MsgspecError."""
    return msgspec.json.decode(Path(path).read_bytes(), type=PlayFile)


def rotating_code(issuer: Issuer) -> str:
    """A member code as an app shows it: signed, good once, for CODE_LIFETIME_S seconds."""
    seed = base64.urlsafe_b64decode(issuer.private + "=" * (-len(issuer.private) % 4))
    now = int(time.time())
    claims = TokenClaims(
        iss=issuer.issuer, iat=now, exp=now + CODE_LIFETIME_S, jti=secrets.token_urlsafe(12), sub=issuer.member
    )
    return mint_token(Ed25519PrivateKey.from_private_bytes(seed), claims, kid=issuer.kid)
