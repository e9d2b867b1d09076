"""Priors: the largest posterior density, against R's mclust; `references/mclust_priors.R` makes the numbers."""

import json
from pathlib import Path

import numpy as np
import pytest

from mixtura import GaussianMixture, Options, Prior, assemble, datasets, em, load, save, select
from mixtura.acceleration import SmallRemainder
from mixtura.covariance import MODELS
from mixtura.emissions._moments import matrices
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.mixture import Mixture
from mixtura.priors import row_moments
from mixtura.starts import parameters_from
from mixtura.statistics import Block

REFERENCE = json.loads((Path(__file__).parent.parent / "references" / "mclust_priors.json").read_text())
FAITHFUL, IRIS = (np.ascontiguousarray(datasets.load(name).data) for name in ("faithful", "iris"))
TABLES = {"faithful": FAITHFUL, "iris": IRIS, "waiting": np.ascontiguousarray(FAITHFUL[:, 1:])}
# mclust's steps of the other models are no maxima of any one posterior: EII leaves out the scale, EEI the means, VEI,
# EVI and VEV count too few rows for it, and EEV uses no prior at all.
EXACT = ("VII", "VVI", "EEE", "VVV", "E", "V")


def name_of(case):
    return f"{case['table']} {case['model']} {case['shrinkage']}"


every_case = pytest.mark.parametrize("case", REFERENCE["cases"], ids=name_of)
EXACT_CASES = [case for case in REFERENCE["cases"] if case["model"] in EXACT]
exact_case = pytest.mark.parametrize("case", EXACT_CASES, ids=name_of)


def responsibilities(points, n_components):
    standard = (points - points.mean(0)) / points.std(0, ddof=1)
    columns = np.arange(1, points.shape[1] + 1)
    shares = np.exp(2 * np.column_stack([standard @ np.cos(3 * k * columns) for k in range(1, n_components + 1)]))
    return shares / shares.sum(1, keepdims=True)


def begun(case):
    """The model, the rows, and what the first M-step makes of the responsibilities."""
    points, K = TABLES[case["table"]], case["n_components"]
    block, kind = Block(points, np.ones(len(points))), MODELS[case["model"]].kind
    prior = Prior(case["shrinkage"]).resolve(row_moments(lambda: [block]), K, kind)
    model = Mixture(Gaussian(case["model"], ridge=0.0, prior=prior))
    return model, block, parameters_from(model, block, responsibilities(points, K), K, pseudo_rows=0.0)


def expected_log_posterior(model, points, means, covariances):
    kinds = {"full": lambda own: own, "diagonal": lambda own: np.einsum("kdd->kd", own).copy()}
    own = kinds.get(model.emission.model.kind, lambda own: own[:, 0, 0])(np.array(covariances))
    parameters = GaussianParameters(np.array(means), own)
    shares = responsibilities(points, len(means))
    log_density = model.emission.log_density(points, model.emission.density(parameters))
    return (shares * log_density).sum() + model.emission.log_prior(parameters)


@every_case
def test_default_hyper_parameters(case):
    prior = begun(case)[0].emission.prior
    assert prior.dof == case["prior"]["dof"]
    np.testing.assert_allclose(prior.mean, case["prior"]["mean"])
    np.testing.assert_allclose(prior.scale, np.broadcast_to(case["prior"]["scale"], np.shape(prior.scale)))


@exact_case
def test_one_m_step(case):
    _, _, (_, (means, covariances)) = begun(case)
    np.testing.assert_allclose(means, case["means"], rtol=1e-10)
    np.testing.assert_allclose(matrices(covariances, means.shape[1]), case["covariances"], rtol=1e-10)


@every_case
def test_no_step_of_mclust_has_a_larger_posterior(case):
    model, block, (_, (means, covariances)) = begun(case)
    ours, theirs = (
        expected_log_posterior(model, block.points, *found)
        for found in ((means, matrices(covariances, means.shape[1])), (case["means"], case["covariances"]))
    )
    assert ours > theirs - 1e-9 * abs(theirs)


@pytest.mark.parametrize("case", [c for c in EXACT_CASES if c["end"]["means"][0][0] is not None], ids=name_of)
def test_the_end_of_a_fit(case):
    model, block, parameters = begun(case)
    end = em.fit(model, parameters, lambda function: function(block), stop=SmallRemainder(1e-11), max_iterations=20_000)
    means, covariances = end.parameters.emission
    np.testing.assert_allclose(means, case["end"]["means"], rtol=1e-4)
    np.testing.assert_allclose(matrices(covariances, means.shape[1]), case["end"]["covariances"], rtol=1e-3, atol=1e-4)


def test_the_choice_of_old_faithful():
    """mclust's manual has it: EEE with three components; its sign of BIC is the other one."""
    found = select(
        FAITHFUL, n_components=[2, 3, 4], covariances=["EEE", "VVV"], options=Options("none", ridge=0.0, prior=Prior())
    )
    wanted = REFERENCE["chosen"]
    assert found.best.setting == (wanted["n_components"], wanted["model"])
    assert -wanted["bic"] - 0.05 < found.best.criteria["bic"] < -wanted["bic"] + 0.001


def test_weights_are_those_of_counts_with_pseudo_rows():
    model = Mixture(Gaussian(), concentration=4.0)
    np.testing.assert_allclose(model.share(np.array([1.0, 9.0])), [4 / 16, 12 / 16])


def test_a_dirichlet_prior_holds_weights_together_and_the_objective_rises():
    ends = [
        GaussianMixture(3, prior=Prior(concentration=c), random_state=0, init_params="random").fit(IRIS)
        for c in (1.0, 500.0)
    ]
    assert np.ptp(ends[1].weights_) < np.ptp(ends[0].weights_) / 2
    for end in ends:
        assert np.diff(end.lower_bounds_).min() > -1e-9


def test_more_rows_for_the_prior_draw_means_and_covariances_to_it():
    mean, scale = np.full(4, 20.0), np.eye(4)
    near = GaussianMixture(2, prior=Prior(1e9, mean=mean, dof=1e9, scale=1e9 * scale), random_state=0).fit(IRIS)
    np.testing.assert_allclose(near.means_, [mean, mean], rtol=1e-6)
    np.testing.assert_allclose(near.covariances_, [scale, scale], atol=1e-4)


def test_a_prior_keeps_a_component_of_one_row_wide():
    points = np.concatenate([np.random.default_rng(0).normal(size=(50, 2)), [[30.0, 30.0]]])
    found = GaussianMixture(2, prior="default", random_state=0).fit(points)
    assert found.weights_.min() < 0.03
    assert np.linalg.eigvalsh(found.covariances_).min() > 0.01


@pytest.mark.parametrize("name", ["EII", "VVI", "VVV"])
def test_units_of_a_given_prior_are_those_of_the_data(name):
    """Scaled or not, the fit is the same where the model does not look at units; spheres see their mean."""
    prior = Prior(5.0, mean=IRIS.mean(0) + 1, dof=9.0, scale=[1.0, 2.0, 3.0, 4.0])
    wanted = [select(IRIS, n_components=[2], covariances=[name], options=Options(scale, prior=prior)).best
              for scale in ("none", "standard")]  # fmt: skip
    is_close = np.allclose(*(candidate.parameters.emission.means for candidate in wanted), rtol=1e-4)
    assert is_close or name == "EII"


def test_a_model_file_keeps_the_prior(tmp_path):
    prior = Prior(concentration=2.0)
    for covariance in ("tied", "diag", "spherical"):
        found = select(IRIS, n_components=[2], covariances=[covariance], options=Options(prior=prior))
        fitted = assemble(found)
        save(fitted, tmp_path / "model")
        again = load(tmp_path / "model")
        assert again.model == fitted.model
        assert again.model.emission.prior.dof == IRIS.shape[1] + 2
        assert again.model.concentration == 2.0
        assert again.model.log_prior(again.parameters) == fitted.model.log_prior(fitted.parameters)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"shrinkage": -1.0}, "shrinkage is -1.0"),
        ({"shrinkage": float("nan")}, "shrinkage is nan"),
        ({"concentration": 0.5}, "concentration is 0.5; it must be a number of at least 1"),
        ({"dof": 0.0}, "dof is 0.0"),
    ],
)
def test_numbers_out_of_range(options, words):
    with pytest.raises(ValueError, match=words):
        Prior(**options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"mean": [1.0]}, r"mean has shape \(1,\); \(4,\) finite numbers"),
        ({"mean": [np.nan] * 4}, "finite numbers are needed"),
        ({"scale": np.eye(3)}, "scale has shape"),
        ({"scale": -1.0}, "not positive definite"),
    ],
)
def test_numbers_that_do_not_fit_the_table(options, words):
    for covariance in ("full", "spherical"):
        with pytest.raises(ValueError, match=words):
            GaussianMixture(2, covariance_type=covariance, prior=Prior(**options)).fit(IRIS)


def test_what_is_no_prior():
    with pytest.raises(ValueError, match="Column 4 has missing cells"):
        row_moments(lambda: [Block(np.where(IRIS < 0.15, np.nan, IRIS), np.ones(150))])
    with pytest.raises(ValueError, match="'prior' parameter of GaussianMixture must be None or a str among"):
        GaussianMixture(prior="some").fit(IRIS)
