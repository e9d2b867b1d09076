"""What a reader must know before trusting a fit, the gravest first."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.covariance import MODELS
from mixtura.criteria import CRITERIA, label
from mixtura.diagnostics import count_distinct_rows
from mixtura.explain.numbers import brief, percent
from mixtura.explain.records import Cluster, Rows
from mixtura.explain.words import count, join, short
from mixtura.fitted import FittedMixture

_CLOSE_CALL = 2.0  # differences of BIC below say next to nothing (Kass & Raftery 1995)
_CLEAR = 10.0  # differences of BIC above are very strong
_OVERLAP = 0.2
_SAME_OPTIMUM = 0.1  # nats; starts that end nearer than this found the same
_FEW_STARTS = 3  # fewer say nothing about agreement
_TINY = 5
_A_ROW = 0.5  # rows of noise below are none
_SOME_GROUPS = 3  # there should be rows for so many, under a prior, to learn the shapes of
_FEW = 10  # different values of a column, and components find no width between them
_NAMED = 3  # of clusters, or pairs of them, that have the same fault; the others are counted


def cautions(
    fitted: FittedMixture, clusters: tuple[Cluster, ...], overlaps: Float[ndarray, "K K"], rows: Rows
) -> tuple[str, ...]:
    """Sentences, each with its numbers and what to do about it; none for a sound fit."""
    history = fitted.history
    return tuple(
        chain(
            _ending(history),
            _spike(history, fitted.features, rows),
            _set_aside(history, fitted.features, rows),
            _few_rows(fitted),
            _noise(history),
            _trimmed(history),
            _light_weights(history),
            _range_end(history, fitted.n_components),
            _tiny(fitted, clusters, float(rows.weights.sum())),
            _overlapping(clusters, overlaps),
            _close_call(history),
            _unstable(history, clusters),
            _lonely_start(history),
        )
    )


def finalists(history: dict[str, Any]) -> list[dict[str, Any]]:
    """The best fit of a selection and the runner-up; none where nothing is on record.

    With one column or one cluster, several covariance models are the same and so are their fits: these are one.
    """
    ranked = [history["selection"][i] for i in history.get("ranking", ())]
    return ranked[:1] + [row for row in ranked[1:] if not _are_same(row, ranked[0])][:1]


def _are_same(left: dict[str, Any], right: dict[str, Any]) -> bool:
    gap = abs(left["log_likelihood"] - right["log_likelihood"])
    return gap < _SAME_OPTIMUM and all(left[key] == right[key] for key in ("n_components", "n_free"))


def _ending(history: dict[str, Any]) -> Iterator[str]:
    if not history.get("is_complete", True) or history.get("outcome") == "interrupted":
        yield "The fit was interrupted: this is the best found until then, and more may be found by a complete run."
    elif history.get("outcome") == "exhausted":
        yield (
            f"The fit did not converge within {count(len(history['trace']), 'iteration')}: the clusters may still "
            "move; allow more iterations."
        )


def _spike(history: dict[str, Any], names: Sequence[str], rows: Rows) -> Iterator[str]:
    if history.get("remark"):
        few = _of_few_values(names, rows)
        without = f", or a fit without columns that may be the reason{few}" if few else ""
        yield f"{history['remark']} Fewer clusters or a simpler covariance are safer{without}."


def _few_rows(fitted: FittedMixture) -> Iterator[str]:
    """Under a prior, groups of too few rows to learn the shape of are not told from the rest."""
    model, D = MODELS.get(getattr(fitted.model.emission, "covariance", "")), len(fitted.features)
    n_rows, needed = fitted.history.get("total_weight", float("inf")), D * (D + 1) // 2
    is_told = fitted.history.get("criterion") == "bound" and D > 1 and model is not None and model.has_own_axes
    if is_told and n_rows < _SOME_GROUPS * needed:
        yield (
            f"A cluster has {count(needed, 'number')} to learn of its shape in {count(D, 'column')}, and there are "
            f"{count(round(n_rows), 'row')}: clusters of fewer rows than numbers may stay hidden. Covariance diag, or "
            "fewer columns, may show them."
        )


def _noise(history: dict[str, Any]) -> Iterator[str]:
    if history.get("noise_share", 0) * history.get("total_weight", 0) >= _A_ROW:
        yield (
            f"{percent(history['noise_share'])} of the rows are noise: they lie apart from all clusters and have the "
            "label -1; what is said of clusters leaves them out."
        )


def _trimmed(history: dict[str, Any]) -> Iterator[str]:
    n_rows = history.get("n_trimmed", 0)
    if n_rows:
        yield (
            f"{count(n_rows, 'row')} are trimmed: less likely than all that the fit was made of, they have the label "
            "-1; what is said of clusters leaves them out."
        )


def _set_aside(history: dict[str, Any], names: Sequence[str], rows: Rows) -> Iterator[str]:
    """Fits that were not eligible, where the best of them looks far better than the one that was chosen."""
    ranking = history.get("ranking", ())
    if not ranking or history.get("remark"):
        return
    name: str = history["criterion"]
    if not CRITERIA[name].is_deviance:
        return
    bound = history["selection"][ranking[0]][name] - _CLEAR
    better = [row for row in history["selection"] if row["remark"] and row[name] is not None and row[name] < bound]
    if better:
        best = min(better, key=lambda row: row[name])
        yield (
            f"Set aside, though of lower {label(name)}: {count(len(better), 'fit')}; of the lowest, {_setting(best)}, "
            f"this has to be said: {best['remark']} If columns are the reason, leave them "
            f"out{_of_few_values(names, rows)}."
        )


def _of_few_values(names: Sequence[str], rows: Rows) -> str:
    """Which columns of numbers may be the reason."""
    n_values = {name: _n_values(rows, d) for d, name in enumerate(names) if d not in rows.levels}
    few = [f"{short(name)} takes only {number} different values" for name, number in n_values.items() if number < _FEW]
    more = [count(len(few) - _NAMED, "more column")] if len(few) > _NAMED else []
    return f": {join([*few[:_NAMED], *more])}" if few else ""


def _n_values(rows: Rows, d: int) -> int:
    """The different values of a column, if they are few."""
    known = rows.points[:, d] if rows.holes is None else rows.points[~rows.holes[:, d], d]
    return count_distinct_rows(known[:, None], _FEW)


def _light_weights(history: dict[str, Any]) -> Iterator[str]:
    n_rows, total = history.get("n_rows"), history.get("total_weight")
    if n_rows and total is not None and total < n_rows / 2:
        yield (
            f"The weights add up to {brief(total)} for {count(n_rows, 'row')}, and the choice takes them "
            "for numbers of rows: scale them so that they add up to the rows they stand for."
        )


def _range_end(history: dict[str, Any], n_components: int) -> Iterator[str]:
    tried = sorted({row["n_components"] for row in history.get("selection", ())})
    if len(tried) < 2 or "merged" in history:
        return
    if n_components == tried[-1]:
        yield f"{n_components} is the largest number of clusters that was tried: try more."
    elif n_components == tried[0] > 1:
        yield f"{n_components} is the smallest number of clusters that was tried: try fewer."


def _tiny(fitted: FittedMixture, clusters: tuple[Cluster, ...], total_weight: float) -> Iterator[str]:
    """One cluster is the whole table; only axes of its own take more rows than columns. Weights are numbers of rows."""
    model = MODELS.get(getattr(fitted.model.emission, "covariance", ""))
    has_own_axes = model is not None and model.has_own_axes
    fewest = max(_TINY, len(fitted.features) + 1 if has_own_axes else 0)
    held = [(cluster, round(cluster.share * total_weight, 6)) for cluster in clusters]
    few = [(cluster, rows) for cluster, rows in held if rows < fewest] if len(clusters) > 1 else []
    for cluster, rows in few[:_NAMED]:
        yield (
            f"{cluster.name} holds {count(int(rows), 'row') if rows == int(rows) else f'{brief(rows)} rows'}, fewer "
            f"than the {fewest} that could say anything about a group: look at them as outliers."
        )
    if len(few) > _NAMED:
        yield f"So do {count(len(few) - _NAMED, 'more cluster')}: fewer clusters are safer."


def _overlapping(clusters: tuple[Cluster, ...], overlaps: Float[ndarray, "K K"]) -> Iterator[str]:
    pairs = np.argwhere(np.triu(overlaps) > _OVERLAP).tolist()
    pairs.sort(key=lambda pair: -overlaps[pair[0], pair[1]])
    for i, j in pairs[:_NAMED]:
        yield (
            f"{clusters[i].name} and {clusters[j].name} overlap: about {percent(overlaps[i, j])} of their rows would "
            "be put into the wrong one of the two; they may be one group."
        )
    if len(pairs) > _NAMED:
        yield (
            f"So do {count(len(pairs) - _NAMED, 'more pair')} of clusters, by more than {percent(_OVERLAP)}: fewer "
            "clusters may say the same."
        )


def _close_call(history: dict[str, Any]) -> Iterator[str]:
    if len(finalists(history)) < 2:
        return
    best, second = finalists(history)
    if best["n_components"] == second["n_components"] == 1:
        return  # whichever it is, all rows are in one cluster
    name = history["criterion"]
    if not CRITERIA[name].is_deviance:
        return
    difference = second[name] - best[name]
    if difference < _CLOSE_CALL:
        yield (
            f"{_setting(second)} would fit almost as well as {_setting(best)}: {label(name)} differs by only "
            f"{brief(difference)}."
        )


def _unstable(history: dict[str, Any], clusters: tuple[Cluster, ...]) -> Iterator[str]:
    """Of fits to rows drawn again, if somebody asked for them."""
    record = history.get("stability", {"clusters": [None] * len(clusters)})
    lost = [
        cluster.name for cluster, own in zip(clusters, record["clusters"], strict=True) if own and not own["is_real"]
    ]
    if lost:
        named = join([*lost[:_NAMED], *([f"{len(lost) - _NAMED} more"] if len(lost) > _NAMED else [])])
        fits = count(record["n_replicates"], "fit")
        yield f"In {fits} to rows drawn again, {named} did not come back: fewer clusters are safer."


def _lonely_start(history: dict[str, Any]) -> Iterator[str]:
    n_same, n_starts = starts_that_agree(history) or (0, 0)
    if n_starts >= _FEW_STARTS and n_same == 1:
        yield f"Only one of {n_starts} runs found this optimum: another seed, or more starts, may find a better one."


def starts_that_agree(history: dict[str, Any]) -> tuple[int, int] | None:
    """How many runs found the same optimum, of how many; None where nothing is on record.

    Only runs that went equally far, over the same rows, can be compared: those of a search, or starts that all ran to
    the end.
    """
    if search := history.get("search"):
        return search.get("n_agreeing", 0), search.get("n_runs", 0)
    starts = [start for start in history.get("starts", ()) if start["log_likelihood"] is not None]
    furthest = max((start["n_rounds"] for start in starts), default=0)
    ends = [start["log_likelihood"] for start in starts if start["n_rounds"] == furthest]
    return (sum(max(ends) - end < _SAME_OPTIMUM for end in ends), len(ends)) if ends else None


def _setting(row: dict[str, Any]) -> str:
    return f"{count(row['n_components'], 'cluster')} ({row['covariance']})"
