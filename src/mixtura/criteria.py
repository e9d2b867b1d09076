"""Which fit to prefer: functions of what is known of a fit. Smaller is better for all."""

from collections.abc import Callable
from math import inf, isfinite, log, nan
from typing import NamedTuple


class Evidence(NamedTuple):
    """What a criterion looks at; NaN is what nobody has looked for.

    `n_rows` is the sum of the weights; `map_entropy` is -sum_n w_n log max_k r_nk and `entropy` is
    -sum_nk w_n r_nk log r_nk, which are 0 when every row belongs to one component for certain. `one_log_likelihood` is
    that of one component of the same covariance model. `deviance_of_a_fold` and `deviance_of_folds` are minus twice the
    log-likelihood of rows that a fit to the others gives, of one fold (in proportion to all rows) or of every fold.
    `bound` is that of the log-evidence, of variational fits.
    """

    log_likelihood: float
    n_free: int
    n_rows: float
    map_entropy: float = 0.0
    entropy: float = nan
    one_log_likelihood: float = nan
    deviance_of_a_fold: float = nan
    deviance_of_folds: float = nan
    bound: float = nan


def bic(evidence: Evidence) -> float:
    """Bayesian information criterion (Schwarz 1978), with scikit-learn's sign; mclust's is its negative."""
    return -2 * evidence.log_likelihood + evidence.n_free * log(evidence.n_rows)


def icl(evidence: Evidence) -> float:
    """Integrated completed likelihood (Biernacki, Celeux & Govaert 2000), by mclust's formula: overlap punished."""
    return bic(evidence) + 2 * evidence.map_entropy


def aic(evidence: Evidence) -> float:
    """Akaike's information criterion (1974)."""
    return -2 * evidence.log_likelihood + 2 * evidence.n_free


def aicc(evidence: Evidence) -> float:
    """AIC corrected for few rows (Sugiura 1978; Hurvich & Tsai 1989); infinite where parameters outnumber rows."""
    spare = evidence.n_rows - evidence.n_free - 1
    return aic(evidence) + 2 * evidence.n_free * (evidence.n_free + 1) / spare if spare > 0 else inf


def caic(evidence: Evidence) -> float:
    """Consistent AIC (Bozdogan 1987): every parameter costs one more than in BIC."""
    return bic(evidence) + evidence.n_free


def sabic(evidence: Evidence) -> float:
    """BIC adjusted for the sample size (Sclove 1987): of (n + 2) / 24 rows."""
    return -2 * evidence.log_likelihood + evidence.n_free * log((evidence.n_rows + 2) / 24)


def nec(evidence: Evidence) -> float:
    """Normalised entropy (Celeux & Soromenho 1996): overlap over what there is to gain beyond one component.

    That of one component is 1, so more are taken where theirs is less (Biernacki, Celeux & Govaert 1999).
    """
    gain = evidence.log_likelihood - evidence.one_log_likelihood
    if gain > 0:
        return evidence.entropy / gain
    return 1.0 if gain == evidence.entropy == 0 else inf if gain <= 0 else nan


def holdout(evidence: Evidence) -> float:
    """Minus twice the log-likelihood of a fold of rows that the fit has not seen (Smyth 2000), for as many as all."""
    return evidence.deviance_of_a_fold


def cv(evidence: Evidence) -> float:
    """Minus twice the cross-validated log-likelihood (Smyth 2000): every fold is judged by a fit to the others."""
    return evidence.deviance_of_folds


def bound(evidence: Evidence) -> float:
    """Minus twice the lower bound of the log-evidence (Attias 2000), to which BIC comes near where rows are many."""
    return -2 * evidence.bound


class Criterion(NamedTuple):
    """A row of the table: a formula, what people call it, and what it takes."""

    of: Callable[[Evidence], float]
    label: str
    has_mclusts_negative: bool = False  # whether mclust shows the same number with the other sign
    is_deviance: bool = True  # on the scale of -2 log-likelihood, where a difference of 10 is much
    takes_a_fold: bool = False  # whether rows have to be left out of further fits: those of one fold
    takes_all_folds: bool = False
    is_of_posteriors: bool = False  # whether it judges variational fits, and no others

    def write(self, value: float, is_distance: bool = False) -> str:
        """The value, or the distance between two, in as many digits as mean something."""
        if not self.is_deviance:
            return f"{value:.3g}"
        return f"{value:.0f}" if is_distance else f"{value:,.1f}"


CRITERIA: dict[str, Criterion] = {
    "bic": Criterion(bic, "BIC", has_mclusts_negative=True),
    "icl": Criterion(icl, "ICL", has_mclusts_negative=True),
    "aic": Criterion(aic, "AIC"),
    "aicc": Criterion(aicc, "AICc"),
    "caic": Criterion(caic, "CAIC"),
    "sabic": Criterion(sabic, "SABIC"),
    "nec": Criterion(nec, "NEC", is_deviance=False),
    "holdout": Criterion(holdout, "hold-out deviance", takes_a_fold=True),
    "cv": Criterion(cv, "CV deviance", takes_a_fold=True, takes_all_folds=True),
    "bound": Criterion(bound, "−2 bound", is_of_posteriors=True),
}
OF_SELECTIONS = tuple(name for name, criterion in CRITERIA.items() if not criterion.is_of_posteriors)


def evaluate(evidence: Evidence) -> dict[str, float]:
    """Every criterion of the table that can be told; infinite where the formula says so.

    Examples
    --------
    >>> told = evaluate(Evidence(log_likelihood=-100.0, n_free=5, n_rows=150.0))
    >>> list(told)
    ['bic', 'icl', 'aic', 'aicc', 'caic', 'sabic']
    >>> told["aic"]
    210.0
    """
    values = {name: criterion.of(evidence) for name, criterion in CRITERIA.items()}
    return {name: value for name, value in values.items() if isfinite(value) or value == inf}


def label(name: str) -> str:
    """What people call a criterion."""
    return CRITERIA[name].label


def write(name: str, value: float | None) -> str:
    """The value of a criterion for people, a dash for none.

    Examples
    --------
    >>> write("bic", 2314.2961), write("nec", 0.01234), write("aicc", None)
    ('2,314.3', '0.0123', '–')
    """
    return "–" if value is None or not isfinite(value) else CRITERIA[name].write(value)
