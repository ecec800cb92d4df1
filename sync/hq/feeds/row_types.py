"""What a feed's row is at HQ: decoded by the type a box decodes it with, so that no box has to set it aside."""

import functools
import logging
from datetime import UTC, datetime
from typing import Any, TypeVar

import msgspec

from edge.features.catalog import Category
from edge.validation.row_codec import DECODE_ERRORS, encode_row, with_moments
from edge.validation.row_codec import decode_row as read_row
from sync.protocol.feed_types import row_fault, row_type_of

log = logging.getLogger(__name__)

T = TypeVar("T")


def checked_text(feed: str, key: str, body: dict[str, Any], *, strict: bool = True) -> str:
    """A body as it is kept and sent; with `strict` off, "12" is taken for 12, as a CSV has it. Raises ValidationError.

    Moments are kept in UTC, whatever zone they came in: older boxes compare them as texts.
    """
    kind = row_type_of(feed, key)
    row = msgspec.convert(with_moments(body, kind), kind, strict=strict)
    encoded = encode_row(_in_utc(row)) if isinstance(row, msgspec.Struct) else msgspec.json.encode(row).decode()
    if why := row_fault(feed, key, encoded) or (_content_fault(key, row) if feed == "content" else None):
        raise msgspec.ValidationError(why)
    return encoded


def check_given_fields(feed: str, key: str, given: dict[str, Any], *, strict: bool = True) -> None:
    """Decode some fields of a row, each to its type, before HQ fills in the others by them. Raises ValidationError."""
    kind = row_type_of(feed, key)
    msgspec.convert(with_moments(given, kind), _in_part(kind), strict=strict)


@functools.cache
def _in_part(kind: type[msgspec.Struct]) -> type[msgspec.Struct]:
    """The same fields, of which none has to be there."""
    fields = [(one.encode_name, one.type | msgspec.UnsetType, msgspec.UNSET) for one in msgspec.structs.fields(kind)]
    return msgspec.defstruct(kind.__name__, fields, kw_only=True)


def _content_fault(key: str, value: Any) -> str | None:
    """Pages look a drawing, reviews and a category up under what they are: under another key it would never be seen."""
    what = value.__struct_config__.tag
    kind, _, own = key.partition("/")
    if kind != what or not own:
        return f"the row is of {what!r}, its key is {key!r}: expected '{what}/<id>'"
    if isinstance(value, Category) and value.id != own:
        return f"the row says id {value.id!r}, its key is {key!r}"
    return None


def _in_utc(row: msgspec.Struct) -> msgspec.Struct:
    """A row with its own moments in UTC."""
    found = {name: getattr(row, name) for name in row.__struct_fields__}
    moments = {name: value.astimezone(UTC) for name, value in found.items() if isinstance(value, datetime)}
    return msgspec.structs.replace(row, **moments) if moments else row


def in_current_form(feed: str, key: str, body: str) -> str:
    """A body in the form this version writes, if it can read it: an older version's other form means the same."""
    try:
        return checked_text(feed, key, msgspec.json.decode(body))
    except DECODE_ERRORS:
        return body


def decode_row_or_none(feed: str, key: str, body: str | None, kind: type[T]) -> T | None:
    """A row that HQ computes with; None if there is none, or if an older HQ accepted one that is not valid.

    Such a row affects only itself: pushing it again repairs it. Raises DecodeError if it is not JSON: that is damage.
    """
    if body is None:
        return None
    try:
        return read_row(body, kind)
    except (msgspec.ValidationError, RecursionError) as error:
        _leave_out(feed, key, str(error))
        return None


@functools.lru_cache(maxsize=1000)
def _leave_out(feed: str, key: str, why: str) -> None:
    log.error("%s row %s is left out: %s; push it anew", feed, key, why)
