"""Which cluster every row belongs to: asked of a fitted mixture, laid out as columns to write."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from mixtura.fitted import FittedMixture
from mixtura.mixture import Classification
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.sources.table import Missing, Table


def classify(fitted: FittedMixture, source: ArraySource, n_threads: int = 1) -> Classification:
    """The cluster of each row, the probability of that, and the row's log-density in nats.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura.assembly import assemble
    >>> from mixtura.selection import select
    >>> points = np.concatenate([np.linspace(0, 1, 60), np.linspace(8, 9, 40)])[:, None]
    >>> fitted = assemble(select(points, n_components=[2]), ["age"])
    >>> classify(fitted, ArraySource(points)).labels[[0, -1]].tolist()
    [0, 1]
    """
    parts = Local(n_threads).each(source, fitted.model.classify(fitted.parameters))
    return Classification(*map(np.concatenate, zip(*parts, strict=True)))


def responsibilities(fitted: FittedMixture, source: ArraySource, n_threads: int = 1) -> Float[ndarray, "N K"]:
    """The probability of every cluster for each row; with noise, that is the last column."""
    parts = Local(n_threads).each(source, fitted.model.posterior(fitted.parameters))
    return np.concatenate([shares for shares, _ in parts])


def probability_columns(fitted: FittedMixture, source: ArraySource, n_threads: int = 1) -> dict[str, ndarray]:
    """The probability of every cluster for each row: `probability_0`, `probability_1`, …, `probability_noise`."""
    return named_shares(fitted, responsibilities(fitted, source, n_threads))


def named_shares(fitted: FittedMixture, shares: Float[ndarray, "N K"]) -> dict[str, ndarray]:
    """Responsibilities as columns, by the names that they have in files."""
    names = [*range(fitted.n_components), *(["noise"] if fitted.model.noise else [])]
    return {f"probability_{name}": share for name, share in zip(names, shares.T, strict=True)}


def expected(fitted: FittedMixture, source: ArraySource, n_threads: int = 1) -> Float[ndarray, "N D"]:
    """The rows, where cells are missing what the mixture expects there."""
    return np.concatenate(list(Local(n_threads).each(source, fitted.model.expect(fitted.parameters))))


def drawn(
    fitted: FittedMixture, source: ArraySource, n_draws: int, rng: np.random.Generator
) -> Float[ndarray, "M N D"]:
    """The rows, where cells are missing drawn from the mixture; so many times."""
    draw = fitted.model.draw(fitted.parameters, rng)
    return np.stack([np.concatenate([draw(block) for block in source.blocks()]) for _ in range(n_draws)])


def kept_rows(table: Table, missing: Missing) -> Bool[ndarray, " N"]:
    """The rows that get a label: all, or those that have a value in every column to cluster on."""
    if missing == "model":
        return np.ones(len(table.points), dtype=bool)
    return np.asarray(table.in_order.all(axis=1))


def label_columns(
    found: Classification,
    kept: Bool[ndarray, " N"],
    *,
    probabilities: bool = True,
    others: Mapping[str, ndarray] | None = None,
    names: tuple[str, ndarray] | None = None,
    cluster_names: Sequence[str] = (),
) -> dict[str, ndarray]:
    """The labels of a table as columns, one value for each of its rows.

    Parameters
    ----------
    found : Classification
        What the mixture says of the M rows that were kept.
    kept : array of shape (N,)
        Which rows these are. The others get a row whose cells are missing, so that labels can be put beside the table
        they came from.
    probabilities : bool
        Whether to add the probability of the label and the log-density.
    others : dict, optional
        What else is said of each of these rows, such as `probability_columns`.
    names : (str, array of shape (N,)), optional
        What the rows are called, and the name of that column. Without it, `row` counts the rows from 1.
    cluster_names : sequence of str, optional
        What the clusters are called, if that is wanted too.

    Returns
    -------
    dict
        `row` or the column of `names`, `label` (-1 for noise), `cluster` (its name), `probability`, `log_density`
        (nats), and those of `others`.

    Examples
    --------
    >>> import numpy as np
    >>> found = Classification(np.array([1, 0]), np.array([0.9, 0.8]), np.array([-2.0, -3.0]))
    >>> columns = label_columns(found, np.array([True, False, True]))
    >>> columns["row"].tolist(), columns["label"].tolist()
    ([1, 2, 3], [1, None, 0])
    """
    columns: dict[str, ndarray] = {"label": found.labels.astype(np.int32)}
    if cluster_names:
        columns |= {"cluster": np.array([*cluster_names, "noise"])[found.labels]}  # the label of noise is -1
    if probabilities:
        columns |= {"probability": found.probabilities, "log_density": found.log_density}
    columns |= others or {}
    name, values = names or ("row", np.arange(1, len(kept) + 1))
    first = {"id" if name in columns else name: values}
    return first | {name: _spread(values, kept) for name, values in columns.items()}


def imputed_columns(
    fitted: FittedMixture, table: Table, filled: Float[ndarray, "*M N D"], id_name: str | None = None
) -> dict[str, ndarray]:
    """Cells that were filled as columns to write, after the number of the draw, if any, and the names of the rows."""
    n_draws, N = filled.size // table.points.size, len(table.points)
    names = np.arange(1, N + 1) if table.ids is None else table.ids
    cells = {name: values.ravel() for name, values in zip(fitted.features, np.moveaxis(filled, -1, 0), strict=True)}
    for name, levels in fitted.levels.items():
        cells[name] = np.array(levels)[cells[name].astype(int)]
    draws = {"draw": np.repeat(np.arange(1, n_draws + 1), N)} if filled.ndim > table.points.ndim else {}
    named = draws | {id_name or "row": np.tile(names, n_draws)}
    return named | cells | {name: np.tile(values, n_draws) for name, values in table.extra.items()}


def _spread(values: ndarray, kept: Bool[ndarray, " N"]) -> ndarray:
    """The values of the rows that were kept, masked cells elsewhere."""
    if kept.all():
        return values
    spread = np.zeros(len(kept), dtype=values.dtype)
    spread[kept] = values
    return np.ma.MaskedArray(spread, mask=~kept)
