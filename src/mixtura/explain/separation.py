"""How far apart two clusters lie, and which columns make it so.

The separation is the Bhattacharyya distance of two Gaussians, in nats (Kailath 1967, IEEE Trans. Commun. 15, 52-60):

    d = (m1 - m2)' M^-1 (m1 - m2) / 8 + log(det M / sqrt(det S1 det S2)) / 2,    M = (S1 + S2) / 2.

The first term tells locations apart, the second spreads and orientations. With mixing weights p1 and p2, the overlap of
the two (see `mixtura.explain.overlap`) is at most sqrt(p1 p2) / (p1 + p2) exp(-d).

`mixtura.explain.frames` shares both out among the columns, in units in which M is a correlation matrix R and S1, S2 are
Z1, Z2. No part is negative: the parts of the first term are squares, and those of the second are the diagonal of
log R - (log Z1 + log Z2) / 2, which is positive semidefinite because the logarithm is operator concave.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.explain.frames import frames
from mixtura.explain.records import Separation


def separate(means: Float[ndarray, "2 D"], covariances: Float[ndarray, "2 D D"]) -> Separation:
    """The separation of two clusters, and the part of it that each column has.

    Examples
    --------
    >>> import numpy as np
    >>> separate(np.array([[0.0, 7.0], [4.0, 7.0]]), np.stack([np.eye(2), np.eye(2)]))
    Separation(total=2.0, location=(2.0, 0.0), shape=(0.0, 0.0))
    """
    middle = covariances.mean(0)
    units = np.sqrt(np.diag(middle))
    seen = frames(np.stack([*covariances, middle]), np.tile(units, (3, 1)))
    step = means[0] - means[1]
    location = seen.coordinates(np.tile(step, (3, 1)))[2] ** 2 / 8
    first, second, both = seen.logs()
    shape = np.maximum((both - (first + second) / 2) / 2, 0.0)
    return Separation(float(location.sum() + shape.sum()), tuple(location.tolist()), tuple(shape.tolist()))


def importance(separations: Sequence[Separation | None], weights: Sequence[float]) -> tuple[float, ...]:
    """The share of each column in keeping clusters from their nearest neighbours, averaged over the rows.

    Shares add up to one; there are none where there is one cluster or nothing separates any.
    """
    apart = [(one, weight) for one, weight in zip(separations, weights, strict=True) if one and one.total > 0]
    if not apart:
        return ()
    found = np.array([weight for _, weight in apart]) @ np.array([one.shares for one, _ in apart])
    return tuple((found / found.sum()).tolist())
