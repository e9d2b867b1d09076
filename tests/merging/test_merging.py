"""Components merged into clusters: as R's mclust and fpc merge them, and laws of every method."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from laws.settings import FAMILIES
from mixtura import GaussianMixture, combine, datasets, load, merging, save
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.errors import DataError
from mixtura.fitted import FittedMixture, default_names
from mixtura.merging import METHODS, Hierarchy
from mixtura.merging.grouping import grouped, taken_apart
from mixtura.merging.modes import survey
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.runners.local import Local
from mixtura.sources.array import ArraySource

KNOWN = json.loads((Path(__file__).parents[1] / "references" / "merging.json").read_text())
every_case = pytest.mark.parametrize(
    "case", KNOWN["cases"], ids=lambda case: f"{case['table']} {case['model']} {len(case['weights'])}"
)
every_method = pytest.mark.parametrize("method", METHODS)


def typed(case):
    means, covariances = (np.array(case[name], dtype=float) for name in ("means", "covariances"))
    parameters = MixtureParameters(np.array(case["weights"]), GaussianParameters(means, covariances))
    features = tuple(f"x{d}" for d in range(means.shape[1]))
    return FittedMixture(Mixture(Gaussian("full")), parameters, features, default_names(len(means)), order="none")


@cache
def bent():
    """Two clusters, one of which is bent round a corner and takes several Gaussians."""
    rng = np.random.default_rng(0)
    along = rng.uniform(0, 8, 400)
    corner = np.stack([np.minimum(along, 4), np.maximum(along - 4, 0)], axis=1)
    points = np.concatenate([corner + rng.normal(0, 0.3, (400, 2)), rng.normal([0.5, 4], 0.4, (200, 2))])
    return points, np.repeat([0, 1], [400, 200]), GaussianMixture(5, random_state=0).fit(points)


def as_sets(groups):
    return {frozenset(np.atleast_1d(group).tolist()) for group in groups}


@every_case
def test_entropy_merges_as_mclust(case):
    found = combine(typed(case), datasets.load(case["table"]).data).hierarchy
    np.testing.assert_allclose(found.entropies, case["entropies"], rtol=1e-6, atol=1e-8)
    for n_clusters, stage in enumerate(case["stages"], start=1):
        if n_clusters == len(case["stages"]) or found.merges[-n_clusters].affinity > 1e-12:
            assert as_sets(found.groups(n_clusters)) == as_sets(stage)
    assert found.suggested == case["suggested"]


@every_case
def test_overlap_merges_as_fpc(case):
    fitted = typed(case)
    found = combine(fitted, datasets.load(case["table"]).data, method="demp")
    np.testing.assert_allclose(
        [one.affinity for one in found.hierarchy.merges],
        case["demp_values"][: fitted.n_components - 1],
        rtol=1e-5,
        atol=1e-9,
    )
    assert found.suggested == case["demp_clusters"]


@pytest.mark.parametrize("pair", KNOWN["pairs"], ids=lambda pair: f"{pair['means'][1][0]} {pair['weights'][0]}")
def test_the_pass_between_two_components_is_that_of_fpc(pair):
    affinity = survey(typed(pair)).affinities(((0,), (1,)))[0, 1]
    assert affinity == pytest.approx(pair["ratio"], abs=2e-4)


def test_peaks_are_maxima_of_the_density():
    points, _, mixture = bent()
    fitted = mixture.to_fitted()
    peaks = survey(fitted).peaks
    assert peaks.max() >= mixture.score_samples(points).max() - 1e-9
    assert np.all(peaks >= mixture.score_samples(mixture.means_) - 1e-12)


@every_method
def test_a_bent_cluster_becomes_one(method):
    points, truth, mixture = bent()
    found = combine(mixture, points, method=method)
    labels = found.probabilities(points, 2).argmax(1)
    agreeing = max((labels == truth).mean(), (labels != truth).mean())
    assert agreeing > 0.97


@every_method
def test_stages_are_nested_and_entropies_fall(method):
    points, _, mixture = bent()
    found = combine(mixture, points, method=method).hierarchy
    assert len(found.merges) == 4
    assert np.all(np.diff(found.entropies) >= -1e-9)
    assert found.entropies[0] == pytest.approx(0, abs=1e-9)
    for n_clusters in range(1, 5):
        finer, coarser = found.groups(n_clusters + 1), found.groups(n_clusters)
        assert len(coarser) == n_clusters
        assert all(any(set(part) <= set(whole) for whole in coarser) for part in finer)


@every_method
def test_integer_weights_are_repeated_rows(method):
    points, _, mixture = bent()
    weights = np.random.default_rng(1).integers(0, 3, len(points))
    one = combine(mixture, points, weights, method=method).hierarchy
    other = combine(mixture, np.repeat(points, weights, axis=0), method=method).hierarchy
    assert [m[:2] for m in one.merges] == [m[:2] for m in other.merges]
    np.testing.assert_allclose(one.entropies, other.entropies, atol=1e-9)


@every_method
def test_threads_and_blocks_change_nothing(method):
    points, _, mixture = bent()
    fitted = mixture.to_fitted()
    one = merging.merge(fitted, ArraySource(points, block_rows=50), method, runner=Local(1))
    assert merging.merge(fitted, ArraySource(points, block_rows=50), method, runner=Local(3)) == one


def test_a_merged_mixture_has_the_same_density_and_fewer_clusters(tmp_path):
    points, _, mixture = bent()
    found = combine(mixture, points, method="demp")
    merged = found.mixture(2)
    save(merged, tmp_path / "model.safetensors")
    kept = load(tmp_path / "model.safetensors")
    assert kept.history["merged"] == merged.history["merged"]
    assert kept.history["merged"]["method"] == "demp"
    block = next(iter(ArraySource(points).blocks()))
    shares, log_density = kept.model.posterior(kept.parameters)(block)
    np.testing.assert_allclose(log_density, mixture.score_samples(points))
    probabilities = mixture.predict_proba(points)
    for k, group in enumerate(kept.history["merged"]["groups"]):
        np.testing.assert_allclose(shares[:, k], probabilities[:, group].sum(1), atol=1e-12)
    assert combine(kept, points, method="demp").hierarchy.entropies == pytest.approx(found.hierarchy.entropies)


def test_taking_apart_undoes_grouping():
    points, _, mixture = bent()
    fitted = mixture.to_fitted()
    again = taken_apart(combine(fitted, points).mixture(2))
    np.testing.assert_allclose(again.parameters.weights, fitted.parameters.weights)
    np.testing.assert_array_equal(again.parameters.emission.means, fitted.parameters.emission.means)
    assert again.model == fitted.model
    assert taken_apart(fitted) is fitted


def test_names_are_joined():
    points, _, mixture = bent()
    named = mixture.to_fitted().renamed({0: "near", 1: "far"})
    merged = combine(named, points).mixture(1)
    assert merged.cluster_names == ("near + far + cluster 2 + cluster 3 + cluster 4",)


@pytest.mark.parametrize("n_components", [1, 2])
def test_few_components(n_components):
    points = bent()[0]
    found = combine(GaussianMixture(n_components, random_state=0).fit(points), points)
    assert found.suggested == n_components
    assert found.mixture(1).parameters.weights.tolist() == [1.0]


def test_a_threshold_ends_merging():
    points, _, mixture = bent()
    values = [one.affinity for one in combine(mixture, points, method="modes").hierarchy.merges]
    assert combine(mixture, points, method="modes", threshold=0.0).suggested == 1
    assert combine(mixture, points, method="modes", threshold=values[0] + 1e-9).suggested == 5


def test_bad_questions_are_answered():
    points, _, mixture = bent()
    with pytest.raises(ValueError, match="method='bics' is unknown: use one of entropy, demp, modes"):
        combine(mixture, points, method="bics")
    with pytest.raises(ValueError, match="threshold=nan is not a number of at least zero"):
        combine(mixture, points, threshold=float("nan"))
    with pytest.raises(ValueError, match="6 clusters cannot be made of 5 components"):
        combine(mixture, points).groups(6)
    with pytest.raises(DataError, match="column"):
        combine(mixture, np.full((3, 2), np.inf))
    with pytest.raises(DataError):
        combine(mixture, points, np.zeros(len(points)))


def test_families_without_covariances_are_merged_by_their_rows():
    model, parameters, points = FAMILIES["categorical"]
    fitted = FittedMixture(model, parameters, ("a", "b", "c"), default_names(3))
    found = merging.merge(fitted, ArraySource(points), "demp", runner=Local())
    assert len(found.merges) == 2
    with pytest.raises(DataError, match="Categorical have none"):
        merging.merge(fitted, ArraySource(points), "modes", runner=Local())
    with pytest.raises(DataError, match="can be kept as a model where all columns hold numbers"):
        grouped(fitted, found.groups(2), {})


def test_a_hierarchy_of_one_cluster():
    assert Hierarchy("entropy", (), (0.0,), 1).groups(1) == ((0,),)
