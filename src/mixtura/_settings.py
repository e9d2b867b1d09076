"""A family of components and its settings as JSON, and back: checked, because anyone may have written it."""

from dataclasses import fields, is_dataclass
from typing import Any

from mixtura._conform import Whole, conform
from mixtura.emissions import EMISSIONS
from mixtura.emissions.contract import Emission
from mixtura.priors import NormalInverseWishart

_NUMBER = (int, float)
_PRIOR = Whole({"shrinkage": _NUMBER, "mean": [_NUMBER], "dof": _NUMBER, "scale": (*_NUMBER, list)})
_FAMILY = Whole({"family": str, "settings": {}})
_SHAPES: dict[str, Any] = {
    "n_levels": [int], "names": [str], "columns": [[int]], "families": [_FAMILY],
    "transforms": [str], "inner": _FAMILY,
}  # fmt: skip
_DEEPEST = {"families": 0, "inner": 1}  # where families may hold families: a product of products would be a product


def to_record(emission: Emission) -> dict[str, Any]:
    """The name of the family and its settings; those that are None are left out.

    Examples
    --------
    >>> from mixtura.emissions import Categorical
    >>> to_record(Categorical((2, 3)))
    {'family': 'categorical', 'settings': {'n_levels': [2, 3]}}
    """
    name = next(name for name, family in EMISSIONS.items() if type(emission) is family)
    settings = {field.name: _plain(getattr(emission, field.name)) for field in fields(emission)}  # type: ignore[arg-type]
    return {"family": name, "settings": {name: value for name, value in settings.items() if value is not None}}


def from_record(name: str, settings: dict[str, Any], depth: int = 0) -> Any:
    """The family with these settings; ValueError, in words, where there is no such thing."""
    if name not in EMISSIONS:
        raise ValueError(f"its family of components {name!r} is unknown to this version")
    family: Any = EMISSIONS[name]
    expected = vars(family())
    needed = [key for key, usual in expected.items() if usual is not None]
    if not set(needed) <= settings.keys() <= expected.keys():
        raise ValueError(f"its settings are {', '.join(settings) or 'missing'}, not {', '.join(needed)}")
    return family(**{key: _setting(key, value, expected[key], depth) for key, value in settings.items()})


def _setting(name: str, value: Any, usual: Any, depth: int) -> Any:
    """Where one number is usual, there may be one for each column; where nothing is, there may be a prior."""
    where = f"settings.{name}"
    if usual is None:
        conform(value, _PRIOR, where)
        return NormalInverseWishart(**{key: _hashable(item) for key, item in value.items()})
    if isinstance(usual, float):
        conform(value, [_NUMBER] if isinstance(value, list) else _NUMBER, where)
        return tuple(map(float, value)) if isinstance(value, list) else float(value)
    conform(value, _SHAPES.get(name, type(usual)), where)
    if name not in _DEEPEST:
        return _hashable(value)
    if depth > _DEEPEST[name]:
        raise ValueError(f"{where} are nested too deeply")
    if name == "inner":
        return from_record(value["family"], value["settings"], depth + 1)
    return tuple(from_record(part["family"], part["settings"], depth + 1) for part in value)


def _plain(value: Any) -> Any:
    """Tuples as lists, families by their names, and whatever else holds settings as a dictionary of them."""
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Emission):
        return to_record(value)
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _hashable(value: Any) -> Any:
    return tuple(map(_hashable, value)) if isinstance(value, list) else value
