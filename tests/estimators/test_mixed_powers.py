"""Columns seen through powers that are found, from a fit to a file."""

import re

import numpy as np
import pytest

from mixtura import MixedMixture, classify, impute, load, save

_RNG = np.random.default_rng(0)
GROUP = np.arange(240) % 3 == 0
PEOPLE = {
    "income": (0.3 * _RNG.normal(np.where(GROUP, 9.0, 5.0), 1.0) + 1) ** (1 / 0.3),
    "change": np.sinh(_RNG.normal(np.where(GROUP, 1.0, -0.5), 0.8)),
    "town": np.where(_RNG.uniform(size=240) < np.where(GROUP, 0.8, 0.3), "Oslo", "Rom").tolist(),
}
HOWS = {"income": "box-cox", "change": "yeo-johnson"}


@pytest.fixture(scope="module")
def fitted():
    holed = PEOPLE | {"income": np.where(np.arange(240) % 20 == 7, np.nan, PEOPLE["income"])}
    return MixedMixture(2, covariance_type="diag", transforms=HOWS, random_state=0).fit(holed)


def test_powers_that_were_found_are_told(fitted):
    assert re.fullmatch(r"box-cox\(-?[\d.]+, [\d.]+\)", fitted.transforms_["income"])
    assert re.fullmatch(r"yeo-johnson\([\d.]+, [\d.]+\)", fitted.transforms_["change"])
    assert np.mean((fitted.predict(PEOPLE) == 1) == GROUP) > 0.9


def test_powers_fit_better_than_numbers_as_they_are(fitted):
    plain = MixedMixture(2, covariance_type="diag", random_state=0).fit(PEOPLE)
    assert fitted.bic(PEOPLE) < plain.bic(PEOPLE) - 10
    assert fitted.n_parameters_ == plain.n_parameters_ + 2


def test_a_model_file_keeps_powers(fitted, tmp_path):
    save(fitted.to_fitted(), tmp_path / "model.safetensors")
    again = load(tmp_path / "model.safetensors")
    np.testing.assert_allclose(classify(again, PEOPLE).log_density, fitted.score_samples(PEOPLE))
    filled = impute(again, {"income": [np.nan, 2.0], "change": [0.5, np.nan], "town": ["Rom", None]})
    assert filled[0, 0] > 0 and np.isfinite(filled).all()
    assert filled[1, 0] == 2.0


def test_samples_are_of_the_kind_of_the_rows(fitted):
    drawn, _ = fitted.sample(4000)
    income, change = drawn[:, 0].astype(float), drawn[:, 1].astype(float)
    assert income.min() > 0
    np.testing.assert_allclose(np.median(income), np.median(PEOPLE["income"]), rtol=0.2)
    np.testing.assert_allclose(np.median(change), np.median(PEOPLE["change"]), atol=0.3)


def test_cells_that_have_no_power_are_refused():
    with pytest.raises(ValueError, match=r"holds -3 in row 1, which has no box-cox: it takes numbers above 0"):
        MixedMixture(2, transforms={"x": "box-cox"}).fit({"x": [-3.0, 1.0, 2.0]})


@pytest.mark.parametrize("values", [[1e-300, 1e300, 1.0, 2.0], [7.0, 7.0, 7.0, 7.0], [1e8, 1e8 + 1, 1e8 + 2, 1e8 + 3]])
def test_numbers_of_any_size_have_a_power(values):
    found = MixedMixture(1, transforms={"x": "box-cox"}, reg_covar=1e-6).fit({"x": values})
    assert np.isfinite(found.score_samples({"x": values})).all()
