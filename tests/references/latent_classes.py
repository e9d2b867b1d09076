"""Latent classes by StepMix (Morin et al. 2023), on answers of 2 to 4 levels of which one in ten is missing.

Run with StepMix 3.0.0 installed: python tests/references/latent_classes.py > tests/references/latent_classes.json
"""

import json
from importlib.metadata import version

import numpy as np
from stepmix.stepmix import StepMix

LEVELS = (2, 3, 2, 4, 3, 2)


def answers(rng):
    """400 rows of three classes; NaN where there is no answer."""
    classes = rng.choice(3, 400, p=[0.5, 0.3, 0.2])
    columns = []
    for n_levels in LEVELS:
        below = rng.dirichlet(np.full(n_levels, 0.6), size=3).cumsum(1)
        columns.append((rng.uniform(size=(400, 1)) > below[classes, :-1]).sum(1))
    table = np.stack(columns, axis=1).astype(float)
    table[rng.uniform(size=table.shape) < 0.1] = np.nan
    return table


def fit(table, n_components):
    options = {"n_init": 60, "max_iter": 20_000, "abs_tol": 1e-13, "rel_tol": 0.0, "random_state": 0}
    found = StepMix(n_components, measurement="categorical_nan", verbose=0, progress_bar=0, **options).fit(table)
    order = np.argsort(-found.weights_)
    return {
        "log_likelihood": found.score(table) * len(table),
        "weights": found.weights_[order].tolist(),
        "probabilities": found.get_parameters()["measurement"]["pis"][order].tolist(),
    }


table = answers(np.random.default_rng(7))
cells = [[None if np.isnan(cell) else int(cell) for cell in row] for row in table]
fits = {str(k): fit(table, k) for k in (1, 2, 3)}
print(json.dumps({"versions": {"stepmix": version("stepmix")}, "table": cells, "fits": fits}))  # noqa: T201
