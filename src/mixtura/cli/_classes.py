"""Mixtures of classes that are known, by the estimators: one for each class, or one that some labels steer."""

import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from math import inf, isfinite
from typing import Any

from numpy import ndarray

from mixtura.errors import DataError, FitError, OptionError
from mixtura.estimators import MixtureDiscriminant, SemiSupervisedMixture
from mixtura.fitted import FittedMixture
from mixtura.runners.local import n_threads
from mixtura.sources.table import Table

Facts = dict[str, Any]


def fit_classes(table: Table, labels: ndarray, asked: Mapping[str, Any]) -> tuple[FittedMixture, Facts]:
    """The mixture whose clusters are the classes, and what to tell of how it was found; labels may be None.

    Raises
    ------
    DataError
        If the classes or their rows cannot be used, such as one class alone.
    """
    fit = _all_known if all(label is not None for label in labels) else _some_known
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what they say is in the facts too
            return fit(table, labels, asked)
    except (DataError, FitError, OptionError):
        raise
    except ValueError as error:  # estimators speak to Python
        raise DataError(str(error)) from None


def _all_known(table: Table, labels: ndarray, asked: Mapping[str, Any]) -> tuple[FittedMixture, Facts]:
    k, covariance = asked["k"], asked["covariance"]
    is_one, n_folds = k == (1,), min(asked["folds"], *Counter(labels).values())
    criterion = asked["criterion"] if asked["criterion"] != "auto" else "cv" if is_one and n_folds > 1 else "bic"
    if criterion == "cv" and n_folds < 2:
        raise DataError("--criterion cv leaves rows out, and a class has one only: take --criterion bic.")
    classifier = MixtureDiscriminant(
        1 if is_one else "auto" if k is None else list(k), covariance_type="auto" if covariance is None else covariance,
        criterion=criterion, n_folds=max(n_folds, 2), random_state=asked["seed"], n_jobs=_threads(asked),
    ).fit(table.points, labels, table.weights)  # fmt: skip
    history = {
        "log_likelihood": classifier.log_likelihood_, "n_free": classifier.n_parameters_, "outcome": "converged",
        "criterion": "bic", "criteria": {"bic": classifier.bic_}, "n_rows": len(table.points),
        "total_weight": float(len(table.points) if table.weights is None else table.weights.sum()),
    }  # fmt: skip
    rank = "brier" if criterion == "cv" else "bic"
    tried = [_compared(one) for one in sorted(classifier.tried_, key=lambda one: one[rank])]
    about = {"criterion": criterion, "n_folds": n_folds, "tried": tried, "classes": classifier.models_}
    return replace(classifier.to_fitted(), history=history), about


def _compared(tried: Facts) -> Facts:
    """A model that was compared; None where a fold had no fit, or none was left out."""
    known = {"brier": inf, "error": inf} | tried
    return known | {name: known[name] if isfinite(known[name]) else None for name in ("brier", "error")}


def _some_known(table: Table, labels: ndarray, asked: Mapping[str, Any]) -> tuple[FittedMixture, Facts]:
    n_classes = len(set(labels) - {None})
    mixture = SemiSupervisedMixture(
        n_classes + asked["more"], covariance_type=(asked["covariance"] or ("full",))[0], random_state=asked["seed"],
        n_jobs=_threads(asked),
    ).fit(table.points, labels, table.weights, must_link=_units(table, asked["together"]))  # fmt: skip
    kinds = {"n_components": 1, "covariance_type": mixture.covariance_type}
    return mixture.to_fitted(), {
        "criterion": None,
        "n_folds": 0,
        "tried": [],
        "classes": [kinds] * len(mixture.classes_),
    }


def _units(table: Table, column: str | None) -> list[list[int]]:
    """Rows that have one value in a column belong together; those without a value stand alone."""
    units: dict[Any, list[int]] = {}
    for row, value in enumerate(table.extra[column].tolist() if column else ()):
        if value is not None and value == value:
            units.setdefault(value, []).append(row)
    return [rows for rows in units.values() if len(rows) > 1]


def _threads(asked: Mapping[str, Any]) -> int:
    return asked["workers"] or n_threads(-1)
