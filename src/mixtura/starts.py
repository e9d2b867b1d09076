"""Where a fit begins.

A start is a partition (or a soft assignment) of a sample of rows; the emission family makes parameters of it, so the
same starts serve every family.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from mixtura import _kernels as kernels
from mixtura import em
from mixtura.kmeans import CentreModel, seed
from mixtura.mixture import SPECK, Mixture, MixtureParameters
from mixtura.runners.contract import Source, is_sampled
from mixtura.sources.array import ArraySource
from mixtura.sources.sampling import Drawn
from mixtura.sources.sampling import draw as draw_rows
from mixtura.spaces import Spaces, project
from mixtura.statistics import Block, merge_all

Assignment = ndarray  # labels (N,) or responsibilities (N, K)
Assign = Callable[[Float[ndarray, "N D"], Float[ndarray, " N"], int, np.random.Generator], Assignment]
Start = Callable[[Spaces, int, np.random.Generator], Assignment]

_CHUNK = 1 << 20  # numbers in a chunk of responsibilities, 8 MB
_BRIEF = 3  # steps of k-means that do not wait for a kernel


class Candidate(NamedTuple):
    """A start: the name of its kind, and the parameters it begins from."""

    kind: str
    parameters: Any


# --- kinds of starts -------------------------------------------------------------------------------------------------


def kmeans(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int, rng: np.random.Generator,
    max_iterations: int = 300,
) -> Assignment:  # fmt: skip
    """Labels by k-means from k-means++ seeds."""
    block = Block(points, weights)
    fit = em.fit(
        CentreModel(block, is_brief=max_iterations <= _BRIEF),
        points[seed(points, weights, n_components, rng)].astype(float),
        lambda function: function(block),
        stop=lambda step: bool(np.array_equal(step.before, step.after)),
        max_iterations=max_iterations,
    )
    if fit.outcome is em.Outcome.INTERRUPTED:
        raise KeyboardInterrupt  # a start has no best so far
    return kernels.nearest(points, fit.parameters)[0]


def kmeans_plus_plus(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int, rng: np.random.Generator
) -> Assignment:
    """Every row joins the nearest k-means++ seed."""
    return kernels.nearest(points, points[seed(points, weights, n_components, rng)].astype(float))[0]


def random_rows(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int, rng: np.random.Generator
) -> Assignment:
    """Every row joins the nearest of K random rows."""
    rows = rng.choice(len(points), n_components, replace=(weights > 0).sum() < n_components, p=weights / weights.sum())
    return kernels.nearest(points, points[rows].astype(float))[0]


def random_responsibilities(
    points: Float[ndarray, "N D"], weights: Float[ndarray, " N"], n_components: int, rng: np.random.Generator
) -> Assignment:
    """Every row is shared out at random."""
    shares = rng.uniform(size=(len(points), n_components))
    return shares / shares.sum(1, keepdims=True)


def plain(assign: Assign) -> Start:
    """The start, seen in the columns as they are."""
    return lambda seen, *rest: assign(seen.points, seen.weights, *rest)


def standardised(assign: Assign) -> Start:
    """The start, seen where every column has variance one."""
    return lambda seen, *rest: assign(seen.standardised, seen.weights, *rest)


def whitened(assign: Assign) -> Start:
    """The start, seen where the total covariance is the identity."""
    return lambda seen, *rest: assign(seen.whitened, seen.weights, *rest)


def projected(assign: Assign) -> Start:
    """The start, seen in a random half of the whitened space's directions."""
    return lambda seen, number, rng: assign(project(seen.whitened, rng), seen.weights, number, rng)


def pursued(assign: Assign) -> Start:
    """The start, seen in the directions of the whitened space that tell most of groups."""
    return lambda seen, number, rng: assign(
        np.ascontiguousarray(seen.pursued[:, : int(rng.integers(1, max(2, number)))]), seen.weights, number, rng
    )


STARTS: dict[str, Start] = {
    "kmeans": plain(kmeans),
    "k-means++": plain(kmeans_plus_plus),
    "random": plain(random_responsibilities),
    "random_from_data": plain(random_rows),
    "whitened k-means++": whitened(kmeans_plus_plus),
    "standardised k-means": standardised(partial(kmeans, max_iterations=_BRIEF)),
    "whitened random rows": whitened(random_rows),
    "projected k-means": projected(partial(kmeans, max_iterations=_BRIEF)),
    "pursued k-means": pursued(partial(kmeans, max_iterations=_BRIEF)),
}
DIVERSE = (  # those to take if there is time for a few only come first
    "standardised k-means",
    "pursued k-means",
    "whitened k-means++",
    "whitened random rows",
    "projected k-means",
)


def cycle(n_starts: int, kinds: Sequence[str] = DIVERSE) -> list[str]:
    """`n_starts` names, going round `kinds`."""
    return [kinds[i % len(kinds)] for i in range(n_starts)]


# --- from a start to parameters --------------------------------------------------------------------------------------


def draw(
    model: Mixture, sample: Block, n_components: int, kinds: Iterable[str], rng: np.random.Generator
) -> list[Candidate]:
    """One candidate for each kind named, from the rows of `sample` as the family sees them."""
    seen = spaces_of(model, sample)
    assignments = ((kind, STARTS[kind](seen, n_components, rng)) for kind in kinds)
    return [Candidate(kind, parameters_from(model, sample, part, n_components)) for kind, part in assignments]


def spaces_of(model: Mixture, sample: Block) -> Spaces:
    """The rows of a sample as the family sees them."""
    return Spaces(model.emission.view(*sample), sample.weights)


def parameters_from(
    model: Mixture, sample: Block, assignment: Assignment, n_components: int, pseudo_rows: float | None = None
) -> MixtureParameters:
    """Parameters of the mixture whose components are the parts of `assignment`.

    Every part is given `pseudo_rows` rows (D + 1 by default) spread like the whole sample, so that a part of one row
    still has a shape.
    """
    points, weights = sample
    extra = (points.shape[1] + 1 if pseudo_rows is None else pseudo_rows) / weights.sum()
    origin = model.emission.pooled(points, weights, n_components)
    density = model.emission.density(origin)
    counts, statistics = merge_all(
        (shares.sum(0), model.emission.accumulate(points[rows], shares, density))
        for rows, shares in _shares(assignment, weights, n_components, extra)
    )
    counts = counts + SPECK
    return MixtureParameters(model.share(counts), model.emission.maximise(statistics, counts, origin))


def _shares(
    assignment: Assignment, weights: ndarray, n_components: int, extra: float
) -> Iterable[tuple[slice, Float[ndarray, "M K"]]]:
    size = max(1, _CHUNK // n_components)
    for start in range(0, len(weights), size):
        rows = slice(start, start + size)
        part = assignment[rows]
        shares = np.eye(n_components)[part] if part.ndim == 1 else part
        yield rows, (shares + extra) * weights[rows, None]


def some_rows(source: Source, size: int, rng: np.random.Generator) -> Block:
    """`subsample` of a source, without a pass over it where some of its rows are at hand already."""
    if isinstance(source, ArraySource):
        drawn = draw_rows(map(_without_columns, source.blocks()), size, rng)  # of all that are drawn, few are kept
        return drawn.kind(source.points[drawn.positions], _counted(drawn))
    if not is_sampled(source):
        return subsample(source.blocks(), size, rng)
    sample = source.sample
    if len(sample.points) < source.n_rows:  # the lightest rows stand for many, but are one
        sample = sample._replace(weights=sample.weights / sample.weights.min())
    return subsample([sample], size, rng)


def subsample(blocks: Iterable[Block], size: int, rng: np.random.Generator) -> Block:
    """All rows that count if there are at most `size`, else so many, the heavier the likelier, in reading order.

    Of a priority sample (see `sampling`), a row lighter than its threshold counts once, a heavier one accordingly more.
    """
    drawn = draw_rows(blocks, size, rng)
    return drawn.block._replace(weights=_counted(drawn))


def _without_columns(block: Block) -> Block:
    return block._replace(points=block.points[:, :0])


def _counted(drawn: Drawn) -> Float[ndarray, " M"]:
    return drawn.weights / drawn.threshold if drawn.threshold else drawn.weights


def part(sample: Block, most: int) -> Block:
    """Every so manieth row, so that there are at most so many."""
    every = -(-len(sample.points) // most)
    return type(sample)(np.ascontiguousarray(sample.points[::every]), sample.weights[::every])
