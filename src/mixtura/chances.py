"""Which of many fits may still win, as things stand."""

from collections.abc import Collection, Iterable
from math import inf, isfinite, isnan

from mixtura.trials import Candidate, Setting, may_gain

# A fit may win by a search if it is so near to the best, by more than a search gains over most sketches, or by as much
# as one has gained in this selection.
NEAR = 3.0
ALWAYS = 2  # the best and the runner-up are searched


def contenders(candidates: Iterable[Candidate], criterion: str) -> list[Setting]:
    """The sketches that are worth a search, as things stand, the best first.

    One that is a spike tells nothing of what else may be found: the number below, where it is near, speaks for it.
    """
    known = {candidate.setting: candidate for candidate in candidates}
    values = {setting: value_of(candidate, criterion) for setting, candidate in known.items()}
    ranked = sorted(values, key=values.__getitem__)
    if not ranked or values[ranked[0]] == inf:  # nothing is sound: a search may find something
        return [setting for setting in ranked if not known[setting].is_searched]
    gained = max(gain_of(candidate, criterion) for candidate in known.values())
    bound = values[ranked[0]] + max(NEAR, gained)
    near = [s for place, s in enumerate(ranked) if values[s] <= bound or (place < ALWAYS and values[s] < inf)]
    beside = {setting._replace(n_components=setting.n_components + 1) for setting in near}
    near += [setting for setting in ranked if values[setting] == inf and setting in beside]
    return [setting for setting in near if not known[setting].is_searched]


def is_over(candidates: Collection[Candidate], criterion: str, n_numbers: int) -> bool:
    """Whether no search is left that may change who wins, in a table of so many numbers."""
    return not contenders(candidates, criterion) and not may_gain(best_of(candidates, criterion), n_numbers)


def best_of(candidates: Collection[Candidate], criterion: str) -> Candidate:
    """The best as things stand."""
    return min(candidates, key=lambda candidate: value_of(candidate, criterion))


def value_of(candidate: Candidate, criterion: str) -> float:
    """The criterion; infinite for what is not eligible."""
    own = candidate.criteria.get(criterion, inf)
    return inf if candidate.remark or isnan(own) else own


def gain_of(candidate: Candidate, criterion: str) -> float:
    """What the search brought that went on from a sketch."""
    if not candidate.sketched:
        return 0.0
    brought = candidate.sketched.get(criterion, inf) - value_of(candidate, criterion)
    return brought if isfinite(brought) else 0.0
