"""Mixtures whose components overlap as much as was prescribed, in the manner of MixSim (Maitra & Melnykov 2010)."""

from typing import NamedTuple

import numpy as np

_DRAWS = 1000  # of each component
_NARROWEST, _WIDEST, _HALVINGS = 1e-3, 10.0, 14  # factors on standard deviations


class Groups(NamedTuple):
    """A mixture of Gaussians that rows are drawn from."""

    weights: np.ndarray
    means: np.ndarray
    roots: np.ndarray  # (K, D, D), lower triangular: a covariance is root @ root.T


def largest_overlap(groups: Groups, noise: np.ndarray) -> float:
    """The largest over pairs of components: the chances that a row of one is taken for the other, added up.

    Each component is looked at where standard normal `noise` of shape (N, D) falls in it.
    """
    points = groups.means[:, None] + noise @ groups.roots.transpose(0, 2, 1)
    whitened = (points[:, None] - groups.means[:, None]) @ np.linalg.inv(groups.roots).transpose(0, 2, 1)
    heights = np.log(groups.weights) - np.log(np.abs(np.linalg.det(groups.roots)))
    joint = heights[:, None] - 0.5 * (whitened**2).sum(3)  # of rows from the first component under the second
    wrong = (joint > joint.diagonal().T[:, None]).mean(2)
    return float((wrong + wrong.T).max())


def with_overlap(groups: Groups, overlap: float, rng: np.random.Generator) -> Groups:
    """The groups made wider or narrower until the largest overlap is `overlap`.

    Raises
    ------
    ValueError
        If no width leads there: shapes can be so different that components are told apart wherever they are.
    """
    noise = rng.standard_normal((_DRAWS, groups.means.shape[1]))
    if largest_overlap(_widen(groups, _WIDEST), noise) < overlap:
        raise ValueError(f"These groups never overlap by {overlap}, however wide they are: ask for less.")
    low, high = _NARROWEST, _WIDEST
    for _ in range(_HALVINGS):
        middle = np.sqrt(low * high)
        if largest_overlap(_widen(groups, middle), noise) < overlap:
            low = middle
        else:
            high = middle
    return _widen(groups, high)


def _widen(groups: Groups, factor: float) -> Groups:
    return groups._replace(roots=factor * groups.roots)


def random_roots(n_groups: int, n_columns: int, rng: np.random.Generator) -> np.ndarray:
    """Roots of covariances from Wishart distributions: as in MixSim, and rounder where columns are many.

    There components of unequal shapes are told apart by these alone, and hardly overlap wherever they are.
    """
    noise = rng.standard_normal((n_groups, max(n_columns + 1, n_columns**2 // 4), n_columns))
    return np.linalg.cholesky(noise.transpose(0, 2, 1) @ noise)
