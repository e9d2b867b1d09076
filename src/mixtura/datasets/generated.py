"""Data sets drawn from a known mixture: as many rows as you like, the true group of each row, the same for a seed."""

import operator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.datasets.catalogue import CUSTOMERS, PEOPLE
from mixtura.datasets.record import Dataset
from mixtura.errors import DataError


class _Group(NamedTuple):
    """A Gaussian in two dimensions, written as a line through a centre and the spread along and about it."""

    name: str
    share: float
    centre: tuple[float, float]
    spread: float  # standard deviation of the first coordinate
    slope: float  # units of the second coordinate per unit of the first
    scatter: float  # standard deviation of the second coordinate about the line


# Height in cm, then weight in kg. Within a group weight follows height closely; at one height groups lie side by side.
_PEOPLE = (
    _Group("gymnasts", 0.22, (158, 55), spread=4, slope=0.85, scatter=0.9),
    _Group("runners", 0.28, (173.5, 61.5), spread=4.5, slope=0.8, scatter=0.9),
    _Group("lifters", 0.28, (171, 70.5), spread=4.5, slope=0.9, scatter=0.9),
    _Group("rowers", 0.22, (188, 89), spread=4, slope=0.9, scatter=1.0),
)

# Income, then expenditure, in euros per year. Families and savers overlap in income; the well-off are few.
_CUSTOMERS = (
    _Group("students", 0.14, (14_000, 14_500), spread=1_800, slope=0.8, scatter=1_000),
    _Group("retired", 0.24, (25_000, 19_000), spread=3_200, slope=0.6, scatter=1_300),
    _Group("families", 0.30, (42_000, 37_000), spread=5_000, slope=0.75, scatter=1_800),
    _Group("savers", 0.20, (54_000, 26_000), spread=7_000, slope=0.25, scatter=2_000),
    _Group("well-off", 0.12, (82_000, 64_000), spread=9_000, slope=0.6, scatter=4_500),
)


def make_people(n: int = PEOPLE.n_rows, seed: int = 0) -> Dataset:
    """Draw the weight and height of people from four elongated groups that lie side by side.

    k-means cuts across these groups, because it looks for round ones; a mixture with full covariances finds them.

    Parameters
    ----------
    n : int
        How many people.
    seed : int
        The same seed gives the same people.

    Returns
    -------
    Dataset
        ``data`` of shape (n, 2): ``weight_kg`` and ``height_cm``, to 0.1; ``target``: the group each was drawn from.

    Raises
    ------
    DataError
        If `n` is below 1.

    Examples
    --------
    >>> from mixtura import datasets
    >>> people = datasets.make_people(1000, seed=3)
    >>> people.data.shape
    (1000, 2)
    >>> people.target_names
    ('gymnasts', 'runners', 'lifters', 'rowers')
    """
    points, target = _draw(_PEOPLE, n, seed)
    about = replace(PEOPLE, n_rows=len(points))
    return Dataset(about, np.round(points[:, ::-1], 1), target, tuple(group.name for group in _PEOPLE))


def make_customers(n: int = CUSTOMERS.n_rows, seed: int = 0) -> Dataset:
    """Draw the yearly income and expenditure of customers from five segments of different size and shape.

    Parameters
    ----------
    n : int
        How many customers.
    seed : int
        The same seed gives the same customers.

    Returns
    -------
    Dataset
        ``data`` of shape (n, 2): ``income_eur`` and ``expenditure_eur``, euros per year, to 10 euros; ``target``: the
        segment each was drawn from.

    Raises
    ------
    DataError
        If `n` is below 1.

    Examples
    --------
    >>> from mixtura import datasets
    >>> customers = datasets.make_customers(200, seed=1)
    >>> customers.feature_names
    ('income_eur', 'expenditure_eur')
    >>> customers.target_names
    ('students', 'retired', 'families', 'savers', 'well-off')
    """
    points, target = _draw(_CUSTOMERS, n, seed)
    about = replace(CUSTOMERS, n_rows=len(points))
    return Dataset(about, np.round(points, -1), target, tuple(group.name for group in _CUSTOMERS))


def _draw(groups: tuple[_Group, ...], n: int, seed: int) -> tuple[Float[ndarray, "N 2"], Int[ndarray, " N"]]:
    if operator.index(n) < 1:
        raise DataError(f"n is {n}: ask for at least one row.")
    rng = np.random.default_rng(seed)
    target = rng.choice(len(groups), size=n, p=[group.share for group in groups])
    centre = np.array([group.centre for group in groups])[target]
    spread, slope, scatter = np.array([(g.spread, g.slope, g.scatter) for g in groups])[target].T
    along = spread * rng.standard_normal(n)
    across = scatter * rng.standard_normal(n)
    return centre + np.column_stack([along, slope * along + across]), target
