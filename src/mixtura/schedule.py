"""Which fits of a selection are made, when, one by one or side by side, and which are worth a whole search."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from functools import partial
from itertools import chain, islice
from math import inf
from threading import Event
from typing import Any, NamedTuple

from mixtura import race
from mixtura.chances import ALWAYS, best_of, contenders, gain_of, is_over, value_of
from mixtura.covariance import MODELS
from mixtura.criteria import CRITERIA
from mixtura.emissions.noise import noise_of
from mixtura.folds import Fold
from mixtura.options import Options
from mixtura.replay import Each, Replay
from mixtura.runners.local import Local
from mixtura.scaling import Scaling, seen_mass
from mixtura.sketches import Easel, easel, is_sketch, leaders
from mixtura.sources.array import ArraySource
from mixtura.sources.demands import require_numbers
from mixtura.trials import Candidate, Job, Setting, Workshop, may_gain, stream

# Rows from which fits run side by side: below, Python's own work fills a step and threads wait for each other. From so
# many blocks on, each fit spreads its blocks over the threads instead.
_ENOUGH_ROWS, _MANY_BLOCKS = 4096, 8
ADOPTED = 15.0  # what is so near to the best is sketched again from what is beside it
TRIED = 15.0  # what is so near then is tried by kicks
_SURPRISE = 2.0  # times what kicks have gained for some, they may gain for others
MOVED = 0.5  # gained by a search that led elsewhere
_AGAIN = 1  # the number of the winner's second search
_AT_ONCE = 4  # searches that do not wait for what the others gain, where they may run side by side


class Order(NamedTuple):
    """What is asked for."""

    settings: Sequence[Setting]
    criterion: str
    seed: int
    known: Mapping[Setting, Candidate]  # what need not be made again
    replay: Replay


def fit_all(
    jobs: Sequence[Job], source: ArraySource, scaling: Scaling, options: Options, folds: Sequence[Fold] = (),
    closing: Event | None = None,
) -> Iterator[Candidate]:  # fmt: skip
    """Every fit, in the order of the jobs; an interrupt, or `closing` once it is set, ends them with what there is.

    With folds, each is made again without the rows of every one of them.
    """
    workshop = _open([setting for setting, _ in jobs], source, scaling, options, folds, closing or Event())
    return _search_all(workshop, jobs, Replay())


def fulfil(
    order: Order, source: ArraySource, scaling: Scaling, options: Options, folds: Sequence[Fold], closing: Event
) -> Iterator[Candidate]:
    """What `fit_all` makes; where hopeless fits are pruned, sketches of all first, then the fits that are worth it."""
    workshop = _open(order.settings, source, scaling, options, folds, closing)
    if is_pruned(order.settings, order.criterion, options):
        return _search_the_best(workshop, order)
    known = {setting: candidate for setting, candidate in order.known.items() if candidate.is_searched}
    jobs = [(setting, stream(order.seed, setting)) for setting in order.settings if setting not in known]
    return _take_turns(order.settings, known, _search_all(workshop, jobs, order.replay))


def is_pruned(settings: Sequence[Setting], criterion: str, options: Options) -> bool:
    """Whether some fits may be left at a sketch: not if all would be searched, or runs from starts are wanted."""
    is_raced = options.n_init is None and options.max_iterations >= race.SECOND_STEPS
    return options.prune and is_raced and len(settings) > ALWAYS and CRITERIA[criterion].is_deviance


def _open(
    settings: Sequence[Setting], source: ArraySource, scaling: Scaling, options: Options, folds: Sequence[Fold],
    closing: Event,
) -> Workshop:  # fmt: skip
    runner = Local(options.n_threads if _has_many_blocks(source) else 1)
    if options.prior is not None or options.outliers != "none":
        require_numbers(options.columns, "A prior" if options.outliers == "none" else "Noise")
    noise = options.among.noise_in(scaling) or noise_of(options.outliers, source.blocks, scaling.scale)
    shift = scaling.shift(runner(source, seen_mass))
    workshop = Workshop(source, scaling, options, runner, closing, folds, {}, noise, shift)
    workshop.look_at_one_component({MODELS[setting.covariance].kind: setting for setting in settings})
    return workshop


def _has_many_blocks(source: ArraySource) -> bool:
    return len(list(islice(source.blocks(), _MANY_BLOCKS))) == _MANY_BLOCKS


def _search_all(workshop: Workshop, jobs: Sequence[Job], replay: Replay) -> Iterator[Candidate]:
    with _hands(workshop, replay) as each:
        yield from each(workshop.fit, jobs)


def _search_the_best(workshop: Workshop, order: Order) -> Iterator[Candidate]:
    """Sketches first; then searches while some sketch may still win by one."""
    n_numbers = workshop.source.points.size
    if order.known.keys() >= set(order.settings) and is_over(order.known.values(), order.criterion, n_numbers):
        yield from (order.known[setting] for setting in order.settings)
        return
    searched = {setting: candidate for setting, candidate in order.known.items() if candidate.is_searched}
    done: dict[Setting, Candidate] = {}
    with _hands(workshop, order.replay) as each:
        desk = easel(workshop, order.settings[0], order.seed, order.criterion)
        adopted = _adoptions(desk, _tasks(done, order), done, each)
        for candidate in chain(_sketches(desk, order, each), adopted, _probes(desk, done, each)):
            done[candidate.setting] = candidate
            yield searched.get(candidate.setting, candidate)
        done |= {setting: candidate for setting, candidate in searched.items() if setting in done}
        for candidate in _searches(desk, order, done, each):
            done[candidate.setting] = candidate
            yield candidate


def _sketches(desk: Easel, order: Order, each: Each) -> Iterator[Candidate]:
    """Walks over all numbers for some covariance models, whom the others follow, unless these are known as sketched."""
    groups = {name: [s for s in order.settings if s.covariance == name] for _, name in order.settings}
    first = leaders(list(groups))
    walks = dict(zip(first, each(desk.walk, [groups[name] for name in first]), strict=False))
    as_sketched = {setting for setting, candidate in order.known.items() if is_sketch(candidate)}
    others = [group for name, group in groups.items() if name not in walks and not as_sketched >= set(group)]
    followed = each(partial(desk.follow, list(walks.values())), [] if desk.is_closed else others)
    for name, group in groups.items():
        if name in walks:
            yield from walks[name].candidates
        else:
            yield from next(followed, []) if group in others else [order.known[setting] for setting in group]


_Task = tuple[Candidate, list[Candidate]]


def _tasks(done: Mapping[Setting, Candidate], order: Order) -> Iterator[_Task]:
    """What comes near the best, and what is beside it: the best of its number, and its own model's one number away."""
    values = {setting: value_of(candidate, order.criterion) for setting, candidate in done.items()}
    ranked = sorted(values, key=values.__getitem__)
    walked = leaders(list(dict.fromkeys(covariance for _, covariance in order.settings)))
    for setting in ranked:
        if not done[setting].is_searched and values[setting] <= values[ranked[0]] + ADOPTED:
            K, covariance = setting
            beside = [s for s in ranked if s.n_components == K and s != setting][:1]
            if covariance not in walked:  # which has come from both sides
                beside += [Setting(K - 1, covariance), Setting(K + 1, covariance)]
            yield done[setting], [done[s] for s in beside if s in done]


def _tasks_of(winner: Candidate, done: Mapping[Setting, Candidate], criterion: str) -> Iterator[_Task]:
    """What is beside the winner, with as many components if it comes near, or one more or less; and this.

    Where its search gained nothing, what comes near has begun from it before.
    """
    K, covariance = winner.setting
    near, has_moved = value_of(winner, criterion) + ADOPTED, gain_of(winner, criterion) > MOVED
    for setting, candidate in done.items():
        is_next = setting.covariance == covariance and abs(setting.n_components - K) == 1
        is_near = value_of(candidate, criterion) <= near
        is_beside = (is_near and setting.n_components == K) or is_next if has_moved else is_next and not is_near
        if not candidate.is_searched and is_beside:
            yield candidate, [winner]


def _adoptions(
    desk: Easel, tasks: Iterable[_Task], done: Mapping[Setting, Candidate], each: Each
) -> Iterator[Candidate]:
    """Sketches that are better for what others found."""
    for candidate in each(lambda task: desk.adopt(*task), list(tasks)):
        if value_of(candidate, desk.criterion) < value_of(done[candidate.setting], desk.criterion):
            yield candidate


def _probes(desk: Easel, done: Mapping[Setting, Candidate], each: Each) -> Iterator[Candidate]:
    """Kicks for what comes near the best, then for all that is no farther off than twice what kicks have gained so far.

    How good first looks at a table are, only the table can tell. The best two are searched in any case.
    """
    asked, gained, bound = set[Setting](), 0.0, TRIED
    while not desk.is_closed:
        values = {setting: value_of(candidate, desk.criterion) for setting, candidate in done.items()}
        near = [s for s in sorted(values, key=values.__getitem__) if values[s] <= min(values.values()) + bound]
        chosen = [s for s in near[ALWAYS:] if s not in asked and values[s] < inf and not done[s].is_searched]
        if not chosen:
            return
        asked.update(chosen)
        for found in each(desk.probe, [done[setting] for setting in chosen]):
            gain = values[found.setting] - value_of(found, desk.criterion)
            if gain > 0:
                gained = max(gained, gain)
                yield found
        bound = max(TRIED, _SURPRISE * gained)


def _searches(desk: Easel, order: Order, done: Mapping[Setting, Candidate], each: Each) -> Iterator[Candidate]:
    """Of what may win, as long as something may; what its neighbours make of the winner may, too."""
    workshop, again, asked = desk.workshop, set[Setting](), set[Setting]()
    at_once = _AT_ONCE if workshop.source.n_rows >= _ENOUGH_ROWS else 1
    while not desk.is_closed:
        chosen = contenders(done.values(), order.criterion)[:at_once]
        winner = best_of(done.values(), order.criterion)
        if chosen:
            tasks = [((setting, stream(order.seed, setting)), done[setting]) for setting in chosen]
            yield from each(lambda task: workshop.fit(*task), tasks)
        elif winner.setting not in again and may_gain(winner, workshop.source.points.size):
            again.add(winner.setting)
            job = winner.setting, stream(order.seed, winner.setting, _AGAIN)
            yield from each(lambda task: workshop.fit(*task), [(job, winner)])
        elif winner.setting not in asked:
            asked.add(winner.setting)
            yield from _adoptions(desk, _tasks_of(winner, done, order.criterion), done, each)
        else:
            return


def _take_turns(
    settings: Sequence[Setting], known: Mapping[Setting, Candidate], new: Iterator[Candidate]
) -> Iterator[Candidate]:
    """Every fit in its place; where new ones end early, those that are known all the same."""
    for setting in settings:
        candidate = known.get(setting) or next(new, None)
        if candidate is not None:
            yield candidate


# --- whose hands do it -----------------------------------------------------------------------------------------------


@contextmanager
def _hands(workshop: Workshop, replay: Replay) -> Iterator[Each]:
    """What does one thing to each of several, in order, until the workshop closes."""
    n_threads, closing = workshop.options.n_threads, workshop.closing
    if n_threads == 1 or workshop.runner.n_threads > 1 or workshop.source.n_rows < _ENOUGH_ROWS:
        yield replay.through(partial(_one_by_one, closing), closing)
        return
    with ThreadPoolExecutor(n_threads) as pool:
        try:
            yield replay.through(partial(_side_by_side, closing, pool), closing)
        finally:
            closing.set()
            pool.shutdown(wait=False, cancel_futures=True)


def _one_by_one(closing: Event, function: Callable[[Any], Any], tasks: Sequence[Any]) -> Iterator[Any]:
    for made in map(function, tasks):
        yield made
        if closing.is_set():
            return


def _side_by_side(
    closing: Event, pool: ThreadPoolExecutor, function: Callable[[Any], Any], tasks: Sequence[Any]
) -> Iterator[Any]:
    """In threads, given back in order; an interrupt ends those that run at their next step."""
    waiting = deque(pool.submit(function, task) for task in tasks)
    try:
        while waiting:
            waiting[0].result()
            yield waiting.popleft().result()
            if closing.is_set():
                raise KeyboardInterrupt
    except KeyboardInterrupt:
        closing.set()
        begun = [future for future in waiting if not future.cancel()]
        wait(begun)
        yield from (future.result() for future in begun if future.exception() is None)
