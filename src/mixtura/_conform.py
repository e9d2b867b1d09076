"""JSON from a file that anyone may have written: parsed without surprises, and held against a shape."""

import json
import math
from typing import Any, NoReturn

ANY = ...  # as a key of a shape: every key, with values of one shape
_LARGEST_INTEGER = 2**63


class Whole(dict[Any, Any]):
    """A shape by key of which no key may be absent."""


def parse(text: str) -> Any:
    """Parse JSON; raise ValueError for all that two readers could understand differently, or that no reader could.

    Refused besides bad syntax: keys that come twice, numbers that no float holds, text that is not Unicode.
    """
    try:
        value = json.loads(
            text, object_pairs_hook=_distinct, parse_float=_finite, parse_int=_moderate, parse_constant=_no_constant
        )
        json.dumps(value, ensure_ascii=False).encode()  # lone surrogates pass the parser and fail at the first print
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    return value


def conform(value: Any, shape: Any, where: str) -> None:
    """Raise ValueError, saying where, unless `value` has the shape.

    A shape is a type or a tuple of types; a list of one shape, for lists of it; or a dict of shapes by key. Keys that
    a dict does not name may hold anything, and keys that it names may be absent unless it is `Whole`.
    """
    if isinstance(shape, list):
        _require(isinstance(value, list), where, "a list")
        for position, item in enumerate(value):
            conform(item, shape[0], f"{where}[{position}]")
    elif isinstance(shape, dict):
        _require(isinstance(value, dict), where, "an object")
        if isinstance(shape, Whole) and not shape.keys() <= value.keys():
            raise ValueError(f"{where} lacks {min(shape.keys() - value.keys())}")
        for key, item in value.items():
            if key in shape or ANY in shape:
                conform(item, shape.get(key, shape.get(ANY)), f"{where}.{key}")
    else:
        types = shape if isinstance(shape, tuple) else (shape,)
        # bool is an int to Python, but true is no number of rows
        _require(isinstance(value, types) and (bool in types or not isinstance(value, bool)), where, _name(types))


def _require(is_met: bool, where: str, what: str) -> None:
    if not is_met:
        raise ValueError(f"{where} is not {what}")


def _name(types: tuple[type, ...]) -> str:
    words = {
        str: "text",
        list: "a list",
        bool: "true or false",
        int: "an integer",
        float: "a number",
        type(None): "null",
    }
    return " or ".join(words[kind] for kind in types if not (kind is int and float in types))


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) < len(pairs):
        raise ValueError("a key comes twice")
    return result


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is too large a number")
    return value


def _moderate(text: str) -> int:
    value = int(text) if len(text) < 25 else _LARGEST_INTEGER
    if abs(value) >= _LARGEST_INTEGER:
        raise ValueError(f"{text[:20]}… is too large an integer")
    return value


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no number of JSON")
