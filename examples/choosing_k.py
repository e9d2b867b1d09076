"""How many groups? What the criteria answer, how many rows they need to be right, and what a wrong shape does.

The people fall into four groups by construction, so we can count how often each criterion says so. BIC and ICL need a
hundred rows or two, and are right from then on. AIC asks for more groups than there are, however many the rows. And so
does BIC where all groups must have one shape, which these nearly have: the more rows, the more groups it takes to make
up for that. So let mixtura choose the shape as well.

python examples/choosing_k.py [PICTURE]
"""

import sys

from matplotlib.figure import Figure

from mixtura import datasets, select
from mixtura.plots import SelectionDisplay

SIZES, DRAWS = (50, 100, 200, 400, 800), 10
LOOKS = {
    ("BIC", "full"): {"color": "#0072b2", "marker": "o", "linestyle": "-"},
    ("ICL", "full"): {"color": "#0072b2", "marker": "o", "linestyle": ":", "fillstyle": "none", "markersize": 10},
    ("AIC", "full"): {"color": "#0072b2", "marker": "s", "linestyle": "-.", "fillstyle": "none"},
    ("BIC", "tied"): {"color": "#d55e00", "marker": "^", "linestyle": "--"},
}


def chosen(n_rows, seed):
    """The number of groups that each criterion prefers among the fits of each shape."""
    rows = datasets.make_people(n_rows, seed=seed).data
    fits = select(rows, n_components=range(1, 8), covariances=["full", "tied"]).candidates
    numbers = {}
    for name, shape in LOOKS:
        sound = [fit for fit in fits if fit.setting.covariance == shape and not fit.remark]
        numbers[name, shape] = min(sound, key=lambda fit: fit.criteria[name.lower()]).setting.n_components
    return numbers


right = {label: [] for label in LOOKS}
for n_rows in SIZES:
    answers = [chosen(n_rows, seed) for seed in range(DRAWS)]
    for label, shares in right.items():
        shares.append(sum(answer[label] == 4 for answer in answers) / DRAWS)
    print(f"{n_rows} rows, right in: " + ", ".join(f"{' '.join(label)} {right[label][-1]:.0%}" for label in LOOKS))

figure = Figure(figsize=(11, 4), layout="constrained")
left, beside = figure.subplots(1, 2)
SelectionDisplay.from_selection(select(datasets.load("people").data), ax=left)
for label, look in LOOKS.items():
    beside.plot(SIZES, right[label], label=" ".join(label), clip_on=False, **look)
beside.set(xscale="log", xlabel="rows", ylabel="share of draws in which four are chosen", ylim=(0, 1))
beside.set_xticks(SIZES, map(str, SIZES))
beside.minorticks_off()
beside.spines[["top", "right"]].set_visible(False)
beside.legend(frameon=False, loc="upper left", bbox_to_anchor=(1, 1))
figure.savefig(sys.argv[1] if len(sys.argv) > 1 else "choosing_k.png", dpi=90)
