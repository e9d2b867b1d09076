"""scikit-learn's own tests of mixtures and k-means, with the classes of this package in place of theirs."""

import importlib.util
from pathlib import Path
from unittest.mock import patch

import numpy as np
import pytest
import scipy.sparse
import sklearn
import sklearn.cluster
import sklearn.mixture
from sklearn.cluster import MiniBatchKMeans
from sklearn.utils.fixes import CSR_CONTAINERS

import mixtura

pytestmark = pytest.mark.filterwarnings("ignore")  # their tests let warnings pass

DOCUMENT = Path(__file__).parents[2] / "docs" / "scikit-learn.md"
WRITTEN_FOR = "1.9."  # the version of scikit-learn whose tests the table below names

# Why a test of theirs is not run; what it means for a user is in docs/scikit-learn.md.
PRIVATE = "calls private functions or methods"
OTHER_CLASS = "does not use GaussianMixture or KMeans"
ARRAY_API = "arrays of other libraries are not read yet"
EXCEPTIONS = {
    "test_gaussian_mixture": {
        "test_check_weights": "their message swaps the smallest and the largest weight",
        "test_suffstat_sk_full": PRIVATE,
        "test_suffstat_sk_tied": PRIVATE,
        "test_suffstat_sk_diag": PRIVATE,
        "test_gaussian_suffstat_sk_spherical": PRIVATE,
        "test_compute_log_det_cholesky": PRIVATE,
        "test_gaussian_mixture_log_probabilities": PRIVATE,
        "test_gaussian_mixture_precisions_init": PRIVATE,
        "test_gaussian_mixture_all_init_does_not_estimate_gaussian_parameters": PRIVATE,
        "test_gaussian_mixture_array_api_compliance": ARRAY_API,
        "test_gaussian_mixture_raises_where_array_api_not_implemented": ARRAY_API,
    },
    "test_mixture": {},
    "test_bayesian_mixture": {
        "test_log_dirichlet_norm": PRIVATE,
        "test_log_wishart_norm": PRIVATE,
        "test_compare_covar_type": PRIVATE,
    },
    "test_k_means": {
        "test_relocate_empty_clusters": PRIVATE,
        "test_kmeans_init_auto_with_initial_centroids": PRIVATE,
        "test_n_init_auto": PRIVATE,
        "test_sample_weight_init": PRIVATE,
        "test_sample_weight_zero": PRIVATE,
        "test_euclidean_distance": PRIVATE,
        "test_inertia": PRIVATE,
        "test_is_same_clustering": PRIVATE,
        "test_k_means_function": OTHER_CLASS,
        "test_kmeans_plusplus_wrong_params": OTHER_CLASS,
        "test_kmeans_plusplus_output": OTHER_CLASS,
        "test_kmeans_plusplus_norms": OTHER_CLASS,
        "test_kmeans_plusplus_dataorder": OTHER_CLASS,
        "test_minibatch_kmeans_partial_fit_init": OTHER_CLASS,
        "test_minibatch_kmeans_verbose": OTHER_CLASS,
        "test_minibatch_kmeans_warning_init_size": OTHER_CLASS,
        "test_minibatch_sensible_reassign": OTHER_CLASS,
        "test_minibatch_reassign": OTHER_CLASS,
        "test_minibatch_with_many_reassignments": OTHER_CLASS,
        "test_minibatch_kmeans_init_size": OTHER_CLASS,
        "test_minibatch_declared_convergence": OTHER_CLASS,
        "test_minibatch_iter_steps": OTHER_CLASS,
        "test_minibatch_update_consistency": OTHER_CLASS,
        "test_dense_sparse": "sparse data is refused",
        "test_predict_dense_sparse": "sparse data is refused",
    },
}
FOLDERS = {
    "test_gaussian_mixture": "mixture", "test_mixture": "mixture", "test_bayesian_mixture": "mixture",
    "test_k_means": "cluster",
}  # fmt: skip


def load(name):
    """A fresh copy of their test module that finds our classes where it looks for theirs."""
    spec = importlib.util.find_spec(f"sklearn.{FOLDERS[name]}.tests.{name}")
    module = importlib.util.module_from_spec(spec)
    with (
        patch.object(sklearn.mixture, "GaussianMixture", mixtura.GaussianMixture),
        patch.object(sklearn.mixture, "BayesianGaussianMixture", mixtura.BayesianGaussianMixture),
        patch.object(sklearn.cluster, "KMeans", mixtura.KMeans),
    ):
        spec.loader.exec_module(module)
    return {key: value for key, value in vars(module).items() if key.startswith("test_") and callable(value)}


def is_theirs(value):
    """Whether a parameter of a test is sparse, or a class that this package does not have."""
    parts = value if isinstance(value, tuple) else [value]
    return any(
        part is MiniBatchKMeans or any(part is container for container in CSR_CONTAINERS) or scipy.sparse.issparse(part)
        for part in parts
    )


def without_theirs(mark):
    """A parametrize mark that keeps what concerns our classes and dense data."""
    names, values = mark.args
    ids = mark.kwargs.get("ids")
    kept = [i for i, value in enumerate(values) if not is_theirs(value)]
    changed = mark.kwargs | ({"ids": [ids[i] for i in kept]} if isinstance(ids, list) else {})
    return pytest.mark.parametrize(names, [values[i] for i in kept], **changed)


def adopt(function):
    """Their test under our parameters."""
    marks = getattr(function, "pytestmark", [])
    function.pytestmark = [without_theirs(mark).mark if mark.name == "parametrize" else mark for mark in marks]
    return function


MODULES = {name: load(name) for name in FOLDERS}
globals().update(
    {
        f"{name}__of_{module}": adopt(function)
        for module, functions in MODULES.items()
        for name, function in functions.items()
        if name not in EXCEPTIONS[module]
    }
)


@pytest.fixture
def global_random_seed():
    return 42


@pytest.fixture(params=[np.float64, np.float32])
def global_dtype(request):
    return request.param


@pytest.mark.skipif(not sklearn.__version__.startswith(WRITTEN_FOR), reason=f"the table is of version {WRITTEN_FOR}x")
@pytest.mark.parametrize("name", FOLDERS)
def test_every_exception_names_a_test(name):
    assert set(EXCEPTIONS[name]) <= set(MODULES[name])


def test_most_of_their_tests_are_run():
    n_exceptions = sum(map(len, EXCEPTIONS.values()))
    assert sum(map(len, MODULES.values())) > 2 * n_exceptions


@pytest.mark.parametrize("name", FOLDERS)
def test_the_documentation_names_every_exception(name):
    text = DOCUMENT.read_text(encoding="utf-8")
    assert [test for test in EXCEPTIONS[name] if f"`{test}`" not in text] == []
