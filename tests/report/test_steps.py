"""EM and k-means step by step: what the slider shows is what both do."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import multivariate_normal
from sklearn.cluster import KMeans
from sklearn.mixture import GaussianMixture

from mixtura.emissions.gaussian import Gaussian
from mixtura.mixture import Mixture
from mixtura.report.step_pictures import line_view, step_data, step_pictures, view
from mixtura.report.steps import run_steps


@pytest.fixture(scope="module")
def steps(faithful):
    return run_steps(faithful.fitted, faithful.rows)


def test_em_rises_and_k_means_falls(steps):
    assert np.all(np.diff([frame.log_likelihood for frame in steps.em]) > -1e-9)
    assert np.all(np.diff([frame.inertia for frame in steps.kmeans]) < 1e-9)
    for frames in (steps.em, steps.kmeans):
        iterations = [frame.iteration for frame in frames]
        assert iterations == sorted(set(iterations))
        assert iterations[0] == 0 and len(iterations) <= 30


def test_a_frame_has_the_likelihood_it_says(steps, faithful):
    frame = steps.em[3]
    parts = [
        weight * multivariate_normal(mean, covariance).pdf(faithful.rows.points)
        for weight, mean, covariance in zip(frame.weights, frame.means, frame.covariances, strict=True)
    ]
    assert frame.log_likelihood == pytest.approx(np.log(np.sum(parts, axis=0)).sum())


def test_one_step_on_is_one_step_of_scikit_learn(steps, faithful):
    before, after = steps.em[2], steps.em[3]
    kind = faithful.fitted.model.emission.covariance
    precisions = np.linalg.inv(before.covariances[0] if kind == "tied" else before.covariances)
    other = GaussianMixture(
        len(before.weights), covariance_type=kind, weights_init=before.weights, means_init=before.means,
        precisions_init=precisions, max_iter=1, reg_covar=0,
    )  # fmt: skip
    with pytest.warns(match="did not converge"):
        other.fit(faithful.rows.points)
    np.testing.assert_allclose(after.means, other.means_, rtol=1e-4)
    np.testing.assert_allclose(after.weights, other.weights_, rtol=1e-4)


def test_k_means_ends_where_scikit_learn_ends(steps, faithful):
    scale = np.array(faithful.fitted.scaling["scale"])
    other = KMeans(len(steps.kmeans[0].centres), init=steps.kmeans[0].centres / scale, n_init=1, tol=0)
    other.fit(faithful.rows.points / scale)
    np.testing.assert_allclose(steps.kmeans[-1].centres / scale, other.cluster_centers_, rtol=1e-6)
    assert steps.kmeans[-1].inertia == pytest.approx(other.inertia_)


def test_both_begin_at_the_same_seeds(typed):
    case = typed(3, 2, 300)
    steps = run_steps(case.fitted, case.rows)
    parts = (((case.rows.points[:, None] - steps.kmeans[0].centres) ** 2).sum(2)).argmin(1)
    pseudo = 3 / 300  # every part is given D + 1 rows that are spread like all
    for k in range(3):
        share = (parts == k) + pseudo
        means = share @ case.rows.points / share.sum()
        assert np.abs(steps.em[0].means - means).sum(1).min() == pytest.approx(0, abs=1e-9)


def test_a_run_that_collapses_at_once_is_left_out(typed, tmp_path):
    case = typed(3, 2, 300)
    flat = case.rows._replace(points=np.zeros((300, 2)))
    fitted = replace(case.fitted, model=Mixture(Gaussian("full", ridge=0.0)))
    assert run_steps(fitted, flat) is None


def test_colours_mean_the_clusters_of_the_fit(steps, faithful):
    means, scale = faithful.fitted.parameters.emission.means, faithful.fitted.scaling["scale"]
    for found in (steps.em[-1].means, steps.kmeans[-1].centres):
        distances = (((means[:, None] - found) / scale) ** 2).sum(2)
        assert distances.argmin(1).tolist() == list(range(len(means)))
    labels = faithful.rows.classification.labels[np.linspace(0, 271, 272).astype(int)]
    assert np.mean(steps.em[-1].labels == labels) > 0.9


def test_what_is_drawn_is_the_last_step(steps, faithful):
    seen = view(steps, (0, 1), show_rows=True)
    data = step_data(seen)
    em, kmeans = map(str, step_pictures(seen, faithful.fitted.features))
    cx, cy, rx, *_ = data["em"][-1]["ellipses"][0]
    assert f'cx="{cx}" cy="{cy}" rx="{rx}"' in em
    x, y = data["kmeans"][-1]["centres"][0]
    assert f'd="M{x - 7:.1f} {y:.1f}h14' in kmeans
    assert len(data["points"]) == len(data["em"][0]["labels"]) == 272


def test_without_rows_there_are_only_clusters(steps):
    data = step_data(view(steps, (0, 1), show_rows=False))
    assert data["points"] == []
    assert {tuple(frame["labels"]) for frame in data["em"] + data["kmeans"]} == {()}


def test_a_mixture_without_a_record_steps_too(typed):
    case = typed(3, 2, 200)
    steps = run_steps(case.fitted, case.rows)
    assert len(steps.em) > 1


def test_of_many_rows_a_sample_is_run_and_says_so(typed):
    case = typed(3, 2, 20_000)
    steps = run_steps(case.fitted, case.rows)
    assert steps.n_rows == pytest.approx(1500, abs=3)
    assert len(steps.points) == 400


def test_one_column_is_a_line_with_bells(typed):
    """A bell encloses the weight of its component: the sum of its heights, step by step, in units of the picture."""
    case = typed(3, 1, 300)
    seen = line_view(run_steps(case.fitted, case.rows), show_rows=True)
    data, (em, kmeans) = step_data(seen), map(str, step_pictures(seen, case.fitted.features))
    frame, last = data["em"][-1], seen.steps.em[-1]
    for k, (middle, sd, height) in enumerate(frame["bells"]):
        area = height * sd * np.sqrt(2 * np.pi) / -(seen.x.unit * seen.y.unit)
        assert area == pytest.approx(last.weights[k], rel=0.01)
        assert middle == pytest.approx(float(seen.x(last.means[k, 0])), abs=0.01)
    assert em.count("bell") == 3
    assert kmeans.count("centre") == 3
    below = [y for _, y in data["points"]]
    assert len(below) == 300
    assert frame["ground"] < min(below)
