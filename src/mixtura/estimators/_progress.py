"""What `verbose` shows: iterations on standard output, in scikit-learn's words, and the fits of a choice."""

import sys
from dataclasses import dataclass, field
from time import perf_counter

from mixtura.criteria import label, write
from mixtura.em import Outcome, Step
from mixtura.trials import Candidate


@dataclass
class Progress:
    """A callback that prints every `interval`-th iteration; with `verbose` above 1 its time and gain too."""

    verbose: int
    interval: int
    total_weight: float
    n_runs: int = 0
    clock: float = field(default_factory=perf_counter)

    def __call__(self, step: Step) -> None:
        n_iterations = len(step.trace)
        if n_iterations == 1:
            _say(f"Initialization {self.n_runs}")
            self.n_runs += 1
        if n_iterations % self.interval == 0:
            _say(f"  Iteration {n_iterations}{self._details(step) if self.verbose > 1 else ''}")

    def finish(self, outcome: Outcome) -> None:
        """Say how the best run ended."""
        _say(f"Initialization {'converged' if outcome is Outcome.CONVERGED else 'did not converge'}.")

    def _details(self, step: Step) -> str:
        now = perf_counter()
        lapse, self.clock = now - self.clock, now
        gain = (step.trace[-1] - step.trace[-2]) / self.total_weight if len(step.trace) > 1 else float("inf")
        return f"\t time lapse {lapse:.5f}s\t ll change {gain:.5f}"


def tell_fit(candidate: Candidate, criterion: str) -> None:
    """Say what came of one of several fits; of a first look, that it is one."""
    number, covariance = candidate.setting
    value = write(criterion, candidate.criteria.get(criterion))
    kind = "" if candidate.is_searched else ", at a first look"
    _say(f"{number} {'component' if number == 1 else 'components'}, {covariance}: {label(criterion)} {value}{kind}")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
