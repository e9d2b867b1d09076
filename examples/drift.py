"""Drift: forty days of rows, of which one group begins to move after twenty days.

Every day is tested against the last ten days before anything is learnt from it; a mixture that forgets goes on with
each day, and so follows the group. One alarm in twenty quiet days is to be expected at the level of 5 %.

python examples/drift.py [PICTURE]
"""

import sys

import numpy as np
from matplotlib.figure import Figure

from mixtura import GaussianMixture, Schedule, drift_test

DAYS, QUIET, WINDOW, LEVEL = 40, 20, 10, 0.05
rng = np.random.default_rng(4)


def rows(day: int) -> np.ndarray:
    moved = max(0, day - QUIET) / 10
    centres = np.array([[0.0, 0.0], [5.0, 3.0 + moved]])
    return centres[rng.integers(0, 2, 200)] + rng.standard_normal((200, 2))


days = [rows(day) for day in range(DAYS)]
mixture = GaussianMixture(2, random_state=0, schedule=Schedule(window=600), order="means").fit(
    np.concatenate(days[:WINDOW])
)
p_values, heights = [], []
for day in range(WINDOW, DAYS):
    before = np.concatenate(days[day - WINDOW : day])
    p_values.append(drift_test(mixture, before, days[day]).p_value)
    heights.append(mixture.partial_fit(days[day]).means_[1, 1])

alarms = [day for day, p_value in enumerate(p_values, start=WINDOW) if p_value <= LEVEL]
print(
    f"alarms in quiet days: {[day for day in alarms if day <= QUIET]}, later: {[day for day in alarms if day > QUIET]}"
)
print(f"the group ends at {3 + (DAYS - 1 - QUIET) / 10:.1f}, the mixture says {heights[-1]:.1f}")

figure = Figure(figsize=(7.5, 5), layout="constrained")
above, below = figure.subplots(2, 1, sharex=True)
shown = range(WINDOW, DAYS)
above.semilogy(shown, p_values, "o-", color="#0072B2")
above.axhline(LEVEL, color="0.4", linestyle="dashed")
above.set(ylabel="p-value of the day")
below.plot(shown, heights, color="#D55E00", label="mixture")
below.plot(shown, [3 + max(0, day - QUIET) / 10 for day in shown], color="0.4", linestyle="dashed", label="truth")
below.set(xlabel="day", ylabel="mean of the group")
below.legend(frameon=False)
for axes in (above, below):
    axes.spines[["top", "right"]].set_visible(False)
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "drift.png", dpi=90)
