"""From a search to the value that is kept: components in their canonical order, in the units of the data, on record."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from mixtura.fitted import FittedMixture, default_names
from mixtura.ordering import canonical_order
from mixtura.race import Search
from mixtura.scaling import Scaling
from mixtura.selection import Selection
from mixtura.trials import Candidate


def assemble(
    selection: Selection,
    features: Sequence[str] | None = None,
    *,
    candidate: Candidate | None = None,
    order: str = "weight",
    provenance: dict[str, Any] | None = None,
) -> FittedMixture:
    """The best fit of a selection (or another of its candidates) as a value that can be saved, shown and asked.

    Parameters
    ----------
    selection : Selection
        What `select` returned.
    features : sequence of str, optional
        Names of the columns; by default those that the selection knows.
    candidate : Candidate, optional
        One of `selection.candidates`, in place of the best.
    order : {"weight", "means", "none"}
        What the components are sorted by, see `mixtura.ordering.canonical_order`.
    provenance : dict, optional
        Where the fit comes from: `versions`, `seed`, `data`, `command`.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura.selection import select
    >>> rng = np.random.default_rng(0)
    >>> points = np.concatenate([rng.normal(0, 1, (80, 1)), rng.normal(9, 1, (20, 1))])
    >>> fitted = assemble(select(points, n_components=[2]), ["length"])
    >>> fitted.cluster_names, [round(float(weight), 3) for weight in fitted.parameters.weights]
    (('cluster 0', 'cluster 1'), [0.8, 0.2])
    """
    chosen = candidate or selection.best
    locations = chosen.model.emission.locations(chosen.parameters.emission)
    by = canonical_order(chosen.parameters.weights, locations, order)
    return FittedMixture(
        model=chosen.model,
        parameters=chosen.model.reorder(chosen.parameters, by),
        features=tuple(selection.features if features is None else features),
        cluster_names=default_names(len(by)),
        order=order,
        scaling=_scaling_record(selection.scaling),
        history=_history(selection, chosen),
        provenance=provenance or {},
        levels={column.name: list(column.levels) for column in selection.columns if column.kind == "category"},
    )


def _scaling_record(scaling: Scaling) -> dict[str, Any]:
    return {"name": scaling.name, "centre": scaling.centre.tolist(), "scale": scaling.scale.tolist()}


def _history(selection: Selection, chosen: Candidate) -> dict[str, Any]:
    shift = selection.shift
    return {
        "n_rows": selection.n_rows,
        "total_weight": chosen.evidence.n_rows,
        "log_likelihood": chosen.evidence.log_likelihood,
        "n_free": chosen.evidence.n_free,
        "criteria": {name: value for name, value in chosen.criteria.items() if np.isfinite(value)},
        "criterion": selection.criterion,
        "outcome": chosen.search.best.outcome.name.lower(),
        "is_complete": selection.is_complete,
        "remark": chosen.remark,
        "trace": [value - shift for value in chosen.search.best.trace],
        "starts": _starts(chosen.search, shift),
        "climbs": [[value - shift for value in record.trace] for record in chosen.search.records],
        "search": _tally(chosen.search),
        "selection": [_finite(row) for row in selection.table()],
        "ranking": list(selection.ranking),
    }


def _tally(search: Search) -> dict[str, int]:
    """How the search for the best optimum went; empty where there was none."""
    return {**search.tally._asdict(), "n_plateaus": search.best.n_plateaus} if search.tally else {}


def _starts(search: Search, shift: float) -> list[dict[str, Any]]:
    return [
        _finite(
            {
                "kind": record.kind,
                "log_likelihood": record.objective - shift,
                "n_iterations": record.n_iterations,
                "n_rounds": record.n_rounds,
                "outcome": record.outcome.name.lower(),
            }
        )
        for record in search.records
    ]


def _finite(row: dict[str, Any]) -> dict[str, Any]:
    """The row with None for NaN and infinities, which JSON does not know."""
    return {key: None if isinstance(value, float) and not np.isfinite(value) else value for key, value in row.items()}
