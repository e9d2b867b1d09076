"""Data sets that somebody measured: shipped with mixtura, with scikit-learn, and with packages of R."""

import json
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path
from shutil import which

import numpy as np
from sklearn import datasets as theirs
from sklearn.decomposition import PCA

from mixtura import datasets

_EXPORT = Path(__file__).with_name("tables.R")


def _shipped(name: str) -> np.ndarray:
    points = np.asarray(datasets.load(name).data, dtype=float)
    return points[np.isfinite(points).all(1)]


def _breast_cancer() -> np.ndarray:
    """Means of radius, texture, smoothness, symmetry and fractal dimension."""
    return theirs.load_breast_cancer().data[:, [0, 1, 4, 8, 9]]


def _digits() -> np.ndarray:
    """Eight principal components of every second digit."""
    return PCA(8, svd_solver="full").fit_transform(theirs.load_digits().data[::2])


TABLES: dict[str, Callable[[], np.ndarray]] = {
    "faithful": lambda: _shipped("faithful"),
    "iris": lambda: _shipped("iris"),
    "penguins": lambda: _shipped("penguins"),
    "people": lambda: _shipped("people"),
    "customers": lambda: _shipped("customers"),
    "wine": lambda: theirs.load_wine().data,
    "wine-6": lambda: theirs.load_wine().data[:, [0, 1, 6, 9, 11, 12]],
    "breast-cancer": _breast_cancer,
    "digits": _digits,
}


@cache
def tables_of_r() -> dict[str, np.ndarray]:
    """Data sets that packages of R bring along; none where R is not there."""
    if which("Rscript") is None:
        return {}
    done = subprocess.run(["Rscript", "--vanilla", _EXPORT], capture_output=True, text=True, check=True)
    return {name: np.array(rows, dtype=float) for name, rows in json.loads(done.stdout).items()}
