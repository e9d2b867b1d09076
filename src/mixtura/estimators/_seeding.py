"""Where a fit with hints begins: partitions of the rows as for any fit, in which labelled rows keep their labels."""

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from mixtura import starts
from mixtura._kernels import nearest
from mixtura.hints import Hinted
from mixtura.mixture import Mixture
from mixtura.ordering import assign
from mixtura.race import SAMPLE_ROWS
from mixtura.spaces import standardise
from mixtura.starts import Candidate
from mixtura.statistics import Block


def seeds(mixture: Mixture, rows: Hinted, n_starts: int, rng: np.random.Generator) -> list[Candidate]:
    """As many starts; the first goes by the labelled rows alone, if every component has one."""
    K = rows.agreement.shape[1]
    points, weights, agreement = _sample(rows, rng)
    sample = Block(points, weights)
    hinted = np.flatnonzero(np.ptp(agreement, axis=1) > 0)
    known = agreement[hinted].argmax(1)
    seen, found = starts.spaces_of(mixture, sample), []
    for i, kind in enumerate(starts.cycle(n_starts)):
        if i == 0 and len(np.unique(known)) == K:
            kind, labels = "labels", _by_labels(sample, hinted, known, K)
        else:
            labels = _matched(starts.STARTS[kind](seen, K, rng), hinted, known, K)
        labels[hinted] = known
        found.append(Candidate(kind, starts.parameters_from(mixture, sample, labels, K)))
    return found


def _sample(rows: Hinted, rng: np.random.Generator) -> Hinted:
    """The rows that count as double precision; of many, those with hints and some others."""
    counted = np.flatnonzero(rows.weights > 0)
    if len(counted) > SAMPLE_ROWS:
        is_hinted = np.ptp(rows.agreement[counted], axis=1) > 0
        order = np.argsort(rng.uniform(size=len(counted)) - is_hinted, kind="stable")
        counted = np.sort(counted[order[:SAMPLE_ROWS]])
    points, weights, agreement = (np.ascontiguousarray(field[counted]) for field in rows)
    return Hinted(points.astype(np.float64, copy=False), weights, agreement)


def _by_labels(
    sample: Block, hinted: Int[ndarray, " H"], known: Int[ndarray, " H"], n_components: int
) -> Int[ndarray, " N"]:
    """Every row joins the nearest mean of labelled rows."""
    seen = standardise(*sample)
    means: Float[ndarray, "K D"] = np.array([seen[hinted[known == k]].mean(0) for k in range(n_components)])
    return nearest(np.ascontiguousarray(seen), means)[0].astype(int)


def _matched(
    labels: Int[ndarray, " N"], hinted: Int[ndarray, " H"], known: Int[ndarray, " H"], n_components: int
) -> Int[ndarray, " N"]:
    """Parts renumbered so that as many labelled rows as can be are in the part of their label."""
    agreeing = np.zeros((n_components, n_components))
    np.add.at(agreeing, (labels[hinted], known), 1)
    parts, numbers = assign(-agreeing)
    order = np.empty(n_components, dtype=int)
    order[parts] = numbers
    return order[labels]
