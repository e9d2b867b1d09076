"""Model files give back what was put in, to the last bit, and always the same bytes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file

from mixtura.assembly import assemble
from mixtura.covariance import MODELS
from mixtura.emissions.gaussian import Gaussian, GaussianParameters
from mixtura.errors import OutputError
from mixtura.fitted import FittedMixture, default_names
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.options import Options
from mixtura.persistence import load, save
from mixtura.selection import select

HISTORY = {"n_rows": 40, "log_likelihood": -12.5, "criteria": {"bic": 1 / 3}, "trace": [-13.0, -12.5], "starts": []}


def by_hand(covariance="full", n_components=2, n_columns=3, seed=0, **others):
    """A mixture that nobody fitted."""
    rng = np.random.default_rng(seed)
    kind = Gaussian(covariance).model.kind
    shape = {"spherical": (n_components,), "diagonal": (n_components, n_columns)}.get(kind)
    roots = rng.normal(size=(n_components, n_columns, n_columns))
    full = roots @ roots.swapaxes(1, 2) + np.eye(n_columns)
    parameters = MixtureParameters(
        rng.dirichlet(np.ones(n_components)),
        GaussianParameters(
            rng.normal(size=(n_components, n_columns)), full if shape is None else rng.uniform(0.1, 2, shape)
        ),
    )
    names = tuple(f"column {d}" for d in range(n_columns))
    return FittedMixture(Mixture(Gaussian(covariance)), parameters, names, default_names(n_components), **others)


def assert_equal(one, other):
    arrays, others = ((m.parameters.weights, *m.parameters.emission) for m in (one, other))
    for a, b in zip(arrays, others, strict=True):
        assert a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    assert replace(one, parameters=None) == replace(other, parameters=None)


@settings(deadline=None)
@given(
    covariance=st.sampled_from(sorted(MODELS)),
    n_components=st.integers(1, 5),
    n_columns=st.integers(1, 4),
    seed=st.integers(0, 10**6),
)
def test_round_trip_is_exact(tmp_path_factory, covariance, n_components, n_columns, seed):
    fitted = by_hand(covariance, n_components, n_columns, seed, history=HISTORY)
    path = tmp_path_factory.mktemp("models") / "model.safetensors"
    save(fitted, path)
    assert_equal(load(path), fitted)


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_a_fit_with_its_whole_record_comes_back(tmp_path, covariance):
    points = np.random.default_rng(0).normal(size=(60, 2)) * [1.0, 1000.0]
    provenance = {"versions": {"mixtura": "0"}, "seed": 3, "data": {"origin": "a.csv", "digest": "ff"}, "command": "x"}
    selection = select(points, n_components=[1, 2], covariances=[covariance])
    fitted = assemble(selection, ["näme", "地 \u200b'\"\\"], provenance=provenance)
    fitted = replace(fitted, cluster_names=("long\nname", *fitted.cluster_names[1:]))
    save(fitted, tmp_path / "model")
    assert_equal(load(tmp_path / "model"), fitted)


def test_equal_weights_are_kept(tmp_path):
    one, other = (
        select(np.arange(40.0)[:, None], n_components=[2], options=Options(equal_weights=w)) for w in (False, True)
    )
    for selection in (one, other):
        save(assemble(selection, ["age"]), tmp_path / "model")
        assert_equal(load(tmp_path / "model"), assemble(selection, ["age"]))
    assert (tmp_path / "model").read_bytes().count(b"equal_weights") == 1


def test_same_value_same_bytes(tmp_path):
    for name in ("one", "other"):
        save(by_hand(history=HISTORY), tmp_path / name)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes()


def test_arrays_are_there_for_other_readers(tmp_path):
    fitted = by_hand()
    save(fitted, tmp_path / "model.safetensors")
    arrays = load_file(tmp_path / "model.safetensors")
    assert arrays.keys() == {"weights", "means", "covariances"}
    assert np.array_equal(arrays["means"], fitted.parameters.emission.means)


def test_what_json_does_not_know_is_refused_and_nothing_written(tmp_path):
    with pytest.raises(ValueError, match="JSON"):
        save(by_hand(history={"log_likelihood": float("nan")}), tmp_path / "model")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_cannot_be_written_is_an_output_error(tmp_path):
    with pytest.raises(OutputError, match="no such folder"):
        save(by_hand(), tmp_path / "no such folder" / "model")
