"""Every number of the report, as plain data: dictionaries, lists, numbers, strings and None, ready for JSON."""

from typing import Any

import numpy as np

from mixtura.comparison.partitions import agreement
from mixtura.diagnostics import condition_numbers
from mixtura.drawing.columns import most_distinguishing
from mixtura.drawing.planes import discriminants
from mixtura.drawing.sample import still_sample
from mixtura.explain.cautions import starts_that_agree
from mixtura.explain.choice import choice_facts, merging_facts, tell_merged
from mixtura.explain.noise import only_clusters, without_noise
from mixtura.explain.profiles import component_moments, overall_sds
from mixtura.explain.records import Cluster, Explanation, Rows
from mixtura.fitted import FittedMixture
from mixtura.profile import profile
from mixtura.report.embedded import live_sample
from mixtura.report.quantiles import distance_quantiles
from mixtura.report.tables import doubtful_rows, name_of, outlying_rows, probability_shares

SCHEMA = 1  # changes when a key changes its meaning or goes

_MOST_COLUMNS = {"profiles": 60, "densities": 12, "pairs": 6}
_MOST_CELLS, _FEWEST_COLUMNS = 240, 12  # of all profiles together; of many clusters
_SEPARATION = ("weight", "differences")

METHOD = (
    "Gaussian mixture fitted by expectation-maximisation (Dempster, Laird & Rubin 1977, J. R. Stat. Soc. B 39, 1-38); "
    "rows go to the component with the largest posterior probability. BIC: Schwarz 1978, Ann. Stat. 6, 461-464; "
    "ICL: Biernacki, Celeux & Govaert 2000, IEEE Trans. Pattern Anal. Mach. Intell. 22, 719-725; "
    "covariance models: Celeux & Govaert 1995, Pattern Recognit. 28, 781-793."
)

METHOD_OF_CLASSES = (
    "Latent class analysis (Lazarsfeld & Henry 1968, Latent Structure Analysis; Goodman 1974, Biometrika 61, 215-231), "
    "fitted by expectation-maximisation (Dempster, Laird & Rubin 1977, J. R. Stat. Soc. B 39, 1-38): within a class, "
    "answers are independent; rows go to the class with the largest posterior probability. BIC: Schwarz 1978, Ann. "
    "Stat. 6, 461-464."
)


def facts(
    fitted: FittedMixture,
    explanation: Explanation,
    rows: Rows | None = None,
    *,
    command: str = "",
    left_out: dict[str, Any] | None = None,
    show_rows: bool = True,
) -> dict[str, Any]:
    """Everything that the report says, as one dictionary.

    Parameters
    ----------
    fitted, explanation
        The mixture, and what `mixtura.explain.explain` says of it.
    rows : Rows, optional
        The rows; without them, or with `show_rows` false, nothing is said of single rows.
    command : str
        What was typed to get the fit.
    left_out : dict, optional
        `columns` (name and reason of each), the `categories` among them and `n_rows_with_missing_cells` (where
        these are modelled also `n_rows_without_cells`) that were left out without being asked to.
    show_rows : bool
        Whether single rows may be named.

    Returns
    -------
    dict
        Keys `schema`, `answer`, `warnings`, `clusters`, `columns`, `certainty`, `overlaps`, `importance`, `choice`,
        `outliers`, `doubtful_rows`, `outlying_rows`, `probability_shares`, `truth`, `drawn`, `discriminant`,
        `checks`, `reproduce`, `profiles`, `categories` (those of the profiles that rows were clustered on), `items`
        (these level by level), `missing`, `left_out`, `stability` (of each cluster, if somebody asked), `merging`
        (every stage of it, where components were merged) and `learnt` (how, where the clusters are classes that were
        known). Log-likelihoods are in nats.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura.assembly import assemble
    >>> from mixtura.explain import explain
    >>> from mixtura.selection import select
    >>> from mixtura.statistics import Block
    >>> points = np.random.default_rng(0).normal(size=(100, 2))
    >>> fitted = assemble(select(points, n_components=[1], covariances=["full"]), ["width", "height"])
    >>> labels = fitted.model.classify(fitted.parameters)(Block(points, np.ones(100)))
    >>> facts(fitted, explain(fitted, points, None, labels))["answer"]["headline"]
    '1 cluster in 100 rows, 2 columns'
    """
    conditions = fitted.model.conditions
    fitted, rows = only_clusters(fitted, rows) if rows else (without_noise(fitted), None)
    shown = rows if show_rows else None
    return {
        "schema": SCHEMA,
        "answer": _answer(fitted, explanation) | {"conditions": conditions},
        "warnings": list(explanation.warnings),
        "clusters": [_cluster(cluster, shown) for cluster in explanation.clusters],
        "columns": [_column(column._asdict(), show_rows) for column in explanation.columns],
        "certainty": explanation.certainty._asdict(),
        "overlaps": plain(explanation.overlaps),
        "importance": plain(explanation.importance),
        "choice": choice_facts(fitted.history),
        "outliers": plain(explanation.outliers),
        "doubtful_rows": doubtful_rows(explanation, shown) if shown else [],
        "outlying_rows": outlying_rows(fitted, shown) if shown and explanation.has_numbers else [],
        "probability_shares": probability_shares(rows) if rows else [],
        "truth": _truth(rows),
        "drawn": _drawn(explanation, shown),
        "discriminant": _discriminant(fitted) if explanation.has_numbers else None,
        "checks": _checks(fitted, rows if explanation.has_numbers else None) | {"account": plain(explanation.account)},
        "reproduce": _reproduce(fitted, command, METHOD if explanation.has_numbers else METHOD_OF_CLASSES),
        "profiles": _profiles(fitted, rows),
        "categories": list(rows.categories) if rows else [],
        "items": plain(explanation.items),
        "missing": plain(explanation.missing) if rows else None,
        "left_out": left_out or {"columns": [], "categories": [], "n_rows_with_missing_cells": 0},
        "stability": fitted.history.get("stability"),
        "merging": merging_facts(fitted.history),
        "learnt": fitted.history.get("learnt"),
    }


def _answer(fitted: FittedMixture, explanation: Explanation) -> dict[str, Any]:
    history = fitted.history
    criterion = history.get("criterion")
    return {
        "headline": explanation.headline,
        "n_clusters": fitted.n_components,
        "n_rows": explanation.n_rows,
        "total_weight": explanation.total_weight,
        "n_weightless": explanation.n_weightless,
        "n_columns": len(fitted.features),
        "covariance": getattr(fitted.model.emission, "covariance", None) if explanation.has_numbers else None,
        "equal_weights": fitted.model.equal_weights,
        "noise_share": fitted.history.get("noise_share", 0.0),
        "merged": tell_merged(history),
        "criterion": criterion,
        "value": history["criteria"][criterion] if criterion else None,
    }


def _cluster(cluster: Cluster, rows: Rows | None) -> dict[str, Any]:
    named = {"prototype": _name(cluster.prototype, rows), "doubtful": _name(cluster.doubtful, rows)}
    told: dict[str, Any] = plain(cluster)
    if cluster.separation:
        told["separation"]["shares"] = plain(cluster.separation.shares)
    return told | {"sentence": cluster.sentence} | named


def plain(value: Any) -> Any:
    """Records as dictionaries and tuples as lists, all the way down."""
    if isinstance(value, tuple):
        fields = getattr(value, "_fields", None)
        parts = [plain(part) for part in value]
        return parts if fields is None else dict(zip(fields, parts, strict=True))
    return value


def _name(position: int | None, rows: Rows | None) -> str | int | None:
    return None if position is None or rows is None else name_of(rows, position)


def _truth(rows: Rows | None) -> dict[str, Any] | None:
    if rows is None or rows.truth is None:
        return None
    return agreement(rows.truth, rows.classification.labels, rows.weights)


def _column(column: dict[str, Any], show_rows: bool) -> dict[str, Any]:
    """The extremes of a column are values of single rows."""
    return column if show_rows else column | {"minimum": None, "maximum": None}


def _drawn(explanation: Explanation, rows: Rows | None) -> dict[str, Any]:
    """The columns (positions) of each kind of picture and table, and the rows of still and of live pictures."""
    if not explanation.has_numbers:  # which pictures are drawn of
        return {name: [] for name in _MOST_COLUMNS} | {"n_rows": 0, "n_live_rows": 0}
    weights, differences = (np.array([getattr(c, name) for c in explanation.clusters]) for name in _SEPARATION)
    most = _MOST_COLUMNS | {"profiles": _most_profiles(len(weights))}
    chosen = {name: most_distinguishing(weights, differences, number) for name, number in most.items()}
    n_still = len(still_sample(rows, len(chosen["pairs"])).labels) if rows else 0
    n_live = len(live_sample(explanation, rows, chosen["densities"]).labels) if rows else 0
    return chosen | {"n_rows": n_still, "n_live_rows": n_live}


def _most_profiles(n_clusters: int) -> int:
    """How many columns can be looked through, cluster by cluster."""
    return min(_MOST_COLUMNS["profiles"], max(_FEWEST_COLUMNS, _MOST_CELLS // n_clusters))


def _discriminant(fitted: FittedMixture) -> dict[str, Any] | None:
    """The plane that shows the clusters furthest apart, where pairs of columns may not; None where they do."""
    if fitted.n_components == 1 or len(fitted.features) < 3:
        return None
    axes = discriminants(fitted).matrix.T
    return {"axes": axes.tolist(), "loadings": (axes * overall_sds(fitted)).tolist()}


def _profiles(fitted: FittedMixture, rows: Rows | None) -> list[dict[str, Any]]:
    if rows is None:
        return [{} for _ in range(fitted.n_components)]
    return profile(rows.extra or {}, rows.classification.labels, fitted.n_components, rows.weights)


def _checks(fitted: FittedMixture, rows: Rows | None) -> dict[str, Any]:
    keys = ("log_likelihood", "n_free", "criteria", "outcome", "is_complete", "trace", "starts", "climbs")
    covariances, units = component_moments(fitted)[1], overall_sds(fitted)
    return {key: fitted.history.get(key) for key in keys} | {
        "agreement": plain(starts_that_agree(fitted.history)),
        "condition_numbers": condition_numbers(covariances, units).tolist(),
        "quantiles": plain(distance_quantiles(fitted, rows)) if rows else None,
    }


def _reproduce(fitted: FittedMixture, command: str, method: str) -> dict[str, Any]:
    provenance = fitted.provenance
    return {
        "command": command or provenance.get("command") or "",
        "seed": provenance.get("seed"),
        "versions": provenance.get("versions") or {},
        "data": provenance.get("data") or {},
        "scaling": fitted.scaling.get("name"),
        "method": method,
    }
