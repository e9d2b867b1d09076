"""How the starts of a fit climbed, from the record that the fit keeps."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mixtura.em import Outcome

SAME_OPTIMUM = 0.1  # nats; starts that end nearer than this found the same


class Course(NamedTuple):
    """The log-likelihoods (nats) of one start after so many iterations, from `first` on.

    What goes on from the best of the others, as the last round of a race does, comes after the longest of them.
    `is_through` tells whether it went as far as any.
    """

    kind: str
    first: int
    log_likelihoods: tuple[float, ...]
    outcome: Outcome
    is_through: bool


def courses(history: Mapping[str, Any]) -> list[Course]:
    """Of every start that saw all the rows, how it climbed; none where a fit keeps no record of that."""
    pairs = zip(history.get("starts") or (), history.get("climbs") or (), strict=False)
    told = [(start, tuple(climb)) for start, climb in pairs if climb]
    furthest = max((start["n_rounds"] for start, _ in told), default=0)
    longest = max((len(climb) for start, climb in told if not _goes_on(start, climb)), default=0)
    return [
        Course(
            start["kind"],
            longest if _goes_on(start, climb) else 0,
            climb,
            Outcome.__members__.get(start["outcome"].upper(), Outcome.EXHAUSTED),
            start["n_rounds"] == furthest,
        )
        for start, climb in told
    ]


def highest(climbs: Sequence[Any]) -> float:
    """Where the best of some climbs ended, collapsed ones left out where there are others."""
    sound = [climb for climb in climbs if climb.outcome is not Outcome.COLLAPSED] or climbs
    return max(climb.log_likelihoods[-1] for climb in sound)


def _goes_on(start: Mapping[str, Any], climb: tuple[float, ...]) -> bool:
    return bool(start["n_iterations"] > len(climb))
