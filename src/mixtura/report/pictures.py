"""All pictures of the page, and what its program needs to bring them to life."""

from typing import Any

import numpy as np
from markupsafe import Markup

from mixtura.drawing.planes import Directions, project
from mixtura.drawing.sample import draw_sample, still_sample
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.explain.records import Explanation, Rows
from mixtura.fitted import FittedMixture
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.report.charts import choice_picture, model_keys, trace_picture
from mixtura.report.courses import courses_picture
from mixtura.report.densities import density_pictures
from mixtura.report.distances import quantile_picture
from mixtura.report.embedded import embed, live_data, live_sample
from mixtura.report.pairs import pair_picture
from mixtura.report.step_pictures import line_view, step_data, step_pictures, view
from mixtura.report.steps import run_steps


def still_pictures(
    about: dict[str, Any], fitted: FittedMixture, explanation: Explanation, rows: Rows | None
) -> dict[str, Any]:
    """What can be seen without JavaScript, and in print; without rows, curves and ellipses."""
    drawn, quantiles = about["drawn"], about["checks"]["quantiles"]
    sample = still_sample(rows, len(drawn["pairs"])) if rows else None
    reach = live_sample(explanation, rows, drawn["densities"]).points if rows else None
    return {
        "choice_picture": choice_picture(about["choice"]) if about["choice"] else None,
        "model_keys": model_keys(about["choice"]) if about["choice"] else [],
        "density_pictures": density_pictures(fitted, rows, drawn["densities"]),
        "pair_picture": pair_picture(fitted, sample, drawn["pairs"], reach) if len(drawn["pairs"]) > 1 else None,
        "discriminant_picture": _discriminant_picture(about["discriminant"], fitted, rows),
        "courses_picture": courses_picture(about["checks"]),
        "trace_picture": trace_picture(about["checks"]["trace"] or []),
        "quantile_picture": quantile_picture(quantiles) if quantiles else None,
    }


def _discriminant_picture(
    discriminant: dict[str, Any] | None, fitted: FittedMixture, rows: Rows | None
) -> Markup | None:
    """Rows and clusters along the two axes, from the mean of the mixture."""
    if discriminant is None:
        return None
    axes = np.array(discriminant["axes"]).T
    sample = draw_sample(rows) if rows else None
    plane = project(fitted, sample.points if sample else None, Directions(axes, ("axis 1", "axis 2")))
    middle = fitted.parameters.weights @ plane.means
    emission = GaussianParameters(plane.means - middle, plane.covariances)
    parameters = MixtureParameters(fitted.parameters.weights, emission)
    seen = FittedMixture(Mixture(Gaussian("full")), parameters, plane.names, fitted.cluster_names)
    shown = None if sample is None or plane.points is None else sample._replace(points=plane.points - middle)
    return pair_picture(seen, shown, [0, 1])


def live_parts(
    about: dict[str, Any], fitted: FittedMixture, explanation: Explanation, rows: Rows | None, show_rows: bool
) -> dict[str, Any]:
    """The steps of EM and k-means, and the numbers for the page's program."""
    data = live_data(explanation, rows if show_rows else None, about["drawn"]["densities"])
    columns = about["drawn"]["pairs"]
    can_step = rows is not None and fitted.n_components > 1
    steps = run_steps(fitted, rows) if rows is not None and can_step else None
    if steps is None:
        return {"live_data": embed(data), "step_pictures": [], "n_step_rows": 0}
    seen = view(steps, _two_best(about, columns), show_rows) if len(columns) > 1 else line_view(steps, show_rows)
    pictures = zip(("EM", "k-means"), step_pictures(seen, fitted.features), strict=True)
    return {
        "live_data": embed(data | {"steps": step_data(seen)}),
        "step_pictures": list(pictures),
        "n_step_rows": steps.n_rows,
    }


def _two_best(about: dict[str, Any], columns: list[int]) -> tuple[int, int]:
    """The columns in which the clusters differ most, in the order of the table."""
    spread = {d: sum(c["weight"] * c["differences"][d] ** 2 for c in about["clusters"]) for d in columns}
    first, second = sorted(sorted(columns, key=lambda d: -spread[d])[:2])
    return first, second
