"""Rows with hints: labels or likely labels for some, groups that belong together, pairs that do not.

A row of a block may bring the log of how well each component agrees with what is known of it. Rows of one unit come
from one component, which is drawn once for the unit (Shental, Bar-Hillel, Hertz & Weinshall 2004, NIPS 16). Pairs of
units that should differ cost `strength` nats where they do not, in a mean-field approximation: responsibilities q that
maximise

    sum_u w_u sum_k q_uk (L_uk - log q_uk) - strength sum_(u,v) w_u w_v sum_k q_uk q_vk,

with L_uk the log of weight times densities, and w the weights of the rows (Lu & Leen 2007, Neural Comput. 19,
1528-1567). Without such pairs this is the log-likelihood.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

_MOST_SWEEPS, _STILL = 200, 1e-10


class Hinted(NamedTuple):
    """Rows, how much they count, and the log of how well each component agrees with what is known of them."""

    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " N"]
    agreement: Float[ndarray, "N K"]


class Apart(NamedTuple):
    """Pairs of units that should not share a component, and units in sets of which no two are such a pair."""

    pairs: Int[ndarray, "P 2"]
    turns: tuple[ndarray, ...]
    strength: float  # nats


class Linked(NamedTuple):
    """Hinted rows, all those that are linked to another: the unit of each, and which units should differ."""

    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " N"]
    agreement: Float[ndarray, "N K"]
    units: Int[ndarray, " N"]
    apart: Apart


@dataclass(frozen=True, eq=False)
class HintedSource:
    """The rows that are linked as one block, then the others in blocks."""

    linked: Linked | None
    others: Hinted
    block_rows: int = 16384

    def blocks(self) -> Iterator[Any]:
        """Yield the blocks, always the same; they have more to tell than a `Block`."""
        if self.linked is not None:
            yield self.linked
        for start in range(0, len(self.others.points), self.block_rows):
            rows = slice(start, start + self.block_rows)
            yield Hinted(*(field[rows] for field in self.others))


def share(
    log_joint: Float[ndarray, "U K"], weights: Float[ndarray, " U"], apart: Apart, beliefs: ndarray
) -> tuple[Float[ndarray, "U K"], float]:
    """Responsibilities of units, and the objective; with pairs apart they go on from `beliefs`, if there are any."""
    if not len(apart.pairs):
        log_evidence = np.logaddexp.reduce(log_joint, axis=1)
        return np.exp(log_joint - log_evidence[:, None]), float(weights @ log_evidence)
    shares = beliefs.copy() if beliefs.size else _normalised(log_joint)
    for _ in range(_MOST_SWEEPS):
        before = shares.copy()
        for turn in apart.turns:
            shares[turn] = _normalised((log_joint - apart.strength * _pressure(shares, weights, apart))[turn])
        if np.abs(shares - before).max() < _STILL:
            break
    return shares, _bound(shares, log_joint, weights, apart)


def take_turns(pairs: Int[ndarray, "P 2"], n_units: int) -> tuple[ndarray, ...]:
    """Units in as few sets as a greedy colouring finds, no two of one set a pair.

    Examples
    --------
    >>> take_turns(np.array([[0, 1], [1, 2]]), 3)
    (array([0, 2]), array([1]))
    """
    neighbours: list[set[int]] = [set() for _ in range(n_units)]
    for a, b in pairs.tolist():
        neighbours[a].add(b)
        neighbours[b].add(a)
    turns = np.zeros(n_units, dtype=int)
    for unit in range(n_units):
        taken = {int(turns[other]) for other in neighbours[unit] if other < unit}
        turns[unit] = next(turn for turn in range(len(taken) + 1) if turn not in taken)
    return tuple(np.flatnonzero(turns == turn) for turn in range(int(turns.max(initial=0)) + 1))


def _pressure(shares: Float[ndarray, "U K"], weights: Float[ndarray, " U"], apart: Apart) -> Float[ndarray, "U K"]:
    """How much of each component is held by the units that a unit should differ from."""
    left, right = apart.pairs.T
    pressure = np.zeros_like(shares)
    np.add.at(pressure, left, weights[right, None] * shares[right])
    np.add.at(pressure, right, weights[left, None] * shares[left])
    return pressure


def _bound(
    shares: Float[ndarray, "U K"], log_joint: Float[ndarray, "U K"], weights: Float[ndarray, " U"], apart: Apart
) -> float:
    held = shares > 0
    gain = shares * (np.where(held, log_joint, 0.0) - np.log(np.where(held, shares, 1.0)))
    left, right = apart.pairs.T
    together = (weights[left] * weights[right]) @ (shares[left] * shares[right]).sum(1)
    return float(weights @ gain.sum(1) - apart.strength * together)


def _normalised(log_joint: Float[ndarray, "U K"]) -> Float[ndarray, "U K"]:
    return np.exp(log_joint - np.logaddexp.reduce(log_joint, axis=1)[:, None])
