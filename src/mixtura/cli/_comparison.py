"""What `mixtura compare` has to say, in facts and on one screen."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy import ndarray

from mixtura.cli._described import Reading, read, read_again
from mixtura.cli._screen import heading, screen_width, wrap
from mixtura.cli._tables import lay_out_in_parts, squeeze, width
from mixtura.comparison import compare_labels
from mixtura.comparison.partitions import agreement
from mixtura.errors import DataError
from mixtura.explain.kinds import as_numbers, has_kind
from mixtura.explain.numbers import percent
from mixtura.explain.words import count, short
from mixtura.fitted import FittedMixture
from mixtura.labels import classify
from mixtura.report.facts import plain
from mixtura.sources.array import ArraySource
from mixtura.sources.roles import Roles, shorten

_NAME = 20
_BESIDE = 46  # the width of what stands beside the moves
_MOVES = 2  # columns in a line
_MOVED = 0.1  # standard deviations worth a word

Facts = Mapping[str, Any]
Models = Sequence[tuple[str, FittedMixture]]


def facts(models: Models, how: dict[str, Any]) -> dict[str, Any]:
    """Everything that is on the screen and on the page: two models, or models and known groups."""
    reading = _rows(models, how)
    labels = [_labels(fitted, reading) for _, fitted in models] if reading else []
    told: dict[str, Any] = {
        "models": [_about(path, fitted) for path, fitted in models],
        "origin": reading.table.origin if reading else None,
        "comparison": None,
        "truth": None,
    }
    if len(models) == 2:
        pair = (labels[0], labels[1]) if reading else None
        told["comparison"] = plain(compare_labels(models[0][1], models[1][1], pair))
    if reading and how["labels"]:
        told["truth"] = [agreement(reading.table.extra[how["labels"]], found) for found in labels]
    return told


def _rows(models: Models, how: dict[str, Any]) -> Reading | None:
    """The rows to label: those given, or those of the fits where they are the same and still there."""
    features = list(dict.fromkeys(name for _, fitted in models for name in fitted.features))
    if how["labels"] in features:
        raise DataError(f"Rows were clustered on the column '{how['labels']}': --labels takes another one.")
    written = {name: how[name] for name in ("format", "delimiter", "decimal", "na")}
    if how["data"]:
        roles = Roles(features, truth=how["labels"], levels=_levels(models))
        return read(how["data"], roles, how["missing"], written)
    others: dict[str, Any] = {"id": None, "weight": None, "profile": (), "truth": how["labels"]}
    digests = {(fitted.provenance.get("data") or {}).get("digest") for _, fitted in models}
    try:
        if len(digests) > 1:
            raise DataError("The models were fitted to different rows: name the rows to compare them by with --data.")
        return read_again(models[0][1], (), how | others)
    except DataError:
        if how["labels"]:
            raise
        return None


def _levels(models: Models) -> dict[str, list[str]]:
    """The levels of the columns of categories, which the models must agree on."""
    found: dict[str, list[str]] = {}
    for path, fitted in models:
        for name, levels in fitted.levels.items():
            if found.setdefault(name, levels) != levels:
                raise DataError(
                    f"{path} knows column '{name}' with other levels ({', '.join(levels[:5])}) than the other model "
                    f"({', '.join(found[name][:5])}): fit both to tables with the same levels."
                )
    return found


def _labels(fitted: FittedMixture, reading: Reading) -> ndarray:
    """The cluster of every row; columns are found by name."""
    columns = [reading.table.names.index(name) for name in fitted.features]
    return classify(fitted, ArraySource(np.ascontiguousarray(reading.table.points[:, columns]))).labels


def _about(path: str, fitted: FittedMixture) -> dict[str, Any]:
    numbers = as_numbers(fitted)
    has_numbers = has_kind(fitted, "numbers")
    return {
        "path": path,
        "n_components": fitted.n_components,
        "covariance": getattr(numbers.model.emission, "covariance", None) if has_numbers else None,
        "features": list(fitted.features),
        "cluster_names": list(fitted.cluster_names),
        "weights": fitted.parameters.weights.tolist(),
    }


def lines(told: Facts) -> list[str]:
    """The comparison on one screen."""
    text = [line for model in told["models"] for line in heading(_title(model))]
    if told["comparison"]:
        text += ["", *_agreement(told), "", *_matches(told), *_unmatched(told), *_flow(told)]
    for model, truth in zip(told["models"], told["truth"] or [], strict=False):
        text += ["", *wrap(f"Known groups and {short(model['path'], 60)}: {_indices(truth)}.")]
    return [*text, ""]


def _indices(told: Facts) -> str:
    return f"adjusted Rand index {told['adjusted_rand']:.3f}, mutual information {told['mutual_information']:.3f}"


def _title(model: Facts) -> str:
    shape = f"{model['covariance']} covariance" if model["covariance"] else "independent answers"
    return f"{short(model['path'], 60)}: {count(model['n_components'], 'cluster')}, {shape}"


def _agreement(told: Facts) -> list[str]:
    comparison = told["comparison"]
    columns = _columns_of_one(*told["models"])
    if comparison["n_rows"] is None:
        return [*wrap("By their parameters alone; --data FILE compares what they say of rows."), *columns]
    kept = f"Of {count(comparison['n_rows'], 'row')}, {percent(comparison['share_kept'])} stay with their cluster"
    return [*wrap(f"{kept}; {_indices(comparison)}."), *columns]


def _columns_of_one(first: Facts, second: Facts) -> list[str]:
    """What one model knows of the rows, and the other does not."""
    text = []
    for model, other in ((first, second), (second, first)):
        names = [short(name) for name in model["features"] if name not in other["features"]]
        if names:
            text += wrap(f"Only {short(model['path'], 60)} looks at {shorten(names)}.")
    return text


def _matches(told: Facts) -> list[str]:
    first, second = told["models"]
    has_rows = told["comparison"]["n_rows"] is not None
    moved = [moves(pair, told["comparison"]["features"]) for pair in told["comparison"]["matches"]]
    is_beside = max(map(width, moved), default=0) <= screen_width() - _BESIDE
    header = [
        "first",
        "second",
        *(["moved"] if is_beside else []),
        "weight",
        "becomes",
        *(["kept"] if has_rows else []),
    ]
    rows = [
        [
            squeeze(first["cluster_names"][pair["first"]], _NAME),
            squeeze(second["cluster_names"][pair["second"]], _NAME),
            *([move] if is_beside else []),
            *(percent(weight) for weight in pair["weights"]),
            *([f"{pair['n_kept']:,}"] if has_rows else []),
        ]
        for pair, move in zip(told["comparison"]["matches"], moved, strict=True)
    ]
    table = lay_out_in_parts(header, rows, screen_width(), left=2 + is_beside)
    return table if is_beside else [*table, "", *_moved(told, rows)]


def _moved(told: Facts, rows: Sequence[Sequence[str]]) -> list[str]:
    """The moves below each other, where there is no room beside the rest."""
    text = []
    for pair, (first, second, *_) in zip(told["comparison"]["matches"], rows, strict=True):
        text += wrap(f"{first} → {second} moved: {moves(pair, told['comparison']['features'], _NAME)}")
    return text


def moves(pair: Facts, features: Sequence[str], longest: int = 14) -> str:
    """The columns in which a mean moved most, in standard deviations; names of so many letters."""
    order = sorted(range(len(features)), key=lambda d: -abs(pair["shifts"][d]))[:_MOVES]
    said = [
        f"{squeeze(features[d], longest)} {pair['shifts'][d]:+.1f} sd"
        for d in order
        if abs(pair["shifts"][d]) >= _MOVED
    ]
    return ", ".join(said) or "–"


def _unmatched(told: Facts) -> list[str]:
    text = []
    for name, model, verdict in (("gone", told["models"][0], "Gone"), ("new", told["models"][1], "New")):
        names = [short(model["cluster_names"][k]) for k in told["comparison"][name]]
        text += wrap(f"{verdict}: {', '.join(names)}.") if names else []
    return text


def _flow(told: Facts) -> list[str]:
    """Where the rows of each cluster went; many clusters need the page or JSON."""
    flow = told["comparison"]["flow"]
    first, second = told["models"]
    if flow is None or len(second["cluster_names"]) > 6:
        return []
    header = ["rows", *(squeeze(name, 12) for name in second["cluster_names"])]
    rows = [
        [squeeze(name, _NAME), *(f"{n:,}" for n in counts)]
        for name, counts in zip(first["cluster_names"], flow, strict=True)
    ]
    return ["", *lay_out_in_parts(header, rows, screen_width())]
