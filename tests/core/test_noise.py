"""Uniform noise beside the components, against R's mclust; `references/mclust_noise.R` makes the numbers."""

import json
from functools import partial
from pathlib import Path

import numpy as np
import pytest

import mixtura
from mixtura import GaussianMixture, Options, datasets, em
from mixtura.acceleration import SmallGain
from mixtura.emissions.noise import UniformNoise, smallest_box
from mixtura.errors import DataError
from mixtura.mixture import NOISE
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource
from mixtura.statistics import Block

REFERENCE = json.loads((Path(__file__).parent.parent / "references" / "mclust_noise.json").read_text())
FAITHFUL, IRIS = (np.ascontiguousarray(datasets.load(name).data) for name in ("faithful", "iris"))
GRID = np.array([[x, y] for y in np.linspace(38, 104, 5) for x in np.linspace(1, 6, 6)])
NOISY = np.concatenate([FAITHFUL, GRID])
TABLES = {"faithful": FAITHFUL, "iris": IRIS, "noisy": NOISY}


def whole(points):
    return lambda: [Block(points, np.ones(len(points)))]


@pytest.fixture(scope="module")
def fitted():
    found = mixtura.select(NOISY, n_components=[2], covariances=["VVV"], options=Options(outliers="uniform"))
    return mixtura.assemble(found)


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("unit", [1.0, 1e6])
def test_the_volume_is_that_of_mclust_in_any_units(name, unit):
    points = TABLES[name]
    scale = unit * np.arange(1.0, 1 + points.shape[1])
    box = smallest_box(lambda: [Block(points[:99] / scale, None), Block(points[99:] / scale, None)], scale)
    assert np.exp(box.log_volume + np.log(scale).sum()) == pytest.approx(REFERENCE["volumes"][name], rel=1e-9)


@pytest.mark.parametrize("name", TABLES)
def test_the_box_holds_all_rows(name):
    points = TABLES[name]
    box = smallest_box(whole(points), np.ones(points.shape[1]))
    inside = np.linalg.solve(np.array(box.edges).T, (points - box.corner).T)
    assert inside.min() > -1e-9 and inside.max() < 1 + 1e-9
    drawn = np.linalg.solve(np.array(box.edges).T, (box.sample(2000, np.random.default_rng(0)) - box.corner).T)
    np.testing.assert_allclose(drawn.mean(1), 0.5, atol=0.03)
    assert 0 <= drawn.min() < 0.01 and 0.99 < drawn.max() <= 1


@pytest.mark.parametrize("case", REFERENCE["cases"], ids=lambda case: case["model"])
def test_fits_of_mclust(case):
    found = GaussianMixture(2, covariance_type=case["model"], outliers="uniform", random_state=0).fit(NOISY)
    assert found.score(NOISY) * len(NOISY) == pytest.approx(case["log_likelihood"], abs=2e-3)
    assert found.bic(NOISY) == pytest.approx(-case["bic"], abs=4e-3)
    np.testing.assert_allclose(sorted([*found.weights_, found.noise_share_]), case["shares"], rtol=1e-2)
    assert (found.predict(NOISY) == NOISE).sum() == case["n_noise"]


@pytest.mark.filterwarnings("ignore:Best performing:UserWarning")
@pytest.mark.parametrize("name", ["VVV", "EEE", "VII"])
@pytest.mark.parametrize("equal_weights", [False, True])
def test_the_objective_never_falls(name, equal_weights):
    found = GaussianMixture(
        3, covariance_type=name, outliers="uniform", equal_weights=equal_weights, init_params="random", tol=1e-9,
        reg_covar=0, max_iter=60, random_state=1,
    )  # fmt: skip
    found.fit(NOISY)
    assert len(found.lower_bounds_) > 5
    assert np.diff(found.lower_bounds_).min() > -1e-10
    assert not equal_weights or np.ptp(found.weights_) < 1e-12


def test_threads_and_weights(fitted):
    model, parameters = fitted.model, fitted.parameters
    counts = np.random.default_rng(0).integers(0, 3, len(NOISY))
    weighted = model.statistics(parameters)(Block(NOISY, counts.astype(float)))
    repeated = model.statistics(parameters)(Block(np.repeat(NOISY, counts, axis=0), np.ones(counts.sum())))
    assert weighted.noise == pytest.approx(repeated.noise, rel=1e-9)
    assert weighted.counts.sum() + weighted.noise == pytest.approx(counts.sum())
    assert weighted.log_likelihood == pytest.approx(repeated.log_likelihood, rel=1e-12)
    source = ArraySource(NOISY, block_rows=50)
    one, three = (
        em.fit(model, parameters, partial(Local(n), source), stop=SmallGain(0.0), max_iterations=5) for n in (1, 3)
    )
    assert one.trace == three.trace


def test_labels_and_probabilities_agree(fitted):
    found = mixtura.classify(fitted, NOISY)
    shares, log_density = fitted.model.posterior(fitted.parameters)(whole(NOISY)()[0])
    np.testing.assert_allclose(shares.sum(1), 1)
    np.testing.assert_allclose(shares[np.arange(len(NOISY)), found.labels], found.probabilities)
    np.testing.assert_allclose(found.probabilities, shares.max(1))
    np.testing.assert_allclose(log_density, found.log_density)
    inside = np.exp(found.log_density) * (1 - shares[:, -1])
    np.testing.assert_allclose(np.exp(found.log_density) - inside, fitted.noise_share / REFERENCE["volumes"]["noisy"])
    assert mixtura.classify(fitted, np.array([[1e6, -1e6]])).labels.tolist() == [NOISE]


def test_the_estimator_has_a_column_for_noise(fitted):
    found = GaussianMixture(2, outliers="uniform", random_state=0).fit(NOISY)
    assert found.predict_proba(NOISY).shape == (len(NOISY), 3) == found.transform(NOISY).shape
    assert found.noise_share_ == pytest.approx(fitted.noise_share, abs=1e-4)
    points, labels = found.sample(5000)
    assert points.shape == (5000, 2)
    assert (labels == NOISE).mean() == pytest.approx(found.noise_share_, abs=0.02)
    assert GaussianMixture(2, random_state=0).fit(NOISY).noise_share_ == 0


def test_without_outliers_there_is_next_to_no_noise():
    rng = np.random.default_rng(0)
    cloud = rng.normal(size=(500, 2))
    assert GaussianMixture(1, outliers="uniform", random_state=0).fit(cloud).noise_share_ < 0.05


def test_a_model_file_keeps_the_noise(fitted, tmp_path):
    mixtura.save(fitted, tmp_path / "model")
    again = mixtura.load(tmp_path / "model")
    assert again.model == fitted.model and again.noise_share == fitted.noise_share
    np.testing.assert_array_equal(mixtura.classify(again, NOISY).labels, mixtura.classify(fitted, NOISY).labels)


def test_clusters_are_described_by_rows_that_belong_to_one(fitted):
    told = mixtura.describe(fitted, NOISY)
    labels = mixtura.classify(fitted, NOISY).labels
    assert [cluster.n_rows for cluster in told.clusters] == [(labels == 0).sum(), (labels == 1).sum()]
    assert any("of the rows are noise" in words for words in told.warnings)
    assert told.n_rows == len(NOISY)


def test_stability_of_clusters_beside_noise(fitted):
    found = mixtura.stability(fitted, NOISY, n_replicates=5)
    assert found.means.min() > 0.85
    assert (found.labels == NOISE).any()


def test_climbs_that_lead_nowhere_end_in_silence():
    """At this offset columns hold nothing but rounding, and some components lose their shape on the way."""
    points = 1e15 + np.random.default_rng(0).normal(size=(60, 3)) + np.repeat([[4], [0]], 30, axis=0)
    mixture = GaussianMixture(2, outliers="uniform", random_state=0).fit(points)
    assert np.isfinite(mixture.score_samples(points)).all()


def test_bad_input():
    with pytest.raises(DataError, match="Column 2 is constant"):
        GaussianMixture(2, outliers="uniform").fit(np.column_stack([FAITHFUL, np.ones(272)])[:, [0, 2]])
    with pytest.raises(DataError, match="Column 1 has missing cells"):
        smallest_box(whole(np.where(FAITHFUL > 5, np.nan, FAITHFUL)[:, [1, 0]]), np.ones(2))
    with pytest.raises(ValueError, match="outliers='some' is unknown"):
        mixtura.select(FAITHFUL, n_components=[2], options=Options(outliers="some"))
    with pytest.raises(ValueError, match="no volume"):
        UniformNoise((0.0, 0.0), ((1.0, 0.0), (1.0, 0.0))).check(2)
    with pytest.raises(ValueError, match="does not fit"):
        UniformNoise((0.0,), ((1.0,),)).check(2)
