"""The precisions of rows under Student-t components, and the degrees of freedom that they point to.

With v degrees of freedom, a row of D cells at the squared distance δ has a precision u whose distribution is gamma, of
shape (v + D) / 2 and rate (v + δ) / 2 (Peel & McLachlan 2000, equations 14 to 20).
"""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura._kernels import conditional
from mixtura._kernels.conditional import Sight, look
from mixtura._kernels.densities import Heavy, HeavyMoments

_quiet = np.errstate(invalid="ignore", over="ignore")

FEWEST, MOST = 1.0, 200.0  # degrees of freedom that are looked for: Cauchy's, and next to Gaussian
STEPS = 3  # of Newton, each of which doubles the digits


@_quiet
def log_density(points: Float[ndarray, "N D"], density: Heavy) -> Float[ndarray, "N K"]:
    """Of the cells that are there, in nats; zero where there are none."""
    from scipy.special import betaln, gammaln  # takes a while to load, which few need

    (squares, log_det, n_seen), dof = look(points, density.ellipses), density.dof
    half = np.where(n_seen > 0, n_seen / 2, 1.0)
    ratios = gammaln(half) - betaln(dof / 2, half)  # log Γ(v/2 + half) - log Γ(v/2), which would cancel
    constants = np.where(n_seen > 0, ratios - half * np.log(dof * np.pi), 0.0)
    # Not a number for a component that is none.
    flaws = 0.0 * sum(part.reshape(len(part), -1).sum(1) for part in (*density.ellipses, dof))
    return constants + log_det - (dof + n_seen) / 2 * np.log1p(squares / dof) + flaws


@_quiet
def weigh(
    points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Heavy
) -> tuple[Float[ndarray, "N K"], Float[ndarray, " K"]]:
    """How much rows count in the moments of ellipses, and the evenness of their precisions: see `HeavyMoments`."""
    from scipy.special import digamma

    sight = look(points, density.ellipses)
    shapes, rates = (density.dof + sight.n_seen) / 2, (density.dof + sight.squares) / 2
    expected, logarithms = shapes / rates, digamma(shapes) - np.log(rates)
    return responsibilities * expected, (responsibilities * (logarithms - expected)).sum(0)


def moments(points: Float[ndarray, "N D"], responsibilities: Float[ndarray, "N K"], density: Heavy) -> HeavyMoments:
    """What `reference.heavy_moments` gives, expected over missing cells."""
    shares, evenness = weigh(points, responsibilities, density)
    # Missing cells scatter by S / u: rows that count u times add S.
    own = conditional.moments(points, shares, density.ellipses, unseen=responsibilities)
    return HeavyMoments(shares.sum(0), own, evenness)


def draw(
    sight: Sight, labels: Int[ndarray, " N"], dof: Float[ndarray, " K"], rng: np.random.Generator
) -> Float[ndarray, " N"]:
    """A precision for each row under the component that its label names."""
    rows, own = np.arange(len(labels)), dof[labels]
    return rng.gamma((own + sight.n_seen[:, 0]) / 2, 2 / (own + sight.squares[rows, labels]))


def evenness(dof: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
    """The mean of E[log u] - E[u] for which these degrees of freedom are most likely."""
    from scipy.special import digamma

    expected: ndarray = digamma(dof / 2) - np.log(dof / 2) - 1
    return expected


def solve(evenness: Float[ndarray, " K"]) -> Float[ndarray, " K"]:
    """The degrees of freedom, from `FEWEST` to `MOST`, for which the mean of E[log u] - E[u] is most likely.

    That is where log x - digamma(x) = -1 - evenness, with x = v / 2. The left side falls from infinity to zero, in
    logarithms almost along a line: Newton's steps there, from an approximation that is good to 2 % (Minka 2002),
    never leave the bounds, because the right side is kept within what it is at these.

    Examples
    --------
    >>> from scipy.special import digamma
    >>> even = digamma(2.5) - np.log(2.5) - 1
    >>> solve(np.array([-1.0, even, -9.0])).round(9).tolist()
    [200.0, 5.0, 1.0]
    """
    from scipy.special import digamma, zeta

    least, most = FEWEST / 2, MOST / 2
    wanted = np.clip(-1 - evenness, np.log(most) - digamma(most), np.log(least) - digamma(least))
    x = (3 - wanted + np.sqrt((wanted - 3) ** 2 + 24 * wanted)) / (12 * wanted)
    for _ in range(STEPS):
        found = np.log(x) - digamma(x)
        slope = (1 - x * zeta(2.0, x)) / found  # zeta(2, x) is the slope of digamma
        x = x * np.exp(np.log(wanted / found) / slope)
    return 2 * np.clip(x, least, most)
