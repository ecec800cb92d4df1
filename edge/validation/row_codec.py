"""Reading a row of HQ's feeds from JSON into its type, and writing it."""

import functools
from datetime import datetime
from typing import Any, TypeVar

import msgspec
from msgspec import Raw, Struct
from msgspec.inspect import DateTimeType, StructType, UnionType, type_info

T = TypeVar("T")
DECODE_ERRORS = (msgspec.MsgspecError, RecursionError)
"""What reading raises. JSON that is nested too deep raises RecursionError before its type is checked."""


@functools.cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


@functools.cache
def _moments(kind: Any) -> dict[str, bool]:
    """The fields of a row that are moments, and for each whether it may be left out."""
    about = type_info(kind)
    if not isinstance(about, StructType):
        return {}
    found = {}
    for field in about.fields:
        kinds = field.type.types if isinstance(field.type, UnionType) else (field.type,)
        if any(isinstance(one, DateTimeType) for one in kinds):
            found[field.encode_name] = not field.required
    return found


def decode_row(body: str | Raw, kind: type[T]) -> T:
    """The row of a body. Raises one of DECODE_ERRORS, with the place of the fault."""
    try:
        found: T = _decoder(kind).decode(body)  # type: ignore[arg-type]  # a type is hashable
    except msgspec.ValidationError:
        if not (isinstance(kind, type) and issubclass(kind, Struct)):
            raise
        fields = msgspec.json.decode(body)
        if not isinstance(fields, dict) or (plain := with_moments(fields, kind)) == fields:
            raise
        found = msgspec.convert(plain, kind)
    return found


def encode_row(row: Struct) -> str:
    """The body of a row. A moment that is None is left out: older boxes do not accept null there."""
    fields = msgspec.to_builtins(row)
    unsaid = [name for name in _moments(type(row)) if fields[name] is None]
    return msgspec.json.encode({name: value for name, value in fields.items() if name not in unsaid}).decode()


def with_moments(fields: dict[str, Any], kind: Any) -> dict[str, Any]:
    """A row's fields with moments in the form of the type. An older HQ sends "" for none, and any form of ISO 8601."""
    plain = dict(fields)
    for name, may_lack in _moments(kind).items():
        text = plain.get(name)
        if text == "" and may_lack:
            del plain[name]
        elif isinstance(text, str):
            plain[name] = _in_full(text)
    return plain


def _in_full(text: str) -> str:
    """`2026-11-26T18:00+09:00` with its seconds; any other text unchanged."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return text
    return moment.isoformat() if moment.tzinfo else text
