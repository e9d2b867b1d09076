"""From a sample to all rows: the best solution is improved, and climbs to its end, where more rows tell more of it."""

from dataclasses import replace

from mixtura import climbing, em, exchanges, grounds, starts
from mixtura.acceleration import SmallGain, SmallRemainder
from mixtura.grounds import Ground
from mixtura.kicks import Kicks
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.rehearsals import Sample
from mixtura.statistics import Block

# Rows that components are exchanged on, more where these times the free parameters are few; responsibilities, at most.
_EXCHANGING_ROWS, _EXCHANGING_WORK, _EXCHANGING_NUMBERS = 1 << 16, 5e7, 1 << 22
_CORRECTING = 1 << 17  # rows that go on between two passes over all
# The part of all rows that a solution settles on first, rows of it at least and at most; nats that it may leave to gain
# there, in how many steps at most.
_SETTLING, _FEWEST, _MOST = 8, 10_000, 1 << 16
_LEFT, _MOST_STEPS = 1.0, 1000


def part(sample: Block, most: int = _CORRECTING) -> Block:
    """Every so manieth row of a sample, at most so many, to count for them all."""
    some = starts.part(sample, most)
    return some._replace(weights=some.weights * (sample.weights.sum() / some.weights.sum()))


def exchange(ground: Ground, kicked: Kicks, many: Block) -> Kicks:
    """The best solution, its components exchanged where the larger sample says so."""
    some = part(many, _exchanging_rows(ground.model, kicked.pool[0].parameters))
    hall = climbing.AtHand(climbing.in_double(some), ground.run.runner)
    wide = grounds.survey(ground.model, hall.block, ground.rng, ground.watch, hall)
    wide = replace(wide, total_weight=ground.total_weight)
    best = kicked.pool[0].parameters
    here = climbing.fit_all(ground.model, [best], hall, stop=SmallGain(0.0), max_iterations=1, watch=ground.watch)[0]
    improved = exchanges.improve(wide, wide.judge(here))
    tally = kicked.tally._replace(
        n_kicks=kicked.tally.n_kicks + improved.n_tried,
        n_moved=kicked.tally.n_moved + improved.n_moved,
        n_iterations=kicked.tally.n_iterations + improved.n_iterations,
    )
    return Kicks((improved.best, *kicked.pool), tally)


def _exchanging_rows(model: Mixture, parameters: MixtureParameters) -> int:
    rows = max(_EXCHANGING_ROWS, int(_EXCHANGING_WORK / max(1, model.n_free(parameters))))
    return min(rows, _EXCHANGING_NUMBERS // len(parameters.weights))


def settling(many: Block, n_rows: int, total_weight: float) -> Block | None:
    """Of a sample, the rows that a solution may settle on before it goes on over all; None where all are few.

    They count for all.
    """
    most = min(n_rows // _SETTLING, _MOST)
    if most < _FEWEST:
        return None
    some = starts.part(many, most)
    return some._replace(weights=some.weights * (total_weight / some.weights.sum()))


def settle(ground: Ground, kicked: Kicks, some: Sample) -> Kicks:
    """The best solution at its end over some of the rows: steps cost little there, and it is near the end over all.

    All rows together lift it from there by about half a nat for each free parameter and for each row that one stands
    for; so much less than a nat for each such row is nothing that is left to gain.
    """
    start, stop = kicked.pool[0].parameters, SmallRemainder(_LEFT * some.total_weight / some.n_rows)
    (fit,) = climbing.fit_all(
        ground.model, [start], some.run, stop=stop, max_iterations=_MOST_STEPS, watch=ground.watch
    )
    if fit.outcome is em.Outcome.COLLAPSED:
        return kicked
    tally = kicked.tally._replace(n_iterations=kicked.tally.n_iterations + len(fit.trace))
    return Kicks((replace(kicked.pool[0], fit=fit), *kicked.pool), tally)
