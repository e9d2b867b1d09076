"""Data sets that are drawn: mixtures with a prescribed overlap, and shapes that no mixture of Gaussians has."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np

from optima.overlap import Groups, random_roots, with_overlap


class Recipe(NamedTuple):
    """A mixture to draw from. Components share what `shape` says and overlap pairwise by at most `overlap`."""

    n_rows: int
    n_columns: int
    n_groups: int
    overlap: float
    shape: str = "full"
    smallest: float = 1.0  # share of the smallest component over that of the largest
    volumes: float = 1.0  # standard deviations of the widest component over those of the narrowest
    units: float = 1.0  # units of the last column over those of the first
    dof: float = np.inf  # of Student's t


class Drawn(NamedTuple):
    """Rows, and the group that each was drawn from."""

    points: np.ndarray
    labels: np.ndarray


def draw(recipe: Recipe, seed: int) -> Drawn:
    """Rows from a mixture that is drawn first."""
    rng = np.random.default_rng(seed)
    return _rows(recipe, with_overlap(_groups(recipe, rng), recipe.overlap, rng), rng)


def _groups(recipe: Recipe, rng: np.random.Generator) -> Groups:
    K, D = recipe.n_groups, recipe.n_columns
    shares = np.geomspace(1, recipe.smallest, K)
    widths = np.geomspace(1, recipe.volumes, K)[rng.permutation(K)]
    roots = widths[:, None, None] * _SHAPES[recipe.shape](random_roots(K, D, rng))
    return Groups(shares / shares.sum(), rng.uniform(size=(K, D)), roots)


def _diagonal(roots: np.ndarray) -> np.ndarray:
    return roots * np.eye(roots.shape[-1])


def _round(roots: np.ndarray) -> np.ndarray:
    return roots[:, :1, :1] * np.eye(roots.shape[-1])


_SHAPES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "full": lambda roots: roots,
    "tied": lambda roots: np.repeat(roots[:1], len(roots), axis=0),
    "diag": _diagonal,
    "spherical": _round,
}


def _rows(recipe: Recipe, groups: Groups, rng: np.random.Generator) -> Drawn:
    N, D = recipe.n_rows, recipe.n_columns
    labels = rng.choice(recipe.n_groups, N, p=groups.weights)
    noise = rng.standard_normal((N, D))
    if np.isfinite(recipe.dof):
        noise /= np.sqrt(rng.chisquare(recipe.dof, (N, 1)) / recipe.dof)
    points = groups.means[labels] + np.einsum("nij,nj->ni", groups.roots[labels], noise)
    return Drawn(points * np.geomspace(recipe.units**-0.5, recipe.units**0.5, D), labels)


def cigars(n_columns: int, n_long: int, rng: np.random.Generator) -> Drawn:
    """Two parallel groups, 30 wide along `n_long` axes and 0.3 along the others, 6 thin standard deviations apart."""
    labels = rng.integers(2, size=1000)
    widths = np.where(np.arange(n_columns) < n_long, 30.0, 0.3)
    points = rng.standard_normal((1000, n_columns)) * widths
    points[:, -1] += 1.8 * labels
    turn = np.linalg.qr(rng.standard_normal((n_columns, n_columns)))[0] if n_columns > 2 else np.eye(2)
    return Drawn(points @ turn, labels)


def rings(rng: np.random.Generator) -> Drawn:
    """Two rings about one centre."""
    labels = rng.integers(2, size=400)
    angles, radii = rng.uniform(0, 2 * np.pi, 400), np.array([1.0, 2.5])[labels] + rng.normal(0, 0.12, 400)
    return Drawn(np.column_stack([radii * np.cos(angles), radii * np.sin(angles)]), labels)


def moons(rng: np.random.Generator) -> Drawn:
    """Two half rings that reach into each other."""
    labels = rng.integers(2, size=300)
    angles, sides = rng.uniform(0, np.pi, 300), 1 - 2 * labels
    arcs = np.column_stack([sides * np.cos(angles) + labels, sides * np.sin(angles) + 0.5 * labels])
    return Drawn(arcs + rng.normal(0, 0.1, (300, 2)), labels)


def uniform(rng: np.random.Generator) -> Drawn:
    """No groups at all."""
    return Drawn(rng.uniform(size=(200, 3)), np.zeros(200, dtype=int))


def specks(rng: np.random.Generator) -> Drawn:
    """Two large groups and four of fifteen rows, far smaller in extent too."""
    sizes = np.array([250, 250, 15, 15, 15, 15])
    labels = np.repeat(np.arange(6), sizes)
    centres, widths = rng.uniform(-6, 6, (6, 2)), np.array([2.0, 1.5, 0.1, 0.1, 0.1, 0.1])
    return Drawn(centres[labels] + widths[labels, None] * rng.standard_normal((len(labels), 2)), labels)


SHAPES: dict[str, Callable[[np.random.Generator], Drawn]] = {
    "cigars-2": partial(cigars, 2, 1),
    "cigars-10": partial(cigars, 10, 1),
    "cigars-30": partial(cigars, 30, 1),
    "pancakes-10": partial(cigars, 10, 9),
    "pancakes-30": partial(cigars, 30, 29),
    "rings": rings,
    "moons": moons,
    "uniform": uniform,
    "specks": specks,
}
