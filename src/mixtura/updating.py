"""Fitted mixtures that go on with new rows, without those before: stepwise EM on values that can be saved."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from mixtura.errors import DataError, FitError, OptionError
from mixtura.fitted import AnyFitted, FittedMixture, fitted_of, rescaled
from mixtura.online import Memory, Schedule, is_sound, recall, step
from mixtura.runners.contract import Measured
from mixtura.runners.local import Local
from mixtura.scaling import Scaling
from mixtura.sources.array import ArraySource
from mixtura.sources.table import Table
from mixtura.statistics import Block
from mixtura.streaming import in_units
from mixtura.tables import read_rows


def update(
    fitted: AnyFitted,
    data: Any,
    weights: Any = None,
    *,
    schedule: Schedule = Schedule(),  # noqa: B008 (immutable)
    n_threads: int = 1,
) -> FittedMixture:
    """Go on with a fit: take one batch of new rows into account, and keep none of them.

    The mixture makes one step of stepwise EM (see `mixtura.online`): its number of components, its covariance model
    and the numbering stay. Of the rows that it was fitted to, it knows what its parameters say.

    Parameters
    ----------
    fitted : FittedMixture or fitted estimator
        From `assemble`, `load` or an earlier `update`, or a GaussianMixture and its like.
    data : data frame, array of shape (N, D), file or Table
        New rows; columns as for `classify`. The weights of a Table count.
    weights : array of shape (N,), optional
        How much each row counts.
    schedule : Schedule
        How much is remembered.
    n_threads : int
        The result is the same for any number of them.

    Returns
    -------
    FittedMixture
        Its `memory` holds what the next batch needs; `save` writes it, `load` brings it back.

    Raises
    ------
    DataError
        If a column is not there, a cell is infinite or no number, or no row has any cell.
    FitError
        If a component would collapse.
    OptionError
        If its family cannot go on, or the schedule is none.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura import assemble, select, update
    >>> rng = np.random.default_rng(0)
    >>> fitted = assemble(select(rng.normal(0, 1, (500, 1)), n_components=[1]))
    >>> for day in range(1, 9):  # the mean moves by one a day
    ...     fitted = update(fitted, rng.normal(day, 1, (500, 1)), schedule=Schedule(window=1000))
    >>> fitted.parameters.emission.means.round(1).tolist()  # half of it is of the last day, a quarter of that before
    [[7.0]]
    >>> fitted.history["n_rows"]
    4500
    """
    if not isinstance(schedule, Schedule):
        raise OptionError(f"schedule is {schedule!r}; it is a mixtura.Schedule, such as Schedule(power=0.7).")
    fitted = fitted_of(fitted)
    return advance(fitted, _that_count(read_rows(fitted, data, weights)), schedule, Local(n_threads))[0]


def _that_count(table: Table) -> ArraySource:
    """The rows but those without any cell, of which nothing can be learnt."""
    counts = ~np.isnan(table.points).all(axis=1)
    if counts.all():
        return table.source()
    if not counts.any():
        raise DataError(f"{table.origin}: every cell that counts is missing, so there is nothing to learn from.")
    return ArraySource(table.points[counts], None if table.weights is None else table.weights[counts])


def advance(fitted: FittedMixture, source: Measured, schedule: Schedule, runner: Local) -> tuple[FittedMixture, float]:
    """`update` by rows of any source -> also what their log-likelihood was before, in nats and the units of the fit."""
    (model, _), memory, run = fitted.in_units_of_fit, memory_of(fitted), partial(_run, source, runner, fitted.units)
    memory, log_likelihood = step(model, memory, run, source.total_weight, schedule)
    if not np.isfinite(log_likelihood) or not is_sound(model, memory.parameters):
        raise FitError(
            f"These {source.n_rows} rows would let a component collapse, or lie too far out for any to explain them: "
            "look at their units, leave out what is no measurement, or begin anew with fewer components. The mixture "
            "is as it was."
        )
    moved = rescaled(model, memory.parameters, fitted.units)
    after = replace(fitted, parameters=moved, order="none", history=_history(fitted, source, memory))
    return remembering(after, memory), log_likelihood


def memory_of(fitted: FittedMixture) -> Memory:
    """What a mixture remembers of its rows; if that is not of these parameters, what they say.

    Raises
    ------
    OptionError
        If they say too little.
    """
    if fitted.model.floor > float("-inf"):
        raise OptionError(
            "A trimmed mixture cannot go on with new rows, some of which it would trim: fit it to all rows."
        )
    memory = fitted.memory
    if memory is not None and fitted.remembers:
        return memory
    model, parameters = fitted.in_units_of_fit
    found = recall(model, parameters, memory.remembered if memory else fitted.history.get("total_weight", 0.0))
    if found is None:
        raise OptionError(
            "A mixture of this family cannot go on with new rows, because its parameters do not say what it has learnt "
            "so far: fit it to all rows."
        )
    if memory is None:
        return found
    return found._replace(seen=memory.seen, unit=memory.unit, n_batches=memory.n_batches)


def remembering(fitted: FittedMixture, memory: Memory) -> FittedMixture:
    """The mixture with what is known of its rows, about its parameters as they are held and written."""
    return replace(fitted, memory=memory.at(*fitted.in_units_of_fit))


def _run(source: Measured, runner: Local, units: Scaling, function: Callable[[Block], Any]) -> Any:
    """The sum over all rows, in the units of the fit."""
    return runner(source, function if units.is_idle else partial(in_units, function=function, scaling=units))


def _history(fitted: FittedMixture, source: Measured, memory: Memory) -> dict[str, Any]:
    """What is still true: how the first fit went says nothing of the mixture that it has become."""
    return {
        "n_rows": fitted.history.get("n_rows", 0) + source.n_rows,
        "total_weight": memory.seen,
        "n_free": fitted.model.n_free(fitted.parameters),
    }
