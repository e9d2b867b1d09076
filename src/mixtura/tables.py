"""Tables as people have them, data frames, arrays and files: choose a mixture, label rows, say what clusters are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import explain, labels, selection, streaming
from mixtura.among import among_all
from mixtura.errors import DataError
from mixtura.explain.records import Explanation, Rows
from mixtura.families import roles_of
from mixtura.fitted import AnyFitted, FittedMixture, fitted_of
from mixtura.mixture import Classification
from mixtura.options import Options
from mixtura.runners.contract import is_sampled
from mixtura.selection import FOUR, Selection
from mixtura.sources.demands import require_complete
from mixtura.sources.roles import Roles, shorten
from mixtura.sources.table import Table, complete, read_table, require_variation
from mixtura.sources.weights import check_weights
from mixtura.trials import Candidate


def select(
    data: Any,
    weights: Any = None,
    *,
    n_components: Iterable[int] = range(1, 10),
    covariances: Sequence[str] = FOUR,
    criterion: str = "bic",
    seed: int = 0,
    options: Options = Options(),  # noqa: B008 (immutable)
    on_fit: Callable[[Candidate], None] = lambda candidate: None,
    time_limit: float | None = None,
    resume: Selection | None = None,
) -> Selection:
    """Fit every number of components under every covariance model to a table, and rank the fits.

    Parameters
    ----------
    data : data frame, array of shape (N, D), file, Table or StreamedSource
        Whatever `mixtura.sources.table.read_table` reads, or rows that `mixtura.stream` reads: then every
        fit is made on a sample, and the best go on over all rows. Of a data frame or a file, the numeric columns are
        taken but those that are constant or merely number the rows; ``read_table(data, Roles(...))`` takes others. Of
        an array, all columns are taken; they are called x0, x1, …. Rows with missing cells count by their other cells;
        ``complete(read_table(data), missing="drop")`` leaves them out.
    weights : array of shape (N,), optional
        How much each row counts; by default the weights of the Table, or once.
    n_components, covariances
        What to try; every combination is fitted. Without `prune`, a fit does not depend on what else is tried.
    criterion : {"bic", "icl", "aic", "aicc", "caic", "sabic", "nec", "holdout", "cv"}
        Smaller is better; see `mixtura.criteria`. For "holdout" and "cv" every fit is made again without some rows.
    seed : int
        Same seed, same result, whatever the number of threads.
    options : Options
        Scaling, starts, stopping, threads; without `prune`, all fits are searched to their best, not only sketched.
    on_fit : callable
        Called with each candidate as it is done, in the order asked for; where sketches come first, again with each
        that is searched, the most promising first.
    time_limit : float, optional
        Seconds after which the search ends with the fits that are done, and those under way as they are.
    resume : Selection, optional
        An earlier one of the same rows, seed and options: the fits that it ended are not made again. So a search that
        was cut short goes on, to the result that it would have had, and a finished one can be widened.

    Returns
    -------
    Selection
        Its `features` are the columns that were taken. Ctrl-C ends it early with the fits that are done.

    Raises
    ------
    DataError
        If the table cannot be used: cells that are infinite or no numbers, or missing under a prior or noise, columns
        that are constant or empty, weights that are no weights; the message names column and row.
    FitError
        If no fit is eligible.
    ValueError
        If a criterion, a covariance model or a scaling is unknown, or `resume` is of other rows, another seed or other
        options.

    Examples
    --------
    >>> from mixtura import assemble, classify, datasets, select
    >>> iris = datasets.load("iris").frame("polars")  # four columns of numbers, one of text
    >>> selection = select(iris, n_components=[1, 2, 3], covariances=["full"])
    >>> selection.best.setting
    Setting(n_components=2, covariance='full')
    >>> fitted = assemble(selection)
    >>> fitted.features[0]
    'sepal_length_cm'
    >>> int((classify(fitted, iris).labels == 1).sum())
    50
    """
    table = streaming.table_at_hand(data) or require_variation(complete(table_of(data), "model"))
    if options.prior is not None or options.outliers != "none":
        require_complete(table, "a prior" if options.outliers == "none" else "noise")
        options = among_all(data, options) if is_sampled(data) else options
    found = selection.select(
        table.points,
        table.weights if weights is None else weights_of(weights, table),
        n_components=n_components,
        covariances=covariances,
        criterion=criterion,
        seed=seed,
        options=options._replace(columns=table.columns),
        on_fit=on_fit,
        time_limit=time_limit,
        resume=resume,
    )
    found = streaming.finished(data, found, options)
    return found._replace(features=table.names)


def classify(fitted: AnyFitted, data: Any, *, n_threads: int = 1) -> Classification:
    """Say which cluster of a mixture each row of a table belongs to.

    Parameters
    ----------
    fitted : FittedMixture or fitted estimator
        From `assemble` or `load`, or a GaussianMixture and its like.
    data : data frame, array of shape (N, D), file or Table
        Columns are found by name, and others ignored; those of an array are taken as they come.
    n_threads : int
        The result is the same for any number of them.

    Returns
    -------
    Classification
        `labels`, `probabilities` of these labels and `log_density` (nats), each of shape (N,).

    Raises
    ------
    DataError
        If a column is not there, or a cell is infinite or no number.

    Examples
    --------
    >>> from mixtura import assemble, classify, select
    >>> heights = {"height_cm": [61.0, 62.0, 63.5, 64.0, 90.0, 91.0, 92.5, 94.0]}
    >>> fitted = assemble(select(heights, n_components=[2], covariances=["tied"]))
    >>> classify(fitted, {"height_cm": [93.0, 60.0], "age": [8, 2]}).labels.tolist()
    [1, 0]
    """
    fitted = fitted_of(fitted)
    return labels.classify(fitted, read_rows(fitted, data).source(), n_threads)


def describe(fitted: AnyFitted, data: Any, *, n_threads: int = 1) -> Explanation:
    """Say what the clusters of a mixture are, in numbers and in words, by the rows of a table.

    Parameters
    ----------
    fitted : FittedMixture or fitted estimator
        From `assemble` or `load`, or a GaussianMixture and its like.
    data : data frame, array of shape (N, D), file or Table
        Usually what the mixture was fitted to; columns as for `classify`. The weights of a Table count.
    n_threads : int
        The result is the same for any number of them.

    Returns
    -------
    Explanation
        Of each cluster a profile, what keeps it apart from the nearest one, short rules and a sentence.

    Raises
    ------
    DataError
        If a column is not there, or a cell is infinite or no number.

    Examples
    --------
    >>> import mixtura
    >>> iris = mixtura.datasets.load("iris").frame("pyarrow")
    >>> fitted = mixtura.assemble(mixtura.select(iris, n_components=[2], covariances=["full"]))
    >>> told = mixtura.describe(fitted, iris)
    >>> told.headline
    '2 clusters in 150 rows, 4 columns'
    >>> told.clusters[1].rules
    (Rule(conditions=(Condition(column=2, above=None, up_to=2.0),), precision=1.0, coverage=1.0),)
    """
    fitted = fitted_of(fitted)
    rows = label_rows(fitted, read_rows(fitted, data), n_threads=n_threads)
    return explain.explain_rows(fitted, rows)[2]


def impute(fitted: AnyFitted, data: Any, *, n_draws: int | None = None, seed: int = 0) -> ndarray:
    """Fill the missing cells of a table by what a mixture says of them given the cells that are there.

    Parameters
    ----------
    fitted : FittedMixture or fitted estimator
        From `assemble` or `load`, or a GaussianMixture and its like.
    data : data frame, array of shape (N, D), file or Table
        Columns as for `classify`.
    n_draws : int, optional
        None gives expected values: the best guess of each cell. So many draws differ as much as the cells are
        uncertain: for multiple imputation (Rubin 1987).
    seed : int
        Same seed, same draws.

    Returns
    -------
    array of shape (N, D) or (n_draws, N, D)
        The columns of the mixture, without holes, in the order of `fitted.features`.

    Raises
    ------
    DataError
        If a column is not there, or a cell is infinite or no number.
    ValueError
        If `n_draws` is less than one.

    Examples
    --------
    >>> import mixtura
    >>> iris = mixtura.datasets.load("iris").frame("pyarrow")
    >>> fitted = mixtura.assemble(mixtura.select(iris, n_components=[2], covariances=["full"]))
    >>> row = {name: [None] for name in fitted.features} | {"petal_length_cm": [4.5]}
    >>> mixtura.impute(fitted, row).round(1)
    array([[6. , 2.8, 4.5, 1.5]])
    """
    fitted = fitted_of(fitted)
    source = read_rows(fitted, data).source()
    if n_draws is None:
        return labels.expected(fitted, source)
    if n_draws < 1:
        raise ValueError(f"n_draws={n_draws} asks for no rows at all: use 1 or more, or None for expected values.")
    return labels.drawn(fitted, source, n_draws, np.random.default_rng(seed))


def label_rows(fitted: FittedMixture, table: Table, *, truth: str | None = None, n_threads: int = 1) -> Rows:
    """The rows of a table, with what a mixture and the table say of them; missing cells are what it expects there."""
    holes = np.isnan(table.points)
    return Rows(
        labels.expected(fitted, table.source(), n_threads),
        np.ones(len(table.points)) if table.weights is None else table.weights,
        labels.classify(fitted, table.source(), n_threads),
        ids=table.ids,
        truth=table.extra[truth] if truth else None,
        extra={name: values for name, values in table.extra.items() if name != truth},
        holes=holes if holes.any() else None,
    )


def read_rows(fitted: FittedMixture, data: Any, weights: Any = None) -> Table:
    """The columns of a table that a mixture was fitted to, and how much each row counts.

    Raises
    ------
    DataError
        As `classify`, and if the weights are no weights.
    """
    roles = roles_of(fitted.features, fitted.levels, fitted.model.emission, fitted.parameters.emission)
    table = complete(table_of(data, roles), "model")
    if table.names != fitted.features:
        raise DataError(
            f"{table.origin} has the columns {shorten(table.names)}, but the mixture was fitted to "
            f"{shorten(fitted.features)}: give these, in this order."
        )
    return table if weights is None else replace(table, weights=weights_of(weights, table))


def table_of(data: Any, roles: Roles | None = None) -> Table:
    """The columns to cluster on: those that have a role, or those that can be; of an array all, in their order."""
    if isinstance(data, Table):
        return data
    if not isinstance(data, ndarray):
        return read_table(data, roles)
    table = read_table(data, Roles(["x*"]))
    features = roles.features if roles else ()
    return replace(table, names=tuple(features)) if len(features) == len(table.names) else table


def weights_of(weights: Any, table: Table) -> Float[ndarray, " N"]:
    """How much each row of a table counts, as somebody says it beside the table."""
    try:
        values = np.ascontiguousarray(weights, dtype=np.float64)
    except (TypeError, ValueError):
        raise DataError("The weights hold something that is no number; they are one number for each row.") from None
    if values.shape != (len(table.points),):
        raise DataError(
            f"The weights have shape {values.shape}; there must be one for each of the {len(table.points)} rows."
        )
    return check_weights(values, f"{table.origin}: the weight", table.name_row)
