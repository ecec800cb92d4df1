"""What to hold before a store's scanners to see Noren answer: cards for the play page and the check."""

import base64
from typing import Any, Literal

from msgspec import Struct, to_builtins

from edge.features.staff.sessions import Staff
from edge.validation.localized_text import LocalizedText
from sync.hq.sample.keys import SAMPLE_ISSUER, SAMPLE_KEY_ID, issuer_seed
from sync.hq.sample.members import APP_ISSUER, people_of_store
from sync.hq.sample.tables import CARDS_FILE, table


class PlayCard(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """A line of cards.jsonl. `encoding` "base64": data is bytes; `length`: data is repeated until it is so many bytes."""

    group: Literal["member", "product", "pickup", "odd"]
    title: LocalizedText
    note: LocalizedText
    symbology: Literal["code128", "codabar", "ean13", "qr"]
    data: str
    encoding: Literal["base64"] | None = None
    length: int | None = None


def play_page_data(store: str) -> dict[str, Any]:
    """Cards, the issuer's signing key and the staff's PINs of a store, as JSON would hold them."""
    return {
        "store": store,
        "cards": [to_builtins(card) for card in table(CARDS_FILE, store, PlayCard)],
        "issuer": _issuer(store),
        "staff": [{"staff": one.staff, "name": one.name, "pin": one.pin} for one in table("staff", store, Staff)],
    }


def _issuer(store: str) -> dict[str, str]:
    """The key that signs rotating codes, and the member they are minted for: the store's first who has the app."""
    seed = base64.urlsafe_b64encode(issuer_seed()).rstrip(b"=").decode()
    visitor = next(
        row for row in people_of_store(store) if any(code.startswith(f"{APP_ISSUER}:") for code in row.codes)
    )
    return {"issuer": SAMPLE_ISSUER, "kid": SAMPLE_KEY_ID, "private": seed, "member": visitor.member}
