"""What a type of ours is made of: its structs, items, keys, and the texts it allows."""

import functools
import operator
import types
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from msgspec import Struct, inspect

from edge.validation.source_position import path_parts


def struct_types_in(kind: Any) -> tuple[type[Struct], ...]:
    """The struct that a type is, or the structs of a union; empty for any other type."""
    options = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    return tuple(one for one in options if isinstance(one, type) and issubclass(one, Struct))


def item_type_of(kind: Any) -> Any:
    """The type of a list's items; None if the type is no list."""
    plain = get_args(kind)[0] if get_origin(kind) is Annotated else kind
    return get_args(plain)[0] if get_origin(plain) is list else None


def choices_of_path(kind: Any, path: str) -> list[str]:
    """The texts allowed at a path of a type (`lines[0].state`); empty if any text is, or if the type has no such path."""
    for part in path_parts(path):
        kind = without_none(kind)
        if isinstance(part, int):
            kind = item_type_of(kind)
        else:
            fields = (one for struct in struct_types_in(kind) for one in msgspec.structs.fields(struct))
            kind = next((one.type for one in fields if one.encode_name == part), None)
    return [] if kind is None else choices_of(kind)


def without_none(kind: Any) -> Any:
    """The type of a field that may be left out, without None."""
    if get_origin(kind) not in (Union, types.UnionType):
        return kind
    left = tuple(one for one in get_args(kind) if one is not types.NoneType)
    return functools.reduce(operator.or_, left)


def choices_of(kind: Any) -> list[str]:
    """The texts that a value may be one of; empty if the type is no such choice."""
    return string_types_in(without_constraints(inspect.type_info(without_none(kind))))


def string_types_in(info: inspect.Type) -> list[str]:
    match info:
        case inspect.EnumType(cls=cls):
            return [str(one.value) for one in cls]
        case inspect.LiteralType(values=values) if all(isinstance(one, str) for one in values):
            return [str(one) for one in values]
        case inspect.UnionType(types=options) if all(isinstance(one, inspect.LiteralType) for one in options):
            return [text for one in options for text in string_types_in(one)]
        case _:
            return []


def encoded_field_names(kind: type[Struct]) -> tuple[str, ...]:
    return tuple(kind.__struct_encode_fields__)


def without_constraints(info: inspect.Type) -> inspect.Type:
    return info.type if isinstance(info, inspect.Metadata) else info


def is_text(kind: Any) -> bool:
    return isinstance(without_constraints(inspect.type_info(kind)), inspect.StrType)
