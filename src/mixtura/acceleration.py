"""When to stop. A rule looks at one step of the loop and says whether the next ones are worth taking."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mixtura.em import Step, Stop

HOPE = 80.0  # steps that gain as much as the last: more are hardly ever still to come
_UNTOLD = 0.005  # nats for each free parameter, which no table can tell
NEAR = 1.0  # nats: who is no farther from where it should rise to is left to come to rest


@dataclass(frozen=True)
class SmallGain:
    """Stop when the objective changes by less than `tolerance` nats in total: scikit-learn's rule, times the rows."""

    tolerance: float

    def __call__(self, step: Step) -> bool:
        return len(step.trace) > 1 and abs(step.trace[-1] - step.trace[-2]) < self.tolerance


@dataclass(frozen=True)
class SmallRemainder:
    """Stop when all steps to come together promise less than `tolerance` nats, twice in succession.

    Gains of EM shrink by a factor rho a step in the end, so what is left is about gain * rho / (1 - rho) (Aitken's
    extrapolation; Böhning et al. 1994). Small steps alone do not stop a fit that crawls: there rho is near or above 1.
    A fit is given up, too, that would take more than `hope` steps like the last one to rise to `aim`. One to many rows
    may leave `per_parameter` nats for each of its free parameters, if that is more.
    """

    tolerance: float
    aim: float = float("-inf")
    hope: float = HOPE
    per_parameter: float = 0.0

    def __call__(self, step: Step) -> bool:
        if self.is_hopeless(step.trace):
            return True
        if len(step.trace) < 4:
            return False
        a, b, c, d = step.trace[-4:]
        return self._is_small(b - a, c - b) and self._is_small(c - b, d - c)

    def among(self, n_free: int) -> "SmallRemainder":
        """The rule for a fit to many rows."""
        return replace(self, tolerance=max(self.tolerance, self.per_parameter * n_free))

    def is_hopeless(self, trace: Sequence[float]) -> bool:
        """Whether a fit is given up."""
        return len(trace) > 2 and self.aim - trace[-1] > max(NEAR, self.hope * (trace[-1] - trace[-2]))

    def _is_small(self, before: float, now: float) -> bool:
        if abs(now) < self.tolerance * 1e-6:  # rounding noise has no ratio
            return True
        if min(before, now) <= 0:  # a fall: the noise of single precision, or a ridge that trades likelihood for width
            return bool(max(abs(before), abs(now)) < self.tolerance)
        return 0 < now < before and max(now, now * now / (before - now)) < self.tolerance


@dataclass(frozen=True)
class Resumed:
    """A rule for a fit that goes on from the objectives of an earlier one."""

    rule: Stop
    earlier: tuple[float, ...]

    def __call__(self, step: Step) -> bool:
        return self.rule(step._replace(trace=[*self.earlier, *step.trace]))


@dataclass(frozen=True)
class SmallShift:
    """Stop when the squared length of all the moves of the centres is at most `tolerance`: k-means' rule."""

    tolerance: float

    def __call__(self, step: Step) -> bool:
        return bool(((step.after - step.before) ** 2).sum() <= self.tolerance)


def default_rule(total_weight: float) -> SmallRemainder:
    """The rule of a fit that nobody gave a tolerance.

    Chance lifts the optimum by half a nat for each free parameter; a hundredth of that may be left where rows are many.
    """
    return SmallRemainder(default_tolerance(total_weight), per_parameter=_UNTOLD)


def default_tolerance(total_weight: float) -> float:
    """A thousandth of a nat in total for small data, a millionth of a nat per row from a thousand rows on."""
    return 1e-3 * max(1.0, total_weight / 1e3)
