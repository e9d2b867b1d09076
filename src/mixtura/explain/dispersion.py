"""Whether counts vary more within clusters than Poisson's law says."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura.explain.numbers import brief
from mixtura.explain.records import Rows
from mixtura.explain.words import join
from mixtura.families import blocks_of
from mixtura.fitted import FittedMixture
from mixtura.statistics import Block, Incomplete

_SUSPECT = 1.25  # times the variance expected, and
_SURE = 4.0  # so many standard errors above it, are more than chance
_RAREST = 1e-100  # a mean of zero would divide
_NAMED = 3


def dispersion_caution(fitted: FittedMixture, rows: Rows) -> Iterator[str]:
    """A sentence where some columns of counts vary more than their law allows, with the option that helps.

    Examples
    --------
    >>> from mixtura import MixedMixture
    >>> from mixtura.mixture import Classification
    >>> visits = np.repeat([0.0, 0, 1, 12], 25)
    >>> fitted = MixedMixture(1, counts=["visits"]).fit({"visits": visits}).to_fitted()
    >>> labels = Classification(np.zeros(100, int), np.ones(100), np.zeros(100))
    >>> for sentence in dispersion_caution(fitted, Rows(visits[:, None], np.ones(100), labels)):
    ...     print(sentence.partition(",")[0])
    Counts of visits vary 7.9 times as much within clusters as Poisson's law says
    """
    found = {name: factor for name, factor in _dispersions(fitted, rows).items() if factor}
    wide = sorted(found, key=lambda name: -found[name])
    if wide:
        more = [f"{len(wide) - _NAMED} more columns"] if len(wide) > _NAMED else []
        most = f"{'up to ' if len(wide) > 1 else ''}{brief(found[wide[0]])} times"
        yield (
            f"Counts of {join([*wide[:_NAMED], *more])} vary {most} as much within clusters as Poisson's law says, so "
            "that clusters may be parts of one group: --count-family negative-binomial lets them vary."
        )


def _dispersions(fitted: FittedMixture, rows: Rows) -> dict[str, float]:
    """Of each column of counts that should follow Poisson's law."""
    blocks = blocks_of(fitted.model.emission, fitted.parameters.emission)
    if "counts" not in blocks or blocks["counts"][2].sizes is not None:
        return {}
    points = rows.points if rows.holes is None else np.where(rows.holes, np.nan, rows.points)
    kind = Incomplete if np.isnan(points).any() else Block
    shares, _ = fitted.model.posterior(fitted.parameters)(kind(np.ascontiguousarray(points), rows.weights))
    shares = shares[:, : fitted.n_components] * rows.weights[:, None]
    columns, _, part = blocks["counts"]
    each = zip(columns, part.rates.T, strict=True)
    return {fitted.features[d]: _dispersion(points[:, d], shares, rates) for d, rates in each}


def _dispersion(counts: Float[ndarray, " N"], shares: Float[ndarray, "N K"], rates: Float[ndarray, " K"]) -> float:
    """The mean of (x - m)² / m, which is one under Poisson's law; zero where it is not clearly more.

    The variance of a term is 2 + 1 / m.
    """
    known, rates = ~np.isnan(counts), np.maximum(rates, _RAREST)
    shares = shares[known]
    held = shares.sum(0)
    total = held.sum()
    if not total:
        return 0.0
    found = float((shares * (counts[known, None] - rates) ** 2 / rates).sum() / total)
    error = np.sqrt((held * (2 + 1 / rates)).sum()) / total
    return found if found > max(_SUSPECT, 1 + _SURE * error) else 0.0
