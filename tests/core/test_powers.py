"""Powers of columns are found by the likelihood of mixtures, one column at a time."""

import numpy as np
import pytest
from scipy import stats
from sklearn.mixture import GaussianMixture as TheirMixture

from mixtura.emissions.transforms import transform
from mixtura.powers import settled
from mixtura.sources.column import Column


def found(values, kind="box-cox", n_components=1, weights=None):
    """The power and the unit."""
    (column,) = settled([Column("x", "number", transform=kind)], np.asarray(values)[:, None], weights, [n_components])
    name, _, numbers = column.transform.partition("(")
    assert name == kind
    power, unit = map(float, numbers[:-1].split(","))
    return power, unit


@pytest.mark.parametrize("seed", range(2))
def test_of_one_component_it_is_the_power_of_box_and_cox(seed):
    values = stats.gamma(2.0 + seed).rvs(500, random_state=seed)
    power, unit = found(values)
    assert power == pytest.approx(stats.boxcox_normmax(values, method="mle"), abs=0.01)
    assert unit == pytest.approx(stats.gmean(values), rel=0.01)


def test_of_one_component_it_is_the_power_of_yeo_and_johnson():
    values = stats.gamma(2.0).rvs(500, random_state=0) - 1.5
    power, unit = found(values, "yeo-johnson")
    assert power == pytest.approx(stats.yeojohnson_normmax(values / unit), abs=0.01)


def groups(power, n_rows=60):
    """Two groups that are Gaussian once their power is taken."""
    rng = np.random.default_rng(3)
    seen = np.concatenate([rng.normal(4, 0.7, n_rows), rng.normal(9, 0.7, n_rows)])
    return (power * seen + 1) ** (1 / power)


def test_groups_have_a_say():
    """Where scikit-learn's mixtures of the column are most likely, and near the truth, by the likelihood."""
    power = 0.5
    values = groups(power, 300)
    own, unit = found(values, n_components=2)

    def theirs(wanted):
        how = transform(f"box-cox({wanted}, {unit})")
        seen = how.apply(values)[:, None]
        fit = TheirMixture(2, n_init=2, tol=1e-6, max_iter=300, random_state=0).fit(seen)
        return 600 * fit.score(seen) + how.log_slope(values).sum()

    assert theirs(own) > max(theirs(own - 0.05), theirs(own + 0.05), theirs(stats.boxcox_normmax(values, method="mle")))
    assert theirs(own) < theirs(power) + stats.chi2(1).ppf(0.99) / 2


@pytest.mark.parametrize(("kind", "times"), [("box-cox", 1e-30), ("yeo-johnson", 1e8)])
def test_other_units_of_the_column_change_the_unit_only(kind, times):
    values = groups(0.5)
    power, unit = found(values, kind, 2)
    again, other = found(times * values, kind, 2)
    assert again == pytest.approx(power, abs=0.005)
    assert other == pytest.approx(times * unit, rel=0.01)


def test_weights_are_repeated_rows():
    rng = np.random.default_rng(0)
    values, weights = rng.lognormal(0, 0.5, 200) + 0.3, rng.integers(0, 4, 200).astype(float)
    assert found(values, weights=weights) == found(np.repeat(values, weights.astype(int)))


def test_holes_and_constants_are_no_trouble():
    values = stats.gamma(3.0).rvs(300, random_state=0)
    holed = np.where(np.arange(600) % 2, np.repeat(values, 2), np.nan)
    assert found(holed) == found(values)
    assert found(np.full(9, 4.0)) == (1.0, 4.0)
    assert found(np.zeros(9), "yeo-johnson") == (1.0, 1.0)


def test_columns_that_have_their_transform_stay_as_they_are():
    columns = [Column("a", "number"), Column("b", "number", transform="log"), Column("c", "category", ("x", "y"))]
    assert settled(columns, np.ones((4, 3)), None, [2]) == tuple(columns)
