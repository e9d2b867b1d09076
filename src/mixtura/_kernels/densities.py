"""What a pass needs to know about K components, as arrays of float64: the one vocabulary of kernels and their twins.

The log-density of component k at x is ``log_det[k] - D/2 log 2π - |W_k (x - m_k)|² / 2`` with W Σ Wᵀ = I.
"""

from typing import NamedTuple

from jaxtyping import Float, Int
from numpy import ndarray

# Rows times columns times components: below, a kernel would spare less than a millisecond, and take half a second to
# compile, or longer. Sums that are made again and again always have theirs.
LITTLE = 2**16
# Passes look at so many rows together, or at a half of them: several blocks can go to one call if each has a multiple.
WHOLE = 1024
NEIGHBOURS = 256  # rows of a tile of neighbours: those that a pass looks at together to see which components matter


class Full(NamedTuple):
    """Components of any shape."""

    means: Float[ndarray, "K D"]
    whiteners: Float[ndarray, "K D D"]  # lower triangular
    log_det: Float[ndarray, " K"]  # log det W


class Tied(NamedTuple):
    """Components of one shape."""

    means: Float[ndarray, "K D"]
    whiteners: Float[ndarray, "1 D D"]  # lower triangular
    log_det: Float[ndarray, " K"]  # the same for all


class Diagonal(NamedTuple):
    """Components whose axes are the features'."""

    means: Float[ndarray, "K D"]
    whiteners: Float[ndarray, "K D"]  # 1 / standard deviation
    log_det: Float[ndarray, " K"]


class Spherical(NamedTuple):
    """Components as wide in every direction."""

    means: Float[ndarray, "K D"]
    whiteners: Float[ndarray, " K"]  # 1 / standard deviation
    log_det: Float[ndarray, " K"]  # D log w


class Holed(NamedTuple):
    """Full as climbs see them from rows that lack cells."""

    means: Float[ndarray, "K D"]
    whiteners: Float[ndarray, "K D D"]
    log_det: Float[ndarray, " K"]
    groups: Int[ndarray, "G _"]  # of rows that lack the same cells, see `incomplete`
    deviations: Float[ndarray, "K P S"]  # room for those of every row


class Masked(NamedTuple):
    """Diagonal as climbs see them from rows that lack cells."""

    means: Float[ndarray, "K D"]
    whiteners: Float[ndarray, "K D"]
    log_det: Float[ndarray, " K"]
    there: Float[ndarray, "P S"]  # one for cells that are there, else zero
    some: Float[ndarray, " S"]  # one for rows that have a cell


class Heavy(NamedTuple):
    """Components with heavy tails: Student's, whose scale matrices the ellipses tell of."""

    means: Float[ndarray, "K D"]  # those of the ellipses
    ellipses: Full | Tied | Diagonal | Spherical
    dof: Float[ndarray, " K"]


class HeavyHoled(NamedTuple):
    """Heavy as climbs see them from rows that lack cells."""

    means: Float[ndarray, "K D"]
    ellipses: Holed | Masked
    dof: Float[ndarray, " K"]
    groups: Int[ndarray, "G _"]
    n_seen: Float[ndarray, " S"]  # cells that are there


class Moments(NamedTuple):
    """Weighted sums of deviations d = x - m_k from the density's own means, and of their products."""

    shifts: Float[ndarray, "K D"]  # Σ w r d
    scatter: Float[ndarray, "..."]  # Σ w r d dᵀ (K, D, D), its sum over k (1, D, D), diagonal (K, D) or trace (K,)


class HeavyMoments(NamedTuple):
    """Sums over rows, each of which counts as much as its component explains of it."""

    mass: Float[ndarray, " K"]  # of the precisions u that are expected
    moments: Moments  # where rows count u times
    evenness: Float[ndarray, " K"]  # of E[log u] - E[u]: -1 were all precisions one


Ellipses = Full | Tied | Diagonal | Spherical
Density = Ellipses | Heavy
Climbed = Density | Holed | Masked | HeavyHoled


class Ascent(NamedTuple):
    """Where M fits of few rows stand, or within kernels one of them: what `climb` moves on in place, and what stays.

    Spheres are Diagonal here.
    """

    log_weights: Float[ndarray, "M K"]
    density: Climbed  # of arrays with M in front; what tells of rows has none
    covariances: Float[ndarray, "..."]  # (M, K, D) or (M, K, D, D)
    ridge: Float[ndarray, " D"]  # what the M-step adds to the variances of the columns
    is_shared: bool  # whether all components have one covariance
    is_round: bool = False  # whether components are spheres
    has_equal_weights: bool = False
    shaper: int = 0  # the address of the covariance model's M-step, see `shapers`; 0 where the flags say it all

    @property
    def crawls(self) -> bool:
        """Whether much is not seen of the rows, so that steps may become small long before they end."""
        return isinstance(self.density, (Holed, Masked))


class HeavyAscent(NamedTuple):
    """The same where tails are heavy; the ellipses stand in memory of the density."""

    log_weights: Float[ndarray, "M K"]
    density: Heavy | HeavyHoled
    ellipses: Ascent  # their own ascent, but for the rows' precisions
    is_dof_known: bool
    is_dof_shared: bool = False  # whether all components have the same degrees of freedom
    has_equal_weights: bool = False

    @property
    def shaper(self) -> int:
        """That of the scale matrices."""
        return self.ellipses.shaper

    @property
    def crawls(self) -> bool:
        """As among ellipses; what degrees of freedom point to is not seen either."""
        return not self.is_dof_known or self.ellipses.crawls
