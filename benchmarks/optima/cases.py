"""What is fitted: a data set, a covariance type and a number of components. One case in three is held out."""

from functools import cache
from hashlib import sha256
from typing import NamedTuple

import numpy as np

from optima import simulated
from optima.simulated import SHAPES, Recipe
from optima.tables import TABLES, tables_of_r

RECIPES: dict[str, Recipe] = {
    "mix-2-far": Recipe(50, 2, 2, 0.01),
    "mix-3-1d": Recipe(200, 1, 3, 0.1),
    "mix-4": Recipe(300, 2, 4, 0.1),
    "mix-3-near": Recipe(400, 3, 3, 0.3, smallest=0.3),
    "mix-5": Recipe(500, 5, 5, 0.1),
    "mix-6-uneven": Recipe(600, 3, 6, 0.05, smallest=0.1),
    "mix-8": Recipe(800, 4, 8, 0.05),
    "mix-8-near": Recipe(600, 2, 8, 0.2),
    "mix-12": Recipe(1000, 5, 12, 0.02),
    "mix-2-wide": Recipe(200, 12, 2, 0.05),
    "mix-3-wide": Recipe(500, 20, 3, 0.02),
    "mix-4-tied": Recipe(300, 6, 4, 0.1, "tied"),
    "mix-6-tied": Recipe(400, 3, 6, 0.15, "tied", smallest=0.2),
    "mix-2-tied-wide": Recipe(150, 20, 2, 0.05, "tied"),
    "mix-5-diag": Recipe(300, 8, 5, 0.1, "diag"),
    "mix-7-diag": Recipe(500, 3, 7, 0.1, "diag", smallest=0.2),
    "mix-3-diag-wide": Recipe(100, 30, 3, 0.02, "diag"),
    "mix-6-spherical": Recipe(300, 2, 6, 0.1, "spherical"),
    "mix-10-spherical": Recipe(500, 5, 10, 0.02, "spherical", smallest=0.2),
    "volumes": Recipe(400, 3, 4, 0.05, volumes=30.0),
    "volumes-round": Recipe(300, 2, 5, 0.05, "spherical", volumes=100.0),
    "units": Recipe(300, 4, 3, 0.05, units=1e6),
    "units-diag": Recipe(400, 6, 4, 0.1, "diag", units=1e6, smallest=0.3),
    "tiny": Recipe(500, 2, 4, 0.02, smallest=0.02),
    "tails": Recipe(400, 2, 3, 0.05, dof=3.0),
    "tails-wide": Recipe(300, 6, 3, 0.05, dof=4.0),
}

# Data set: covariance type and number of components, "full 2, full 3" and so on.
ASKED: dict[str, str] = {
    "faithful": "full 2, full 4, tied 3, spherical 5",
    "iris": "full 3, tied 4, diag 3, spherical 6",
    "penguins": "full 3, tied 5, diag 4",
    "people": "full 4, tied 4, diag 6",
    "customers": "full 5, diag 5, spherical 4",
    "wine": "tied 3, diag 3",
    "wine-6": "full 3, tied 5",
    "breast-cancer": "full 3, tied 4, diag 5",
    "digits": "full 4, tied 9, diag 8, spherical 10",
    "acidity": "full 2, full 3",
    "galaxies": "full 4, tied 6",
    "precip": "full 2",
    "geyser": "full 4, tied 5",
    "ruspini": "full 4, spherical 5",
    "banknote": "full 2, tied 3, diag 4",
    "diabetes": "full 3, tied 4, spherical 5",
    "thyroid": "full 3, tied 4, diag 5",
    "crabs": "full 2, tied 4",
    "Pima.tr": "full 2, tied 3",
    "quakes": "full 5, tied 6",
    "airquality": "full 2, tied 3",
    "cross": "full 2, diag 3, spherical 8",
    "mix-2-far": "full 2, tied 3",
    "mix-3-1d": "full 3",
    "mix-4": "full 4, tied 5",
    "mix-3-near": "full 3, diag 4",
    "mix-5": "full 5, spherical 8",
    "mix-6-uneven": "full 6, tied 6",
    "mix-8": "full 8, tied 10",
    "mix-8-near": "full 8",
    "mix-12": "full 12, diag 12",
    "mix-2-wide": "full 2",
    "mix-3-wide": "full 3, tied 3",
    "mix-4-tied": "tied 4",
    "mix-6-tied": "tied 6, full 4",
    "mix-2-tied-wide": "tied 2",
    "mix-5-diag": "diag 5",
    "mix-7-diag": "diag 7",
    "mix-3-diag-wide": "diag 3",
    "mix-6-spherical": "spherical 6",
    "mix-10-spherical": "spherical 10",
    "volumes": "full 4",
    "volumes-round": "spherical 5",
    "units": "full 3, tied 4",
    "units-diag": "diag 4",
    "tiny": "full 4",
    "tails": "full 5, tied 4",
    "tails-wide": "full 3",
    "cigars-2": "full 2, tied 2",
    "cigars-10": "full 2, tied 2",
    "cigars-30": "full 2, tied 2",
    "pancakes-10": "full 2, tied 2",
    "pancakes-30": "full 2, tied 2",
    "rings": "full 8, spherical 12",
    "moons": "full 4, tied 6",
    "uniform": "full 3, tied 4",
    "specks": "full 6, spherical 6",
}


class Case(NamedTuple):
    """A fit that is asked for."""

    table: str
    covariance_type: str
    n_components: int

    @property
    def name(self) -> str:
        return f"{self.table}/{self.covariance_type}/{self.n_components}"

    @property
    def is_held_out(self) -> bool:
        """Whether nobody may look at it while choosing how fits are made: one in three, by its name alone."""
        return int(sha256(self.name.encode()).hexdigest(), 16) % 3 == 0

    @property
    def is_simulated(self) -> bool:
        return self.table in RECIPES or self.table in SHAPES

    @property
    def points(self) -> np.ndarray:
        return load(self.table).points

    @property
    def labels(self) -> np.ndarray | None:
        """The group that each row was drawn from; None for what was measured."""
        return load(self.table).labels if self.is_simulated else None


def _read(table: str, asked: str) -> list[Case]:
    return [Case(table, kind, int(number)) for kind, number in (words.split() for words in asked.split(", "))]


CASES: dict[str, Case] = {case.name: case for table, asked in ASKED.items() for case in _read(table, asked)}


@cache
def load(table: str) -> simulated.Drawn:
    """The rows of a data set, and their groups where it was drawn (else zeros).

    Raises
    ------
    KeyError
        If it comes from a package of R that is not installed.
    """
    if table in RECIPES:
        return simulated.draw(RECIPES[table], _seed(table))
    if table in SHAPES:
        return SHAPES[table](np.random.default_rng(_seed(table)))
    points = TABLES[table]() if table in TABLES else tables_of_r()[table]
    return simulated.Drawn(np.ascontiguousarray(points), np.zeros(len(points), dtype=int))


def _seed(table: str) -> int:
    return int.from_bytes(table.encode(), "big")


def is_there(case: Case) -> bool:
    """Whether its data can be had on this machine."""
    return case.is_simulated or case.table in TABLES or case.table in tables_of_r()
