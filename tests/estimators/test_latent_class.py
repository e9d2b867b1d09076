"""Latent class analysis: the answers of other software, and tables as they come."""

import json
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone

from mixtura import LatentClassMixture

REFERENCE = json.loads((Path(__file__).parents[1] / "references" / "latent_classes.json").read_text())
TABLE = np.array(REFERENCE["table"], dtype=float)  # null is NaN

# Three readers of 1692 chest films (Dayton 1998, table 3.2), with the answer of LEM (Vermunt 1997) to it, as published
# by UCLA's statistical consulting group.
FILMS = np.array(list(product([1, 2], repeat=3)))
N_FILMS = np.array([1513, 23, 59, 12, 21, 19, 11, 34], dtype=float)

# Role conflict (Stouffer & Toby 1951), with the statistics of its two classes (Goodman 1974) as R's poLCA gives them.
CONFLICTS = np.array(list(product([1, 2], repeat=4)))
N_CONFLICTS = np.array([42, 23, 6, 25, 6, 24, 7, 38, 1, 4, 1, 6, 2, 9, 2, 20], dtype=float)


@pytest.mark.parametrize("n_components", [1, 2, 3])
def test_stepmix_finds_the_same_classes(n_components):
    theirs = REFERENCE["fits"][str(n_components)]
    ours = LatentClassMixture(n_components, random_state=0).fit(TABLE)
    assert ours.log_likelihood_ > theirs["log_likelihood"] - 1e-6
    assert ours.log_likelihood_ == pytest.approx(theirs["log_likelihood"], abs=1e-6)
    np.testing.assert_allclose(ours.weights_, theirs["weights"], atol=1e-4)


def test_lem_finds_the_same_classes():
    ours = LatentClassMixture(2, random_state=0).fit(FILMS, sample_weight=N_FILMS)
    assert ours.log_likelihood_ == pytest.approx(-891.14280, abs=1e-5)
    np.testing.assert_allclose(ours.weights_, [0.9455, 0.0545], atol=3e-4)
    first = np.array([probabilities[:, 0] for probabilities in ours.item_probabilities_])
    np.testing.assert_allclose(
        first, [[0.9900, 0.2510], [0.9646, 0.3566], [0.9891, 0.2350]], atol=3e-4
    )  # it stopped early
    assert (ours.df_, ours.n_parameters_) == (0, 7)
    assert ours.x_squared_ == pytest.approx(0, abs=1e-4)


def test_polca_finds_the_same_fit():
    ours = LatentClassMixture(2, random_state=0).fit(CONFLICTS, sample_weight=N_CONFLICTS)
    assert ours.log_likelihood_ == pytest.approx(-504.4677, abs=5e-5)
    assert ours.g_squared_ == pytest.approx(2.719922, abs=1e-4)
    assert ours.x_squared_ == pytest.approx(2.719764, abs=1e-4)
    assert ours.df_ == 6
    assert ours.bic(CONFLICTS, N_CONFLICTS) == pytest.approx(1057.313, abs=5e-4)


def test_stepmix_live():
    stepmix = pytest.importorskip("stepmix.stepmix")
    options = {"n_init": 5, "max_iter": 5000, "abs_tol": 1e-12, "rel_tol": 0.0, "random_state": 1}
    theirs = stepmix.StepMix(2, measurement="categorical_nan", verbose=0, progress_bar=0, **options).fit(TABLE)
    ours = LatentClassMixture(2, random_state=1).fit(TABLE)
    assert ours.log_likelihood_ > theirs.score(TABLE) * len(TABLE) - 1e-6


def test_rows_and_weights_say_the_same():
    weighted = LatentClassMixture(2, random_state=0).fit(CONFLICTS, sample_weight=N_CONFLICTS)
    repeated = LatentClassMixture(2, random_state=0).fit(np.repeat(CONFLICTS, N_CONFLICTS.astype(int), axis=0))
    assert repeated.log_likelihood_ == pytest.approx(weighted.log_likelihood_, abs=1e-9)
    np.testing.assert_allclose(repeated.weights_, weighted.weights_, atol=1e-6)


def _frames():
    text = np.array(["often", "never", "rarely", "daily"], dtype=object)
    cells = {f"q{d}": [None if np.isnan(cell) else text[int(cell)] for cell in TABLE[:, d]] for d in range(6)}
    numbers = {f"q{d}": TABLE[:, d] for d in range(6)}
    yield pd.DataFrame(cells)
    yield pd.DataFrame(cells).astype("category")
    yield pl.DataFrame(cells)
    yield pd.DataFrame(numbers)
    yield pd.DataFrame(numbers).astype("Int64")
    yield TABLE.tolist()
    yield pd.DataFrame(cells).to_numpy()


@pytest.mark.parametrize("X", list(_frames()), ids=["text", "category", "polars", "floats", "Int64", "list", "objects"])
def test_a_table_of_any_kind_gives_the_same_classes(X):
    plain = LatentClassMixture(2, random_state=0).fit(TABLE)
    ours = LatentClassMixture(2, random_state=0).fit(X)
    assert ours.log_likelihood_ == pytest.approx(plain.log_likelihood_, abs=1e-6)
    assert (ours.predict(X) == plain.predict(TABLE)).mean() > 0.99


def test_levels_are_told_by_name():
    X = pd.DataFrame({"smokes": [True, False, None, True] * 10, "grade": [10, 9, 9, 10] * 10})
    classes = LatentClassMixture(1).fit(X)
    assert classes.levels_ == [["false", "true"], ["9", "10"]]
    np.testing.assert_allclose(classes.item_probabilities_[0], [[1 / 3, 2 / 3]])
    np.testing.assert_allclose(classes.item_probabilities_[1], [[0.5, 0.5]])


def test_a_level_that_the_fit_never_saw_is_missing():
    classes = LatentClassMixture(2, random_state=0).fit(CONFLICTS, sample_weight=N_CONFLICTS)
    with pytest.warns(UserWarning, match=r"Levels that the fit never saw are taken for missing: x1: '7'"):
        strange = classes.predict_proba([[1, 7, 1, 2]])
    np.testing.assert_array_equal(strange, classes.predict_proba(np.array([[1, np.nan, 1, 2]])))


def test_a_row_without_answers_has_the_shares_of_the_classes():
    classes = LatentClassMixture(2, random_state=0).fit(TABLE)
    np.testing.assert_allclose(classes.predict_proba(np.full((1, 6), np.nan)), classes.weights_[None])


def test_samples_look_like_the_table():
    classes = LatentClassMixture(2, random_state=0).fit(CONFLICTS, sample_weight=N_CONFLICTS)
    X, y = classes.sample(4000)
    assert set(np.unique(X[:, 0])) == {"1", "2"}
    again = LatentClassMixture(2, random_state=0).fit(X)
    np.testing.assert_allclose(again.item_probabilities_[0], classes.item_probabilities_[0], atol=0.12)
    assert np.bincount(y)[0] == pytest.approx(4000 * classes.weights_[0], rel=0.1)


def test_an_earlier_fit_gives_the_numbers():
    one = LatentClassMixture(2, random_state=0).fit(TABLE)
    other = clone(one).set_params(random_state=5).fit(TABLE[::-1])
    other.relabel_to(one)
    assert (other.predict(TABLE) == one.predict(TABLE)).mean() > 0.99


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (pd.DataFrame({"a": ["x", "y"], "b": [None, None]}), "Column 'b' has no answer in any row"),
        (pd.DataFrame({"a": pd.to_datetime(["2020-01-01", "2021-01-01"])}), "neither numbers nor categories"),
        ([["a", "b"]], "minimum of 2 is required"),
        ([["a"], ["b"]], "2 different rows, fewer than n_components = 3: ask for at most 2"),
        ([["a", "b"]] * 9, "1 different row, fewer"),
        (np.array([[1.0, np.inf], [2.0, 3.0]]), "infinit"),
    ],
)
def test_what_cannot_be_used_is_said(X, message):
    with pytest.raises(ValueError, match=message):
        LatentClassMixture(3).fit(X)


def test_options_are_checked():
    with pytest.raises(ValueError, match="n_components"):
        LatentClassMixture(0).fit(TABLE)


def test_rows_without_any_answer_take_no_part(tmp_path):
    """In memory and in files."""
    empty = np.full((30, TABLE.shape[1]), np.nan)
    with_empty = np.concatenate([TABLE[:20], empty, TABLE[20:]])
    pd.DataFrame(with_empty, columns=[f"q{d}" for d in range(TABLE.shape[1])]).to_parquet(tmp_path / "answers.parquet")
    tables = TABLE, with_empty, str(tmp_path / "answers.parquet")
    told = [LatentClassMixture(2, random_state=0).fit(rows).to_fitted().history for rows in tables]
    for name in ("n_rows", "total_weight", "log_likelihood"):
        assert [history[name] for history in told] == pytest.approx([told[0][name]] * 3, rel=1e-9)
    assert [history["criteria"]["bic"] for history in told] == pytest.approx([told[0]["criteria"]["bic"]] * 3, rel=1e-9)
