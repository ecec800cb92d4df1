"""Converting plain values to our types, with all faults at once: msgspec alone stops at the first fault."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from msgspec import Struct, inspect

from edge.validation.expected_words import expected_in_words, value_in_words
from edge.validation.fault import Fault, nearest_choice, not_among_message
from edge.validation.type_parts import (
    choices_of,
    encoded_field_names,
    is_text,
    item_type_of,
    struct_types_in,
    without_constraints,
    without_none,
)


@dataclass(slots=True)
class ConversionResult:
    """The result: the typed value if there are no faults, or a value with stand-ins in the places of the faults.

    `unsure` are the places that hold stand-ins: a fault that a later check finds there means nothing.
    """

    value: Any = None
    faults: list[Fault] = field(default_factory=list)
    unsure: list[str] = field(default_factory=list)


def convert_value(kind: Any, value: Any) -> ConversionResult:
    """Decode plain values (of TOML or JSON) as a type, structs and lists of them part by part."""
    taken = ConversionResult()
    taken.value = _take(kind, value, "", taken)
    return taken


def _take(kind: Any, value: Any, path: str, taken: ConversionResult) -> Any:
    kind = without_none(kind)
    if structs := struct_types_in(kind):
        return _struct(structs, value, path, taken)
    items = item_type_of(kind)
    if items is not None and isinstance(value, list) and value:  # an empty list is checked as a whole
        return [_take(items, one, f"{path}[{number}]", taken) for number, one in enumerate(value)]
    return _leaf(kind, value, path, taken)


def _struct(options: Sequence[type[Struct]], value: Any, path: str, taken: ConversionResult) -> Any:
    if not isinstance(value, dict):
        _wrong(
            taken,
            path,
            f"expected a table with {', '.join(encoded_field_names(options[0]))}; got {value_in_words(value)}",
        )
        return _stand_in(options[0])
    kind = _chosen(options, value, path, taken) if len(options) > 1 else options[0]
    config, known = kind.__struct_config__, encoded_field_names(kind)
    if config.forbid_unknown_fields:
        for name in value:
            if name not in known and name != config.tag_field:
                _unknown(taken, kind, path, name)
    made = {}
    for one in msgspec.structs.fields(kind):
        place = f"{path}.{one.encode_name}".lstrip(".")
        if one.encode_name in value:
            before = len(taken.faults)
            made[one.name] = _take(one.type, value[one.encode_name], place, taken)
            if len(taken.faults) > before and not one.required and not _has_parts(one.type):
                del made[one.name]  # its default is used instead
        elif one.required:
            _wrong(taken, place, f"is missing: expected {expected_in_words(one.type)}")
            made[one.name] = _stand_in(one.type)
    return kind(**made)


def _has_parts(kind: Any) -> bool:
    plain = without_none(kind)
    return bool(struct_types_in(plain)) or item_type_of(plain) is not None


def _chosen(options: Sequence[type[Struct]], value: dict[str, Any], path: str, taken: ConversionResult) -> type[Struct]:
    """The struct that the tag names. If it names none: the most similar struct, and its path is unsure."""
    by_tag = {str(one.__struct_config__.tag): one for one in options}
    name = str(options[0].__struct_config__.tag_field)
    place = f"{path}.{name}"
    tag = value.get(name)
    if tag in by_tag:
        return by_tag[tag]
    if name not in value:
        _wrong(taken, place, f"is missing: expected one of {', '.join(by_tag)}")
    else:
        _wrong(taken, place, not_among_message(str(tag), list(by_tag)))
    near = nearest_choice(str(tag), by_tag)
    if near is None:
        near = max(by_tag, key=lambda one: len(set(value) & set(encoded_field_names(by_tag[one]))))
    taken.unsure.append(path)
    return by_tag[near]


def _unknown(taken: ConversionResult, kind: type[Struct], path: str, name: str) -> None:
    place = f"{path}.{name}".lstrip(".")
    keys = encoded_field_names(kind)
    near = nearest_choice(name, keys)
    hint = f"did you mean `{near}`?" if near else f"there are {', '.join(keys)}"
    _wrong(taken, place, f"there is no such key: {hint}")


def _leaf(kind: Any, value: Any, path: str, taken: ConversionResult) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError:
        pass
    choices = choices_of(kind)
    misspelt = choices and isinstance(value, str)
    _wrong(
        taken,
        path,
        not_among_message(value, choices)
        if misspelt
        else f"expected {expected_in_words(kind)}; got {value_in_words(value)}",
    )
    return value if isinstance(value, str) and is_text(kind) and "\0" not in value else _stand_in(kind)


def _wrong(taken: ConversionResult, path: str, what: str) -> None:
    taken.faults.append(Fault(path, what))
    taken.unsure.append(path)


def _stand_in(kind: Any) -> Any:
    """A value of the type in place of a faulty one, so that the rest can be checked."""
    kind = without_none(kind)
    if structs := struct_types_in(kind):
        return structs[0](
            **{one.name: _stand_in(one.type) for one in msgspec.structs.fields(structs[0]) if one.required}
        )
    match without_constraints(inspect.type_info(kind)):
        case inspect.StrType():
            return ""
        case inspect.ListType() | inspect.VarTupleType():
            return ()
        case inspect.DictType():
            return {}
        case _:
            return None
