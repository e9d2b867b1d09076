"""Covariances near given ones, by as many free numbers as their model has: for derivatives along what it allows.

Models whose covariances are linear in free numbers (each its own, or one for all) are moved along these; of the others
the logarithms of volume and axes are moved, and the axes turned by Cayley's rotations.
"""

from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.covariance import FOURTEEN, MODELS

_STEP = 1e-4  # of a logarithm, or an angle
Moved = Callable[[Float[ndarray, " P"]], Float[ndarray, "K D D"]]


def nearby(covariance: str, covariances: Float[ndarray, "K D D"]) -> tuple[int, Moved]:
    """How many free numbers there are, and the covariances that such numbers lead to; zeros to the given ones."""
    name = next(name for name in FOURTEEN if MODELS[name] is MODELS[covariance])
    linear = _LINEAR.get(name)
    if linear is not None:
        directions = np.array(list(linear(covariances)))
        return len(directions), lambda free: covariances + np.tensordot(free, directions, axes=1)
    return _bent(name, covariances)


def tangents(moved: Moved, free: Float[ndarray, " P"]) -> Float[ndarray, "P K D D"]:
    """The derivatives of the covariances with respect to the free numbers."""
    steps = _STEP * np.eye(len(free))
    return np.stack([(moved(free + step) - moved(free - step)) / (2 * _STEP) for step in steps])


def _units(n_columns: int, is_diagonal: bool) -> Iterator[Float[ndarray, "D D"]]:
    """A basis of the symmetric matrices, or of the diagonal ones."""
    for i in range(n_columns):
        for j in range(i, i + 1 if is_diagonal else n_columns):
            unit = np.zeros((n_columns, n_columns))
            unit[i, j] = unit[j, i] = 1.0
            yield unit


def _shared(covariances: ndarray, is_diagonal: bool) -> Iterator[Float[ndarray, "K D D"]]:
    """All components at once, in proportion to the size of their entries."""
    scale = np.sqrt(np.diag(covariances[0]))
    for unit in _units(len(scale), is_diagonal):
        yield np.repeat((unit * scale[:, None] * scale)[None], len(covariances), axis=0)


def _own(covariances: ndarray, is_diagonal: bool) -> Iterator[Float[ndarray, "K D D"]]:
    for k in range(len(covariances)):
        for direction in _shared(covariances[k : k + 1], is_diagonal):
            yield _only(k, direction[0], len(covariances))


def _only(k: int, matrix: Float[ndarray, "D D"], n_components: int) -> Float[ndarray, "K D D"]:
    direction = np.zeros((n_components, *matrix.shape))
    direction[k] = matrix
    return direction


_LINEAR: dict[str, Callable[[ndarray], Iterator[ndarray]]] = {
    "EII": lambda own: iter([own]),
    "VII": lambda own: (_only(k, own[k], len(own)) for k in range(len(own))),
    "EEI": lambda own: _shared(own, is_diagonal=True),
    "VVI": lambda own: _own(own, is_diagonal=True),
    "EEE": lambda own: _shared(own, is_diagonal=False),
    "VVV": lambda own: _own(own, is_diagonal=False),
}


def _bent(name: str, covariances: Float[ndarray, "K D D"]) -> tuple[int, Moved]:
    K, D = covariances.shape[:2]
    axes = _axes(name[2], covariances)
    logs = np.log(np.einsum("kij,kil,klj->kj", axes, covariances, axes))
    times = {"E": 1, "V": K, "I": 0}
    sizes = [times[letter] * size for letter, size in zip(name, (1, D - 1, D * (D - 1) // 2), strict=True)]
    contrasts = np.linalg.qr(np.eye(D)[:, : D - 1] - 1 / D)[0]  # orthonormal, and orthogonal to a change of volume

    def moved(free: Float[ndarray, " P"]) -> Float[ndarray, "K D D"]:
        volumes, shapes, angles = np.split(free, np.cumsum(sizes)[:2])
        changed = logs + volumes[:, None]
        if len(shapes):
            changed = changed + shapes.reshape(-1, D - 1) @ contrasts.T
        turned = axes @ _rotations(angles.reshape(-1, D * (D - 1) // 2), D) if len(angles) else axes
        return turned * np.exp(changed)[:, None, :] @ turned.mT

    return sum(sizes), moved


def _axes(letter: str, covariances: Float[ndarray, "K D D"]) -> Float[ndarray, "K D D"]:
    K, D = covariances.shape[:2]
    if letter == "V":
        return np.linalg.eigh(covariances)[1]
    return np.repeat((np.eye(D) if letter == "I" else np.linalg.eigh(covariances.sum(0))[1])[None], K, axis=0)


def _rotations(angles: Float[ndarray, "M P"], n_columns: int) -> Float[ndarray, "M D D"]:
    skew = np.zeros((len(angles), n_columns, n_columns))
    skew[:, *np.triu_indices(n_columns, 1)] = angles / 2
    skew -= skew.mT
    unit = np.eye(n_columns)
    return np.linalg.solve(unit - skew, unit + skew)
