"""Rows drawn from a mixture, as it takes those of its fit to have come about."""

from collections.abc import Iterable, Iterator

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.families import roles_of
from mixtura.fitted import AnyFitted, FittedMixture, fitted_of

_AT_ONCE = 65_536  # rows


def sample(fitted: AnyFitted, n_samples: int, *, seed: int = 0) -> tuple[Float[ndarray, "N D"], Int[ndarray, " N"]]:
    """Draw rows from a mixture: for each a component, by the weights, then a row of it (Bishop 2006, section 8.1.2).

    Parameters
    ----------
    fitted : FittedMixture or fitted estimator
        From `assemble` or `load`, or a GaussianMixture and its like. Of a posterior, rows are drawn from the mixture in
        its middle; those of a trimmed fit come from its components, noise from its box.
    n_samples : int
        How many.
    seed : int
        Same seed, same rows.

    Returns
    -------
    rows : array of shape (n_samples, D)
        In the columns and units of `fitted.features`, in no order: any part of them is a sample too. Of a category they
        hold the numbers of its `fitted.levels`; no cells are missing.
    labels : array of shape (n_samples,)
        The component that each was drawn from, -1 for noise.

    Raises
    ------
    ValueError
        If `n_samples` is less than one.

    Examples
    --------
    >>> from mixtura import assemble, datasets, sample, select
    >>> faithful = datasets.load("faithful").frame("pyarrow")
    >>> fitted = assemble(select(faithful, n_components=[2], covariances=["full"]))
    >>> rows, labels = sample(fitted, 1000)
    >>> rows.shape, (rows[labels == 0].mean(0) > rows[labels == 1].mean(0)).tolist()
    ((1000, 2), [True, True])
    """
    if n_samples < 1:
        raise ValueError(f"n_samples={n_samples} asks for no rows at all: use 1 or more.")
    return _drawn(fitted_of(fitted), n_samples, np.random.default_rng(seed))


def sampled_columns(
    fitted: FittedMixture, n_samples: int, seed: int, *, with_labels: bool = False
) -> Iterator[dict[str, ndarray]]:
    """Rows that are drawn, some of them at a time, as columns to write: categories by their levels, counts whole.

    Examples
    --------
    >>> from mixtura import assemble, select
    >>> fitted = assemble(select({"visits": [0.5, 1.5, 7.0, 8.5]}, n_components=[2], covariances=["tied"]))
    >>> [list(part) for part in sampled_columns(fitted, 3, seed=0, with_labels=True)]
    [['visits', 'label']]
    """
    rng = np.random.default_rng(seed)
    for start in range(0, n_samples, _AT_ONCE):
        rows, labels = _drawn(fitted, min(_AT_ONCE, n_samples - start), rng)
        columns = _as_read(fitted, rows)
        yield columns | _label_columns(fitted, labels) if with_labels else columns


def _drawn(fitted: FittedMixture, number: int, rng: np.random.Generator) -> tuple[ndarray, ndarray]:
    rows, labels = fitted.model.sample(fitted.parameters, number, rng)
    order = rng.permutation(number)
    return rows[order], labels[order]


def _as_read(fitted: FittedMixture, rows: Float[ndarray, "N D"]) -> dict[str, ndarray]:
    counts = roles_of(fitted.features, fitted.levels, fitted.model.emission, fitted.parameters.emission).counts
    columns = dict(zip(fitted.features, rows.T, strict=True))
    whole = {name: columns[name].astype(np.int64) for name in counts}
    levels = {name: np.array(levels)[columns[name].astype(int)] for name, levels in fitted.levels.items()}
    return columns | whole | levels


def _label_columns(fitted: FittedMixture, labels: Int[ndarray, " N"]) -> dict[str, ndarray]:
    """The components, and what they are called if somebody has named them, under names that no column has."""
    told = {_free("label", fitted.features): labels.astype(np.int32)}
    if fitted.is_named:
        told |= {_free("cluster", fitted.features): np.array([*fitted.cluster_names, "noise"])[labels]}
    return told


def _free(name: str, taken: Iterable[str]) -> str:
    return name if name not in taken else _free(f"{name}_", taken)
