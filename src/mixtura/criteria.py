"""Which fit to prefer: functions of (log-likelihood, free parameters, rows, entropy). Smaller is better for all."""

from collections.abc import Callable
from math import log
from typing import NamedTuple


class Evidence(NamedTuple):
    """What a criterion looks at.

    `n_rows` is the sum of the weights; `map_entropy` is -sum_n w_n log max_k r_nk, which is 0 when every row
    belongs to one component for certain.
    """

    log_likelihood: float
    n_free: int
    n_rows: float
    map_entropy: float = 0.0


def bic(evidence: Evidence) -> float:
    """Bayesian information criterion (Schwarz 1978), with scikit-learn's sign; mclust's is its negative."""
    return -2 * evidence.log_likelihood + evidence.n_free * log(evidence.n_rows)


def aic(evidence: Evidence) -> float:
    """Akaike's information criterion (1974)."""
    return -2 * evidence.log_likelihood + 2 * evidence.n_free


def icl(evidence: Evidence) -> float:
    """Integrated completed likelihood (Biernacki, Celeux & Govaert 2000), by mclust's formula: overlap punished."""
    return bic(evidence) + 2 * evidence.map_entropy


CRITERIA: dict[str, Callable[[Evidence], float]] = {"bic": bic, "icl": icl, "aic": aic}
