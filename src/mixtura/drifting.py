"""Do new rows follow the law of those before? A test by the sums that EM collects, for mixtures of every family.

Rows are cut into groups of the same size, in the order in which they come. Of each group the statistics of an E-step
are averaged; if nothing has changed, the groups of both windows are exchangeable, and so their difference is compared
with those of the same groups dealt out at random (a permutation test: Fisher 1935; Pitman 1937). There are several
kinds of averages, such as shares, shifts and scatters; the smallest of their p-values is compared with the smallest
of the same draws (Tippett 1931; Westfall & Young 1993), so that all of them together have the level of one test.

These averages are those of the score but for a factor: so the test keeps its level, for many rows, where the mixture
was fitted to one of the windows. With θ fitted to the first, the score of the second under θ has the variance of the
difference of both under the truth.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.errors import DataError, OptionError
from mixtura.fitted import AnyFitted, FittedMixture, fitted_of
from mixtura.sources.table import Table
from mixtura.statistics import Block, Incomplete, MixtureStatistics
from mixtura.streaming import in_units
from mixtura.tables import read_rows

_GROUPS = 128  # in both windows together
_FEWEST = 8  # groups of one window: they tell how much groups differ by chance


class Drift(NamedTuple):
    """What a test for drift says.

    `p_value` is the probability of differences as large if nothing has changed; `p_values` are those of each kind of
    averages alone, by its name in the statistics of the family: "counts" tells of shares, "shifts" of means, "scatter"
    of covariances. `shares` are those of the K components before and after.
    """

    p_value: float
    p_values: dict[str, float]
    n_groups: tuple[int, int]
    shares: tuple[Float[ndarray, " K"], Float[ndarray, " K"]]


def drift_test(fitted: AnyFitted, first: Any, second: Any, *, n_draws: int = 999, seed: int = 0) -> Drift:
    """Whether rows of two windows of time follow one law, as a mixture sees them.

    It sees what would change the mixture: shares, means, covariances, probabilities of levels.

    Parameters
    ----------
    fitted : FittedMixture or fitted estimator
        From `assemble`, `load` or `update`, or a GaussianMixture and its like; it may be of the first window.
    first, second : data frame, array of shape (N, D), file or Table
        The rows of both, in the order in which they came; columns as for `classify`. The weights of a Table count.
        Rows at the end that fill no group are left out: fewer than one in 64.
    n_draws : int, default=999
        How often groups are dealt out at random; no p-value of a kind is smaller than 1 / (n_draws + 1).
    seed : int
        Same seed, same draws.

    Returns
    -------
    Drift
        A small `p_value` says that something has changed.

    Raises
    ------
    DataError
        If a column is not there, a cell is infinite or no number, or a window has fewer than eight rows or a sixteenth
        of all.
    OptionError
        If `n_draws` is less than one.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura import GaussianMixture, drift_test
    >>> rng = np.random.default_rng(0)
    >>> monday, tuesday, friday = (rng.normal(mean, 1, (500, 2)) for mean in (0, 0, 0.2))
    >>> fitted = GaussianMixture().fit(monday)
    >>> drift_test(fitted, monday, tuesday).p_value > 0.05, drift_test(fitted, monday, friday).p_value < 0.01
    (True, True)
    """
    if n_draws < 1:
        raise OptionError(f"n_draws is {n_draws}: a p-value takes one draw at least, and 999 are usual.")
    fitted = fitted_of(fitted)
    windows = read_rows(fitted, first), read_rows(fitted, second)
    size = _size_of_groups(windows)
    before, after = (list(_groups(fitted, table, size)) for table in windows)
    n_groups, groups = (len(before), len(after)), before + after
    kinds = {name: _standardised(np.stack([group[name] for group in groups])) for name in groups[0]}
    contrasts = _dealt(n_groups, n_draws, np.random.default_rng(seed))
    p_values = np.stack([_p_values(((contrasts @ kind) ** 2).sum(1)) for kind in kinds.values()])
    smallest = p_values.min(0)
    return Drift(
        float((smallest <= smallest[0]).mean()),
        dict(zip(kinds, p_values[:, 0].tolist(), strict=True)),
        n_groups,
        (_mean_shares(before), _mean_shares(after)),
    )


def _size_of_groups(windows: tuple[Table, Table]) -> int:
    n_rows = [len(table.points) for table in windows]
    size = max(1, sum(n_rows) // _GROUPS)
    for table, number in zip(windows, n_rows, strict=True):
        if number // size < _FEWEST:
            raise DataError(
                f"{table.origin}: {number} of {sum(n_rows)} rows are too few to be a window of their own; it takes "
                f"{_FEWEST * size}."
            )
    return size


def _groups(fitted: FittedMixture, table: Table, size: int) -> Iterator[dict[str, ndarray]]:
    """Of each group the averages a row, kind by kind."""
    model, parameters = fitted.in_units_of_fit
    function, weights = model.statistics(parameters), table.weights
    for start in range(0, len(table.points) - size + 1, size):
        rows = slice(start, start + size)
        points = np.ascontiguousarray(table.points[rows])
        kind = Incomplete if np.isnan(points).any() else Block
        block = kind(points, np.ones(size) if weights is None else weights[rows])
        mass = max(float(block.weights.sum()), np.finfo(np.float64).tiny)
        sums = _kinds(in_units(block, function, fitted.units), model.noise is not None)
        yield {name: np.ravel(array) / mass for name, array in sums}


def _kinds(sums: MixtureStatistics, has_noise: bool) -> Iterator[tuple[str, Any]]:
    yield "counts", sums.counts
    if has_noise:
        yield "noise", sums.noise
    yield from _named(sums.emission)


def _named(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The arrays in nested statistics, by the names of their fields; blocks of columns are numbered from 0 on."""
    if not isinstance(part, tuple):
        yield path.removesuffix("."), part
        return
    fields = part._asdict().items() if hasattr(part, "_asdict") else enumerate(part)
    for name, own in fields:
        yield from _named(own, f"{path}{name}.")


def _mean_shares(groups: list[dict[str, ndarray]]) -> Float[ndarray, " K"]:
    return np.mean([group["counts"] for group in groups], axis=0)


def _standardised(averages: Float[ndarray, "G M"]) -> Float[ndarray, "G M"]:
    """In units of their standard deviation over all groups; what is the same in all has none, and no say."""
    away = averages - averages.mean(0)
    deviation = away.std(0)
    is_same = deviation <= 1e-12 * np.abs(averages).max(0)
    return np.where(is_same, 0.0, away / np.where(is_same, 1.0, deviation))


def _dealt(n_groups: tuple[int, int], n_draws: int, rng: np.random.Generator) -> Float[ndarray, "S G"]:
    """Contrasts of two windows: the real one first, then as many of groups dealt out at random."""
    real = np.repeat([1 / n_groups[0], -1 / n_groups[1]], n_groups)
    real /= np.linalg.norm(real)
    return np.stack([real, *(rng.permutation(real) for _ in range(n_draws))])


def _p_values(differences: Float[ndarray, " S"]) -> Float[ndarray, " S"]:
    """For each draw the share of all whose difference is as large."""
    n_smaller = np.searchsorted(np.sort(differences), differences * (1 - 1e-12))
    found: ndarray = (len(differences) - n_smaller) / len(differences)
    return found
