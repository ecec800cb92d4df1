"""What can be printed, as typed data: the words of a document as people read them, in the store's language."""

from typing import Annotated

import msgspec
from msgspec import Meta, Struct

Words = Annotated[str, Meta(max_length=200)]
Package = Annotated[int, Meta(ge=1, le=99)]


class PickupLabel(Struct, frozen=True, kw_only=True, tag="pickup_label", tag_field="kind"):
    """The label of one package of an order that waits on a shelf. `code` is read by staff; it proves nothing of a shopper."""

    number: Words  # of the order, as board and shopper see it
    code: Words
    name: Words = ""  # as much of it as the policy allows
    shelf: Words = ""
    zone: Words = ""  # `冷蔵`; empty: nothing special
    until: Words = ""  # the end of the hold
    made: Words = ""  # when the label was asked for
    package: Package = 1
    packages: Package = 1


class PriceTag(Struct, frozen=True, kw_only=True, tag="price_tag", tag_field="kind"):
    """A slip for a product at its shelf. `gtin`: 13 or 8 digits, drawn as EAN."""

    name: Words
    detail: Words = ""  # colour and size
    price: Words
    before: Words = ""  # the price that no longer counts; it is struck out
    note: Words = ""  # `税込`
    gtin: Annotated[str, Meta(pattern=r"\A(?:[0-9]{8}|[0-9]{13})\Z")]


Document = PickupLabel | PriceTag

_DOCUMENT: msgspec.json.Decoder[Document] = msgspec.json.Decoder(Document)


def encode_document(document: Document) -> str:
    """A document as it is kept in the queue."""
    return msgspec.json.encode(document).decode()


def decode_document(text: str) -> Document:
    """A document of the queue. Raises msgspec.DecodeError for one that this version does not know."""
    return _DOCUMENT.decode(text)
