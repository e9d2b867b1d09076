"""Which columns are drawn where there are too many for a picture."""

import numpy as np
from jaxtyping import Float
from numpy import ndarray


def most_distinguishing(weights: Float[ndarray, " K"], differences: Float[ndarray, "K D"], most: int) -> list[int]:
    """The columns in which the clusters' means vary most about the mean of all, in the order of the table.

    `differences` are (mean of the cluster - mean of all) / standard deviation of all.

    Examples
    --------
    >>> most_distinguishing(np.array([0.5, 0.5]), np.array([[-0.1, 0.9, 0.5], [0.1, -0.9, -0.5]]), most=2)
    [1, 2]
    """
    shares = weights @ differences**2
    return sorted(np.argsort(-shares, kind="stable")[:most].tolist())
