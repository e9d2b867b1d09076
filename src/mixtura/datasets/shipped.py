"""Data sets that travel inside the package as CSV files."""

import csv
from importlib.resources import files

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.datasets.record import About, Cell, Dataset


def read_shipped(about: About) -> Dataset:
    """Read the file that belongs to `about`."""
    text = files(__package__).joinpath(f"{about.name}.csv").read_text(encoding="utf-8")
    header, *rows = csv.reader(text.splitlines())
    table = dict(zip(header, zip(*rows, strict=True), strict=True))
    data = np.column_stack([_measurements(table.pop(name)) for name in about.feature_names])
    target, target_names = (None, ()) if about.label is None else _groups(table.pop(about.label))
    extras = {name: tuple(_cell(text) for text in column) for name, column in table.items()}
    return Dataset(about, data, target, target_names, extras)


def _groups(labels: tuple[str, ...]) -> tuple[Int[ndarray, " N"], tuple[str, ...]]:
    names, target = np.unique(labels, return_inverse=True)
    return target.astype(np.int64), tuple(names.tolist())


def _measurements(column: tuple[str, ...]) -> Float[ndarray, " N"]:
    return np.array([float(text) if text else np.nan for text in column])


def _cell(text: str) -> Cell:
    if not text:
        return None
    return int(text) if text.isdigit() else text
