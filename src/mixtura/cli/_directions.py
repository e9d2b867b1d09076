"""The directions in which clusters differ: on one screen, and rows as coordinates along them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from mixtura.cli._described import read_again
from mixtura.cli._screen import heading, screen_width, wrap
from mixtura.cli._tables import lay_out_in_parts, squeeze
from mixtura.errors import DataError
from mixtura.explain.kinds import as_numbers, has_kinds
from mixtura.explain.numbers import brief, percent
from mixtura.explain.profiles import overall_sds
from mixtura.explain.words import count
from mixtura.fitted import FittedMixture
from mixtura.labels import classify, expected, kept_rows, label_columns
from mixtura.projection import Projection, discriminant_directions

_NAME = 24
_MOST_COLUMNS = 20


def facts(fitted: FittedMixture, how: Mapping[str, Any]) -> tuple[Projection, dict[str, Any]]:
    """The directions, and what to tell of them, ready for JSON; loadings are per standard deviation of a column."""
    if has_kinds(fitted):
        raise DataError("Directions are combinations of numbers, and some columns of this model hold none.")
    seen = as_numbers(fitted)
    try:
        found = discriminant_directions(seen, how["most"], shapes=how["shapes"])
    except ValueError as error:
        raise DataError(str(error)) from None
    return found, {
        "n_clusters": fitted.n_components,
        "features": list(found.features),
        "shapes": how["shapes"],
        "directions": [
            {
                "eigenvalue": float(found.eigenvalues[m]),
                "of_means": float(found.of_means[m]),
                "share": float(found.eigenvalues[m] / found.eigenvalues.sum()),
                "weights": found.matrix[:, m].tolist(),
                "loadings": (found.matrix[:, m] * overall_sds(seen)).tolist(),
            }
            for m in range(found.n_directions)
        ],
    }


def lines(told: Mapping[str, Any]) -> list[str]:
    """How much each direction tells, and what moves it, the columns that move the first most on top."""
    axes, features = told["directions"], told["features"]
    where = f"the {count(told['n_clusters'], 'cluster')} differ in {count(len(features), 'column')}"
    text = heading(f"{count(len(axes), 'direction')} in which {where}")
    order = sorted(range(len(features)), key=lambda d: -max(abs(axis["loadings"][d]) for axis in axes))
    header = ["", *(f"direction {m + 1}" for m in range(len(axes)))]
    rows = [
        ["eigenvalue", *(brief(axis["eigenvalue"]) for axis in axes)],
        ["tells", *(percent(axis["share"]) for axis in axes)],
        *(
            [squeeze(features[d], _NAME), *(f"{axis['loadings'][d]:+.2f}" for axis in axes)]
            for d in order[:_MOST_COLUMNS]
        ),
    ]
    more = len(features) - _MOST_COLUMNS
    note = "Below: what one standard deviation of a column adds, in standard deviations within clusters."
    return [
        *text, *wrap(note), "", *lay_out_in_parts(header, rows, screen_width()),
        *([f"and {count(more, 'more column')}: see --json"] if more > 0 else []), "",
    ]  # fmt: skip


def coordinates(
    fitted: FittedMixture, found: Projection, data: Sequence[str], how: dict[str, Any]
) -> dict[str, ndarray]:
    """Every row as a point along the directions, with its cluster; missing cells are what the model expects."""
    reading = read_again(fitted, data, how)
    source = reading.table.source()
    points = reading.table.points if reading.table.in_order.all() else expected(fitted, source)
    places = found.transform(np.ascontiguousarray(points))
    ids = reading.everything.ids
    return label_columns(
        classify(fitted, source),
        kept_rows(reading.everything, how["missing"]),
        probabilities=False,
        others={f"direction_{m + 1}": column for m, column in enumerate(places.T)},
        names=None if ids is None else (str(how["id"]), ids),
        cluster_names=fitted.cluster_names if fitted.is_named else (),
    )
