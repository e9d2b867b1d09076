import json
from pathlib import Path

import numpy as np
import pytest

from mixtura import datasets
from mixtura.assembly import assemble
from mixtura.covariance import MODELS
from mixtura.covariance.degenerate import spurious_components
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.errors import FitError
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.options import Options
from mixtura.selection import select
from mixtura.starts import parameters_from
from mixtura.statistics import Block
from mixtura.trials import Setting

REFERENCE = json.loads((Path(__file__).parent.parent / "references" / "mclust.json").read_text())
TABLES = {name: np.ascontiguousarray(datasets.load(name).data) for name in ("faithful", "iris")}


@pytest.mark.parametrize("step", REFERENCE["steps"], ids=lambda step: f"{step['table']} {step['model']}")
def test_m_step_equals_mclusts(step):
    points = TABLES[step["table"]]
    standard = (points - points.mean(0)) / points.std(0, ddof=1)
    columns = np.arange(1, points.shape[1] + 1)
    scores = np.column_stack([standard @ np.sin(k * columns) for k in (1, 2, 3)])
    responsibilities = np.exp(scores) / np.exp(scores).sum(1, keepdims=True)
    model = Mixture(Gaussian(step["model"], ridge=0.0))
    block = Block(points, np.ones(len(points)))
    found = parameters_from(model, block, responsibilities, 3, pseudo_rows=0.0)
    np.testing.assert_allclose(found.weights, step["weights"], rtol=1e-10)
    np.testing.assert_allclose(found.emission.means, step["means"], rtol=1e-10)
    covariances, D = found.emission.covariances, points.shape[1]
    full = covariances if covariances.ndim == 3 else covariances.reshape(3, -1, 1) * np.eye(D)
    np.testing.assert_allclose(full, step["covariances"], atol=1e-10)


@pytest.mark.parametrize("fit", REFERENCE["fits"], ids=lambda f: f"{f['table']} {f['model']} {f['n_components']}")
def test_fits_are_as_good_as_mclusts(fit):
    """mclust starts from one hierarchical clustering, so ours may be better; BIC and ICL are the same formulas."""
    selection = select(
        TABLES[fit["table"]],
        n_components=[fit["n_components"]],
        covariances=[fit["model"]],
        options=Options(scale="none", ridge=0.0, n_init=30),
    )
    evidence = selection.best.evidence
    assert evidence.n_free == fit["n_free"]
    assert evidence.log_likelihood > fit["log_likelihood"] - 0.05
    if abs(evidence.log_likelihood - fit["log_likelihood"]) < 0.01:
        assert selection.best.criteria["bic"] == pytest.approx(fit["bic"], abs=0.02)
        assert selection.best.criteria["icl"] == pytest.approx(fit["icl"], abs=0.5)


def test_old_faithful_has_three_clusters_of_one_shape():
    """The published choice among all of mclust's models is EEE with 3 components, BIC 2314.316."""
    selection = select(TABLES["faithful"])
    assert selection.best.setting == Setting(3, "tied")
    assert selection.best.criteria["bic"] == pytest.approx(2314.316, abs=0.05)
    assert len(selection.table()) == 36
    assert selection.runner_up.criteria["bic"] > selection.best.criteria["bic"]


@pytest.mark.parametrize("n_rows", [150, 5000, 40_000], ids=["alone", "side by side", "by blocks"])
def test_same_seed_same_result_for_any_number_of_threads(n_rows):
    points = np.random.default_rng(0).normal(size=(n_rows, 2))

    def fingerprint(n_threads):
        options = Options(n_threads=n_threads, max_iterations=5)
        found = select(points, n_components=[2, 3], covariances=["full", "spherical"], seed=3, options=options)
        return [float(value) for c in found.candidates for value in (c.evidence.log_likelihood, *c.parameters.weights)]

    assert fingerprint(1) == fingerprint(2) == fingerprint(5)


def test_a_fit_does_not_depend_on_what_else_is_tried():
    alone = select(TABLES["iris"], n_components=[3], covariances=["diag"])
    how = {"n_components": [2, 3], "covariances": ["full", "diag"], "options": Options(prune=False)}
    among = select(TABLES["iris"], **how)
    assert alone.candidates[0].search.records == among.candidates[3].search.records


@pytest.mark.parametrize("scale", ["standard", "robust", "none"])
def test_scaling_leaves_log_likelihoods_in_the_units_of_the_data(scale):
    found = select(TABLES["faithful"], n_components=[2], covariances=["full"], options=Options(scale=scale))
    candidate = found.best
    block = Block(TABLES["faithful"], np.ones(272))
    own = candidate.model.statistics(candidate.parameters)(block).log_likelihood
    assert own == pytest.approx(candidate.evidence.log_likelihood, rel=1e-9)
    assert own == pytest.approx(-1130.264, abs=0.01)  # mclust's


def test_units_do_not_change_the_groups():
    points = TABLES["faithful"]
    stretched = points * [1e-9, 1e6] + [1e-6, -1e9]
    a, b = (select(p, n_components=[3], covariances=["full", "tied", "diag", "spherical"]) for p in (points, stretched))
    for left, right in zip(a.candidates, b.candidates, strict=True):
        np.testing.assert_allclose(left.parameters.weights, right.parameters.weights, rtol=1e-5)


def test_rows_without_weight_or_without_cells_are_as_if_they_were_not_there():
    points = datasets.load("faithful").data
    padded = np.concatenate([np.full((30, 2), 1e3), points, np.full((30, 2), np.nan)])
    weights = np.repeat([0.0, 1.0], [30, len(points) + 30])
    how = {"n_components": [2], "covariances": ["full"]}
    found, wanted = select(padded, weights, **how), select(points, **how)
    np.testing.assert_array_equal(found.best.parameters.emission.means, wanted.best.parameters.emission.means)
    assert (found.best.criteria, found.n_rows) == (wanted.best.criteria, len(points))


def test_a_spike_is_not_chosen_when_a_sound_fit_exists():
    rng = np.random.default_rng(0)
    points = np.concatenate([rng.standard_normal((60, 2)), np.repeat([[3.0, 3.0]], 4, axis=0)])
    found = select(points, n_components=[1, 2], covariances=["full"], options=Options(n_init=5))  # whatever starts find
    spiked = found.candidates[1]
    assert "spike" in spiked.remark and spiked.criteria["bic"] < found.candidates[0].criteria["bic"]
    assert found.best.setting.n_components == 1


@pytest.mark.parametrize(
    ("covariance", "gap"),
    [("full", 6.0), ("tied", 0.0), ("diag", 6.0), ("EVI", 6.0), ("EVE", 6.0), ("VVE", 6.0), ("EVV", 6.0)],
)
def test_a_column_of_few_values_does_not_make_the_groups(covariance, gap):
    """Within a year the year has no variance, so its density grows without bound; kicks may find better than that."""
    rng = np.random.default_rng(0)
    points = np.column_stack([np.repeat([0.0, gap], 60) + rng.normal(size=120), np.tile([2007.0, 2008, 2009], 40)])
    found = select(points, n_components=[1, 2, 3], covariances=[covariance], options=Options(prune=False))
    by_year = found.candidates[2]
    is_lowest = by_year.criteria["bic"] == min(candidate.criteria["bic"] for candidate in found.candidates)
    assert "few values" in by_year.remark if is_lowest else by_year.remark == ""
    assert found.best.setting.n_components < 3


@pytest.mark.parametrize("covariance", ["tied", "tied_diag"])
def test_a_group_of_few_rows_does_not_hide_a_column_of_few_values(covariance):
    rng = np.random.default_rng(0)
    sizes = np.concatenate([rng.normal(size=60), 40 + rng.normal(size=5)])
    years = np.concatenate([np.tile([2007.0, 2008, 2009], 20), np.full(5, 2008.0)])
    found = select(np.column_stack([sizes, years]), n_components=[2, 4], covariances=[covariance])
    by_year = found.candidates[1]
    assert "few values" in by_year.remark and by_year.criteria["bic"] < found.best.criteria["bic"]
    assert found.best.setting.n_components == 2


def test_spurious_components_are_those_flat_by_few_rows():
    thin = np.array([np.eye(2), np.diag([1, 1e-5]), np.diag([1, 1e-3])])
    assert spurious_components(np.array([50.0, 5.0, 50.0]), thin).tolist() == [1]
    few = np.array([0.5, 50.0, 50.0]), np.tile(np.eye(2), (3, 1, 1))
    assert spurious_components(*few).tolist() == [0]
    assert spurious_components(*few, has_own_axes=False).tolist() == []


def test_an_interrupt_keeps_the_fits_that_are_done():
    done = []

    def interrupt(candidate):
        done.append(candidate)
        if len(done) == 3:
            raise KeyboardInterrupt

    found = select(TABLES["faithful"], covariances=["full"], on_fit=interrupt)
    assert len(found.candidates) == 3 and not found.is_complete
    assert found.best.setting.n_components == 2


def test_an_interrupt_before_the_first_fit_says_so():
    def interrupt(candidate):
        raise KeyboardInterrupt

    points = TABLES["faithful"]
    found = select(points, n_components=[1], on_fit=interrupt)
    assert len(found.candidates) == 1


def test_hopeless_data_is_refused_in_words():
    with pytest.raises(FitError, match="None of the 1 fits led to a usable mixture"):
        select(np.ones((5, 2)), n_components=[2], covariances=["full"], options=Options(ridge=0.0))


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({"criterion": "bits"}, "bits"), ({"covariances": ["XYZ"]}, "XYZ"), ({"options": Options(scale="log")}, "log")],
)
def test_unknown_names_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        select(TABLES["faithful"], n_components=[1], **wrong)


@pytest.mark.parametrize("name", MODELS)
def test_assembled_fits_are_in_canonical_order_and_units_of_the_data(name):
    found = select(TABLES["faithful"], n_components=[3], covariances=[name])
    fitted = assemble(found, ["eruptions", "waiting"], provenance={"seed": 0})
    assert np.all(np.diff(fitted.parameters.weights) <= 0)
    assert fitted.history["n_free"] == found.best.evidence.n_free
    statistics = fitted.model.statistics(fitted.parameters)(Block(TABLES["faithful"], np.ones(272)))
    assert statistics.log_likelihood == pytest.approx(fitted.history["log_likelihood"], rel=1e-9)
    assert fitted.history["trace"][-1] == pytest.approx(fitted.history["log_likelihood"], abs=0.01)
    json.dumps([fitted.history, fitted.scaling, fitted.provenance], allow_nan=False)


def test_assemble_keeps_another_candidate_and_order_when_asked():
    found = select(TABLES["faithful"], n_components=[2, 3], covariances=["full"])
    fitted = assemble(found, ["eruptions", "waiting"], candidate=found.candidates[1], order="means")
    assert fitted.n_components == 3
    assert np.all(np.diff(fitted.parameters.emission.means[:, 0]) > 0)
    assert fitted.renamed({1: "middle"}).cluster_names == ("cluster 0", "middle", "cluster 2")


def test_a_mixture_typed_in_by_hand_answers_questions():
    model = Mixture(Gaussian("spherical"))
    by_hand = MixtureParameters(np.array([0.5, 0.5]), GaussianParameters(np.array([[0.0], [10.0]]), np.ones(2)))
    rows = model.classify(by_hand)(Block(np.array([[0.0], [10.0], [5.0]]), np.ones(3)))
    assert rows.labels.tolist() == [0, 1, 0]
    assert rows.log_density[0] == pytest.approx(np.log(0.5) - 0.5 * np.log(2 * np.pi))
