"""What would move a row to another cluster: for every column the nearest value that does, if nothing else changes.

Along a number of Gaussians the log-odds are a parabola, so that the value is a root that can be written down. Where
tails are heavy it is searched for; levels and counts are tried one by one.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.emissions.transformed import Transformed
from mixtura.explain.kinds import as_numbers, shares_by_cluster
from mixtura.explain.profiles import overall_sds
from mixtura.explain.records import Change
from mixtura.explain.said import blocks, heavy_tails, heights, named, numbers_of, values_of
from mixtura.fitted import FittedMixture

_MOST_COUNTS = 5000  # of one column that are tried
_STEPS = np.geomspace(1e-3, 1e3, 400)  # standard deviations, along a number
_HALVINGS = 48
_FAR = 10.0  # standard deviations beyond the largest mean, where the last of them is


def changes(
    fitted: FittedMixture, point: Float[ndarray, " D"], log_joint: Float[ndarray, " K"]
) -> tuple[Change | None, ...]:
    """For each column, by itself, the nearest value at which another cluster becomes the most probable one."""
    found: list[Change | None] = [None] * len(point)
    others = np.flatnonzero(np.isfinite(log_joint) & (np.arange(len(log_joint)) != log_joint.argmax()))
    if not len(others):
        return tuple(found)
    for change in (*_of_numbers(fitted, point, log_joint, others), *_of_others(fitted, point, log_joint)):
        found[change.column] = change
    return tuple(found)


def _of_numbers(
    fitted: FittedMixture, point: Float[ndarray, " D"], log_joint: Float[ndarray, " K"], others: Int[ndarray, " M"]
) -> Iterator[Change]:
    """With u = x - m_k, moving column d by t changes log f_k by -t (S_k^-1 u)_d - t² (S_k^-1)_dd / 2."""
    columns, values, means, covariances = numbers_of(fitted, point)
    if not len(columns):
        return
    if heavy_tails(fitted) is not None:
        yield from _of_heavy_numbers(fitted, point, log_joint)
        return
    label, inverses = log_joint.argmax(), np.linalg.inv(covariances)
    slopes = -np.einsum("kde,ke->kd", inverses, values - means)
    bends = -np.einsum("kdd->kd", inverses) / 2
    steps = _nearest_root(
        bends[label] - bends[others], slopes[label] - slopes[others], (log_joint[label] - log_joint[others])[:, None]
    )
    first, places = np.abs(steps).argmin(0), blocks(fitted)["numbers"][0]
    spreads = dict(zip(places, overall_sds(as_numbers(fitted)), strict=True))
    for i, d in enumerate(columns.tolist()):
        step = float(steps[first[i], i])
        if np.isfinite(step):
            value = _undone(fitted, d, float(values[i] + step))
            yield Change(d, value, float(step / spreads[d]), int(others[first[i]]))


def _of_heavy_numbers(
    fitted: FittedMixture, point: Float[ndarray, " D"], log_joint: Float[ndarray, " K"]
) -> Iterator[Change]:
    values, spreads = values_of(fitted, point), overall_sds(as_numbers(fitted))
    without = log_joint - heights(fitted, values[None])[0]
    for i, d in enumerate(blocks(fitted)["numbers"][0]):
        line = _Line(fitted, values, without, i)
        step = _nearest_change(line, spreads[i]) if np.isfinite(values[i]) else None
        if step is not None:
            yield Change(d, _undone(fitted, d, float(values[i] + step)), float(step / spreads[i]), line.label(step))


class _Line(NamedTuple):
    """A row whose i-th number may become any."""

    fitted: FittedMixture
    values: Float[ndarray, " M"]
    without: Float[ndarray, " K"]  # what else speaks for each cluster
    i: int

    def labels(self, steps: Float[ndarray, " S"]) -> Int[ndarray, " S"]:
        rows = np.repeat(self.values[None], len(steps), axis=0)
        rows[:, self.i] += steps
        found: ndarray = (self.without + heights(self.fitted, rows)).argmax(1)
        return found

    def label(self, step: float) -> int:
        return int(self.labels(np.array([step]))[0])


def _nearest_change(line: _Line, spread: float) -> float | None:
    """Ever longer steps to both sides until the label changes, then halves: the least step known to change it."""
    here, steps = line.label(0.0), spread * np.concatenate([_STEPS, -_STEPS])
    moving = np.flatnonzero(line.labels(steps) != here)
    if not len(moving):
        return None
    first = int(moving[np.abs(steps[moving]).argmin()])
    far, near = float(steps[first]), float(steps[first - 1]) if first % len(_STEPS) else 0.0
    for _ in range(_HALVINGS):
        middle = (near + far) / 2
        near, far = (middle, far) if line.label(middle) == here else (near, middle)
    return far


def _undone(fitted: FittedMixture, d: int, value: float) -> float:
    """In the units of the data."""
    columns, family, _ = blocks(fitted)["numbers"]
    return family.undone(value, columns.index(d)) if isinstance(family, Transformed) else value


def _nearest_root(a: ndarray, b: ndarray, c: ndarray) -> ndarray:
    """The root of a t² + b t + c that is smallest in size, without cancellation; infinite where there is none."""
    with np.errstate(all="ignore"):
        q = -(b + np.copysign(np.sqrt(b**2 - 4 * a * c), b)) / 2
        roots = np.stack(np.broadcast_arrays(q / a, c / q))
    roots = np.where(np.isfinite(roots), roots, np.inf)
    return np.take_along_axis(roots, np.abs(roots).argmin(0)[None], 0)[0]


def _of_others(fitted: FittedMixture, point: Float[ndarray, " D"], log_joint: Float[ndarray, " K"]) -> Iterator[Change]:
    label = log_joint.argmax()
    for name, (columns, family, parameters) in blocks(fitted).items():
        for i, d in enumerate(columns if name != "numbers" else ()):
            tried, distances = _tried(fitted, d, i, point[d])
            without = log_joint - _cells(family, parameters, i, point[d : d + 1])[0]
            labels = (without + _cells(family, parameters, i, tried)).argmax(1)
            moving = np.flatnonzero((labels != label) & (tried != point[d]) & np.isfinite(distances))
            if len(moving):
                best = moving[np.abs(distances[moving]).argmin()]
                yield Change(d, named(fitted, d, float(tried[best])), float(distances[best]), int(labels[best]), False)


def _tried(fitted: FittedMixture, d: int, i: int, value: float) -> tuple[Float[ndarray, " M"], Float[ndarray, " M"]]:
    """Values that column d, the i-th of its block, may change to, and how far away they are."""
    weights, name = fitted.parameters.weights, fitted.features[d]
    if name in fitted.levels:
        by_cluster = [own[name] for own in shares_by_cluster(fitted)]
        return _levels(weights @ np.array([[own[level] for level in fitted.levels[name]] for own in by_cluster]))
    parameters = blocks(fitted)["counts"][2]
    return _counts(parameters.rates[:, i], parameters.variances[:, i], weights, value)


def _cells(family: Any, parameters: Any, i: int, values: Float[ndarray, " M"]) -> Float[ndarray, "M K"]:
    """Log-densities of such values of a column of the block, each by itself."""
    rows = np.full((len(values), family.shape(parameters)[1]), np.nan)
    rows[:, i] = values
    found: ndarray = family.log_density(rows, family.density(parameters))
    return found


def _levels(shares: Float[ndarray, " C"]) -> tuple[Float[ndarray, " C"], Float[ndarray, " C"]]:
    """All levels, the rarer the farther: a level that a row takes on goes from zero to one, seen in its deviation."""
    with np.errstate(divide="ignore"):
        return np.arange(float(len(shares))), 1 / np.sqrt(shares * (1 - shares))


def _counts(
    rates: Float[ndarray, " K"], variances: Float[ndarray, " K"], weights: Float[ndarray, " K"], value: float
) -> tuple[Float[ndarray, " M"], Float[ndarray, " M"]]:
    """Counts from zero on, so many that the last is far from all, and how far they are from the value."""
    mean = weights @ rates
    sd = np.sqrt(weights @ (variances + (rates - mean) ** 2))
    last = max(value, float(rates.max() + _FAR * np.sqrt(variances.max()))) + 1
    tried = np.arange(last + 1) if last < _MOST_COUNTS else np.unique(np.rint(np.linspace(0, last, _MOST_COUNTS)))
    return tried, (tried - value) / sd
