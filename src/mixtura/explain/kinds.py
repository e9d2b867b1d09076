"""What there is to see of a mixture whose columns are of different kinds.

Its numbers alone are a Gaussian mixture too, the marginal one: all that is said of means, shapes and rules is said of
that, by the labels of the whole mixture. Categories stand beside it, as columns whose shares are told. Where there are
no numbers, the share of every level takes the place of a mean.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.emissions.transformed import Transformed
from mixtura.explain.records import Rows
from mixtura.families import blocks_of
from mixtura.fitted import FittedMixture
from mixtura.mixture import MixtureParameters

_LEAST_VARIANCE = 1e-4  # of a level that all rows of a cluster have, or none


class Shown(NamedTuple):
    """A Gaussian mixture to speak of, and the rows in its columns."""

    fitted: FittedMixture
    rows: Rows


def shown(fitted: FittedMixture, rows: Rows) -> Shown:
    """What to speak of: the mixture itself and its rows where all columns hold numbers.

    Examples
    --------
    >>> from mixtura import MixedMixture
    >>> from mixtura.mixture import Classification
    >>> people = {"age": [31.0, 25, 60, 64], "town": ["Rom", "Oslo", "Rom", "Rom"]}
    >>> fitted = MixedMixture(1).fit(people).to_fitted()
    >>> labels = Classification(np.zeros(2, int), np.ones(2), np.zeros(2))
    >>> seen = shown(fitted, Rows(np.array([[31.0, 1], [25, 0]]), np.ones(2), labels))
    >>> seen.fitted.features, seen.rows.extra["town"].tolist()
    (('age',), ['Rom', 'Oslo'])
    """
    if not has_kinds(fitted):
        return Shown(fitted, rows)
    numbers = _numbers(fitted)
    known = rows.points if rows.holes is None else np.where(rows.holes, np.nan, rows.points)
    beside = {name: _beside(fitted, known, d) for d, name in enumerate(fitted.features) if d not in numbers}
    points = _measured(fitted, rows.points[:, numbers]) if numbers else _indicators(known, fitted)
    levels = () if numbers else tuple(d for d, told in enumerate(_told(fitted)) if told.is_level)
    extra = {**beside, **(rows.extra or {})}
    holes = None if rows.holes is None or not rows.holes[:, numbers].any() else rows.holes[:, numbers]
    seen = rows._replace(points=np.ascontiguousarray(points), extra=extra, holes=holes, categories=tuple(beside))
    return Shown(as_numbers(fitted), seen._replace(levels=levels))


def as_numbers(fitted: FittedMixture) -> FittedMixture:
    """The Gaussian mixture to speak of: the marginal of the numbers, or the shares of all levels."""
    if not has_kinds(fitted):
        return fitted
    numbers = _numbers(fitted)
    if numbers:
        _, family, part = _blocks(fitted)["numbers"]
        names = [fitted.features[d] for d in numbers]
        if isinstance(family, Transformed):
            named = zip(family.transforms, names, strict=True)
            names = [name if how == "none" else f"{how.partition('(')[0]} {name}" for how, name in named]
            return _gaussian(fitted, names, family.inner, part)
        return _gaussian(fitted, names, family, part)
    names, means, variances, _ = zip(*_told(fitted), strict=True)
    parameters = GaussianParameters(np.array(means).T, np.maximum(np.array(variances).T, _LEAST_VARIANCE))
    return _gaussian(fitted, names, Gaussian("VVI"), parameters)


def shares_by_cluster(fitted: FittedMixture) -> list[dict[str, dict[str, float]]]:
    """For each cluster and column of categories, the probability of every level.

    Examples
    --------
    >>> from mixtura import MixedMixture
    >>> people = {"age": [31.0, 25, 60, 64], "town": ["Rom", "Oslo", "Rom", "Rom"]}
    >>> shares_by_cluster(MixedMixture(1).fit(people).to_fitted())
    [{'town': {'Oslo': 0.25, 'Rom': 0.75}}]
    """
    split = _split(fitted)
    return [
        {name: dict(zip(fitted.levels[name], values[k].tolist(), strict=True)) for name, values in split.items()}
        for k in range(fitted.n_components)
    ]


def rates_by_cluster(fitted: FittedMixture) -> list[dict[str, float]]:
    """For each cluster, the mean of every column of counts.

    Examples
    --------
    >>> from mixtura import MixedMixture
    >>> rates_by_cluster(MixedMixture(1, counts=["visits"]).fit({"visits": [0, 4, 5, 3]}).to_fitted())
    [{'visits': 3.0}]
    """
    return _of_counts(fitted, lambda part: part.rates)


def count_sds_by_cluster(fitted: FittedMixture) -> list[dict[str, float]]:
    """For each cluster, the standard deviation of every column of counts.

    Examples
    --------
    >>> from mixtura import MixedMixture
    >>> count_sds_by_cluster(MixedMixture(1, counts=["visits"]).fit({"visits": [0, 4, 9, 3]}).to_fitted())
    [{'visits': 2.0}]
    """
    return _of_counts(fitted, lambda part: np.sqrt(part.variances))


def _of_counts(fitted: FittedMixture, tell: Callable[[Any], Float[ndarray, "K _"]]) -> list[dict[str, float]]:
    columns, _, part = _blocks(fitted).get("counts", ((), None, None))
    names = [fitted.features[d] for d in columns]
    values = tell(part).tolist() if names else [[]] * fitted.n_components
    return [dict(zip(names, own, strict=True)) for own in values]


def has_kinds(fitted: FittedMixture) -> bool:
    """Whether some columns hold no numbers."""
    return list(_blocks(fitted)) != ["numbers"] or isinstance(_blocks(fitted)["numbers"][1], Transformed)


def has_kind(fitted: FittedMixture, kind: str) -> bool:
    """Whether some columns hold "numbers", "categories" or "counts"."""
    return kind in _blocks(fitted)


def told_levels(n_levels: int) -> Sequence[int]:
    """Of two levels the second says all; else each of them has its say."""
    return [1] if n_levels == 2 else range(n_levels)


def _numbers(fitted: FittedMixture) -> list[int]:
    """The columns of numbers."""
    return list(_blocks(fitted).get("numbers", ((),))[0])


def _measured(fitted: FittedMixture, points: Float[ndarray, "N D"]) -> Float[ndarray, "N D"]:
    """The numbers as their family sees them."""
    family = _blocks(fitted)["numbers"][1]
    return family.forward(points) if isinstance(family, Transformed) else points


def _blocks(fitted: FittedMixture) -> dict[str, Any]:
    return blocks_of(fitted.model.emission, fitted.parameters.emission)


def _gaussian(fitted: FittedMixture, names: Sequence[str], family: Any, part: Any) -> FittedMixture:
    """A mixture of the same weights in other columns."""
    scaling = _scaling(fitted, names)
    parameters = MixtureParameters(fitted.parameters.weights, part)
    model = replace(fitted.model, emission=family)
    return replace(fitted, model=model, parameters=parameters, features=tuple(names), scaling=scaling, levels={})


def _scaling(fitted: FittedMixture, names: Sequence[str]) -> dict[str, Any]:
    places = [fitted.features.index(name) if name in fitted.features else None for name in names]
    usual: Mapping[str, float] = {"centre": 0.0, "scale": 1.0}
    return {
        key: [usual[key] if d is None else value[d] for d in places] if key in usual else value
        for key, value in fitted.scaling.items()
    }


def _split(fitted: FittedMixture) -> dict[str, Float[ndarray, "K _"]]:
    """The probabilities of the levels, column by column."""
    if "categories" not in _blocks(fitted):
        return {}
    columns, family, part = _blocks(fitted)["categories"]
    ends = np.cumsum(getattr(family, "n_levels", ()))[:-1]
    parts = np.split(part.probabilities, ends, axis=1)
    return {fitted.features[d]: own for d, own in zip(columns, parts, strict=True)}


class Told(NamedTuple):
    """What stands for a mean where there are no numbers: its name, itself and its variance in each cluster."""

    name: str
    means: Float[ndarray, " K"]
    variances: Float[ndarray, " K"]
    is_level: bool


def _told(fitted: FittedMixture) -> Iterator[Told]:
    """The share of every level that is told, and the mean of every count."""
    split = _split(fitted)
    columns, _, part = _blocks(fitted).get("counts", ((), None, None))
    for d, name in enumerate(fitted.features):
        if name in split:
            levels, shares = fitted.levels[name], split[name].T
            for c in told_levels(len(levels)):
                yield Told(f"{name} = {levels[c]}", shares[c], shares[c] * (1 - shares[c]), True)
        else:
            place = columns.index(d)
            yield Told(name, part.rates[:, place], part.variances[:, place], False)


def _indicators(points: Float[ndarray, "N D"], fitted: FittedMixture) -> Float[ndarray, "N L"]:
    """The rows in the columns of `_told`; what all rows are like on average where a row did not answer."""
    found = []
    for d, name in enumerate(fitted.features):
        values, known = points[:, d], ~np.isnan(points[:, d])
        levels = told_levels(len(fitted.levels[name])) if name in fitted.levels else [None]
        for code in levels:
            seen = values if code is None else (values == code).astype(np.float64)
            found.append(np.where(known, seen, seen[known].mean() if known.any() else 0.0))
    return np.stack(found, axis=1)


def _beside(fitted: FittedMixture, points: Float[ndarray, "N D"], d: int) -> ndarray:
    """A column that holds no numbers to measure by: levels by name, and counts."""
    levels = fitted.levels.get(fitted.features[d])
    return points[:, d] if levels is None else _named(points[:, d], levels)


def _named(codes: Float[ndarray, " N"], levels: Sequence[str]) -> ndarray:
    names = np.array([*levels, None], dtype=object)
    return names[np.where(np.isnan(codes), len(levels), codes).astype(int)]
