"""Groups in columns of different kinds: what other software finds, tables as they come, what cannot be used."""

from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import numpy as np
import pandas as pd
import polars as pl
import pytest

from mixtura import GaussianMixture, LatentClassMixture, MixedMixture, load, save


def people(n_rows=400, seed=0):
    """Two groups that differ in age (number), town (text), car (truth) and visits (count), and who is in which."""
    rng = np.random.default_rng(seed)
    group = (rng.uniform(size=n_rows) < 0.35).astype(int)
    frame = {
        "age": rng.normal(np.array([30.0, 48.0])[group], 8),
        "town": np.array(["Bonn", "Oslo", "Rom"])[(rng.uniform(size=n_rows) + 0.9 * group).astype(int) + group],
        "car": rng.uniform(size=n_rows) < np.array([0.3, 0.8])[group],
        "visits": rng.poisson(np.array([2.0, 7.0])[group]),
        "weight": rng.normal(70.0 + 4 * group, 10),
    }
    return pd.DataFrame(frame), group


FRAME, GROUP = people()


@cache
def fitted():
    return MixedMixture(2, counts=["visits"], random_state=0).fit(FRAME)


def test_groups_are_found_where_all_kinds_of_columns_tell():
    found = fitted()
    assert (found.predict(FRAME) == GROUP).mean() > 0.97
    assert found.kinds_ == {
        "age": "number", "town": "category", "car": "category", "visits": "count", "weight": "number",
    }  # fmt: skip
    np.testing.assert_allclose(found.rates_["visits"], [2, 7], rtol=0.1)
    np.testing.assert_allclose(found.means_, [[30, 70], [48, 74]], atol=2)
    np.testing.assert_allclose(found.item_probabilities_["car"], [[0.7, 0.3], [0.2, 0.8]], atol=0.08)
    assert found.n_parameters_ == 1 + 2 * (2 + 3) + 2 * (2 + 1) + 2


def test_stepmix_finds_the_same_groups():
    stepmix = pytest.importorskip("stepmix.stepmix")
    frame = FRAME.assign(town=FRAME.town.astype("category").cat.codes, car=FRAME.car.astype(int))[
        ["age", "weight", "town", "car"]
    ].astype(float)
    frame.loc[::9, "town"] = np.nan
    kinds = {"n": {"model": "gaussian_diag_nan", "n_columns": 2}, "c": {"model": "categorical_nan", "n_columns": 2}}
    options = {"n_init": 2, "max_iter": 3000, "abs_tol": 1e-11, "rel_tol": 0.0, "random_state": 0}
    theirs = stepmix.StepMix(2, measurement=kinds, verbose=0, progress_bar=0, **options).fit(frame)
    ours = MixedMixture(2, covariance_type="diag", categorical=["town", "car"], random_state=0, tol=1e-10).fit(frame)
    # StepMix adds 1e-6 to variances, and starts at random: it may only miss what we find
    assert ours.score(frame) * len(frame) > theirs.score(frame) * len(frame) - 1e-3
    assert ours.score(frame) == pytest.approx(theirs.score(frame), abs=1e-5)


def test_numbers_alone_are_a_gaussian_mixture():
    numbers = FRAME[["age", "weight"]]
    mixed = MixedMixture(2, random_state=0).fit(numbers)
    gaussian = GaussianMixture(2, random_state=0).fit(numbers)
    np.testing.assert_allclose(mixed.score_samples(numbers), gaussian.score_samples(numbers), rtol=1e-6)
    np.testing.assert_allclose(mixed.covariances_, gaussian.covariances_, rtol=1e-6)


def test_categories_alone_are_latent_classes():
    answers = FRAME[["town", "car"]]
    mixed = MixedMixture(1).fit(answers)
    classes = LatentClassMixture(1).fit(answers)
    np.testing.assert_allclose(mixed.score_samples(answers), classes.score_samples(answers))


def test_frames_of_other_libraries_give_the_same():
    found = fitted()
    again = MixedMixture(2, counts=[3], random_state=0).fit(pl.from_pandas(FRAME))
    np.testing.assert_array_equal(again.weights_, found.weights_)
    np.testing.assert_array_equal(again.predict(pl.from_pandas(FRAME)), found.predict(FRAME))


def test_numbers_among_objects_are_numbers():
    """As in the rows of a list; text and truth values are categories."""
    rows = [list(row) for row in FRAME[:100].itertuples(index=False)]
    rows[3][0] = None
    found = MixedMixture(2, counts=[3], random_state=0).fit(rows)
    assert list(found.kinds_.values()) == list(fitted().kinds_.values())
    np.testing.assert_array_equal(found.predict(np.array(rows, dtype=object)), found.predict(rows))


def test_missing_cells_of_every_kind_are_left_to_the_others():
    holed = FRAME.astype({"town": object, "car": object, "visits": float})
    rng = np.random.default_rng(1)
    for name in holed:
        holed.loc[rng.uniform(size=len(holed)) < 0.1, name] = None
    found = MixedMixture(2, categorical=["car"], counts=["visits"], random_state=0).fit(holed)
    assert (found.predict(holed) == GROUP).mean() > 0.93
    nothing = pd.DataFrame({name: [None] for name in holed}).astype({"age": float, "weight": float, "visits": float})
    np.testing.assert_allclose(found.predict_proba(nothing)[0], found.weights_)


def test_weights_are_repeated_rows():
    weights = np.random.default_rng(2).integers(0, 3, len(FRAME))
    weighted = MixedMixture(2, random_state=0).fit(FRAME, sample_weight=weights)
    repeated = MixedMixture(2, random_state=0).fit(FRAME.loc[np.repeat(FRAME.index, weights)])
    assert weighted.score(FRAME) == pytest.approx(repeated.score(FRAME), abs=1e-4)


def test_samples_are_rows_as_people_know_them():
    found = fitted()
    X, y = found.sample(500)
    drawn = pd.DataFrame(X, columns=list(FRAME)).astype({"age": float, "visits": int, "weight": float})
    assert set(drawn.town) == {"Bonn", "Oslo", "Rom"}
    assert (found.predict(drawn.assign(car=drawn.car == "true")) == y).mean() > 0.95


@pytest.mark.parametrize(
    ("changes", "options", "message"),
    [
        ({"visits": FRAME.age}, {"counts": ["visits"]}, "should hold counts, but row 1 holds"),
        ({"visits": -FRAME.visits - 1}, {"counts": ["visits"]}, "should hold counts, but row 1 holds"),
        ({"age": np.inf}, {}, "'age' is infinite in row 1"),
        ({"age": np.nan}, {}, "'age' has no value in any row"),
        ({"age": FRAME.age * 1e300}, {}, "too large for squared distances"),
        ({"born": pd.Timestamp("2000-01-01")}, {}, "neither numbers nor categories"),
        ({}, {"categorical": ["city"]}, "There is no column 'city'"),
        ({}, {"covariance_type": "round"}, "covariance_type"),
    ],
)
def test_what_cannot_be_used_is_said(changes, options, message):
    with pytest.raises(ValueError, match=message):
        MixedMixture(2, **options).fit(FRAME.assign(**changes))


def test_text_where_the_fit_saw_numbers_is_an_error():
    found = fitted()
    with pytest.raises(ValueError, match=r"'age' holds .* where numbers are needed"):
        found.predict(FRAME.assign(age="old"))


def test_positive_numbers_are_seen_by_their_logarithms():
    skewed = FRAME[["weight", "car"]].assign(income=np.exp(FRAME.age / 10))
    found = MixedMixture(2, transforms={"income": "log"}, random_state=0).fit(skewed)
    plain = MixedMixture(2, random_state=0).fit(skewed.assign(income=np.log(skewed.income)))
    shift = np.log(skewed.income).mean()
    assert found.score(skewed) == pytest.approx(plain.score(skewed.assign(income=np.log(skewed.income))) - shift)
    again = load_again(found)
    assert again.model == found.to_fitted().model


def load_again(found):
    path = Path(mkdtemp()) / "model.safetensors"
    save(found, path)
    return load(path)


@pytest.mark.parametrize(
    ("transforms", "message"),
    [
        ({"weight": "cube"}, "The transform 'cube' of column 'weight' is unknown"),
        ({"town": "log"}, "There is no column of numbers 'town'"),
        ({"weight": "logit"}, r"'weight' holds .* in row 1, which has no logit: it takes numbers above 0 and below 1"),
        ({"weight": "log"}, "'weight' holds 0 in row 1, which has no log"),
    ],
)
def test_what_cannot_be_transformed_is_said(transforms, message):
    frame = FRAME.assign(weight=np.where(FRAME.index == 0, 0.0 if "log" in transforms.values() else 70, FRAME.weight))
    with pytest.raises(ValueError, match=message):
        MixedMixture(2, transforms=transforms).fit(frame)


@cache
def callers():
    """Two groups whose counts vary more than Poisson's, and who is in which."""
    rng = np.random.default_rng(0)
    group = rng.uniform(size=1000) < 0.4
    rates, sizes = np.where(group, 12.0, 3.0), np.where(group, 4.0, 1.5)
    calls = rng.poisson(rng.gamma(2.0, np.where(group, 1.0, 8.0) / 2))
    return pd.DataFrame({"visits": rng.poisson(rng.gamma(sizes, rates / sizes)), "calls": calls}), group


def counted(family, n_components, table):
    return MixedMixture(n_components, counts=list(table), count_family=family, random_state=0).fit(table)


def test_counts_that_vary_more_are_found_by_their_own_law():
    table, group = callers()
    found = counted("negative_binomial", 2, table)
    assert (found.predict(table) == group).mean() > 0.9
    np.testing.assert_allclose(found.rates_["visits"], [3, 12], rtol=0.15)
    np.testing.assert_allclose(found.count_sizes_["visits"], [1.5, 4], rtol=0.3)
    assert found.n_parameters_ == 1 + 2 * 2 * 2
    np.testing.assert_array_equal(load_again(found).parameters.emission.sizes.T, list(found.count_sizes_.values()))


def test_bic_tells_which_law_counts_have():
    wide, _ = callers()
    assert counted("negative_binomial", 2, wide).bic(wide) < counted("poisson", 3, wide).bic(wide)
    narrow = FRAME[["visits"]]
    assert counted("negative_binomial", 2, narrow).bic(narrow) > counted("poisson", 2, narrow).bic(narrow)
    assert counted("poisson", 2, narrow).count_sizes_ == {}
