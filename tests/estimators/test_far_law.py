"""The law of rows that stay where they are: whatever learns from files ends where it ends in memory."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv, feather, parquet
from sklearn.base import clone

import mixtura
from mixtura import (
    BayesianGaussianMixture,
    GaussianMixture,
    KMeans,
    LatentClassMixture,
    MixedMixture,
    MixtureDiscriminant,
    SemiSupervisedMixture,
    StudentMixture,
    TrimmedMixture,
)
from mixtura.errors import DataError
from mixtura.sources.roles import Roles

N = 900
_rng = np.random.default_rng(0)
GROUP = _rng.integers(2, size=N)
WEIGHTS = _rng.integers(0, 3, N).astype(float)
NUMBERS = ["x0", "x1"]
COLUMNS = {name: _rng.normal(4 * GROUP, 2) for name in NUMBERS} | {
    "income": np.exp(_rng.normal(7 + GROUP, 0.5)),
    "visits": _rng.poisson(2 + 4 * GROUP),
    "town": np.array(["Oslo", "Rom", "Bonn"])[np.minimum(_rng.geometric(0.3 + 0.4 * GROUP), 3) - 1],
    "half": np.where(np.arange(N) < 800, 1e10, 2.5),  # written in full where the other is not beside it, else 1e+10
    "so": _rng.uniform(size=N) < 0.2 + 0.5 * GROUP,
}
KINDS = {"counts": ["visits"], "categorical": ["half"], "transforms": {"income": "log"}}
HOLES = {name: np.random.default_rng(d).uniform(size=N) < 0.1 for d, name in enumerate(COLUMNS) if d}
TABLES = {
    "complete": pa.table(COLUMNS),
    "holed": pa.table({name: pa.array(values, mask=HOLES.get(name)) for name, values in COLUMNS.items()}),
}
HOW = {"random_state": 0, "max_iter": 2}

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def glob(table, folder):
    for number, start in enumerate(range(0, N, 400)):
        parquet.write_table(table.slice(start, 400), folder / f"{number}.parquet", row_group_size=150)
    return str(folder / "*.parquet")


def text(table, folder):
    csv.write_csv(table, folder / "rows.csv")
    return str(folder / "rows.csv")


def arrow(table, folder):
    feather.write_feather(table, folder / "rows.feather", chunksize=200)
    return str(folder / "rows.feather")


def learnt(estimator):
    """All numbers that a fit has left, by name."""
    found = {}
    for name, value in vars(estimator).items():
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, (list, np.ndarray)) else ()
        if name.endswith("_") and all(np.asarray(part).dtype.kind == "f" for part in parts):
            found[name] = np.concatenate([np.empty(0), *map(np.ravel, parts)])
    return found


def assert_same(far, near):
    found, expected = learnt(far), learnt(near)
    assert found.keys() == expected.keys()
    for name, value in expected.items():
        np.testing.assert_allclose(found[name], value, rtol=1e-10, atol=1e-10, err_msg=name)


OF_NUMBERS = {
    "full": GaussianMixture(2, **HOW),
    "VVE, equal weights": GaussianMixture(2, covariance_type="VVE", equal_weights=True, **HOW),
    "Bayes": BayesianGaussianMixture(n_components=2, **HOW),
    "Student": StudentMixture(2, dof="free", **HOW),
    "mixed": MixedMixture(2, **HOW),
}
OF_COMPLETE_ROWS = {
    "prior": GaussianMixture(2, prior="default", **HOW),
    "noise": GaussianMixture(2, outliers="uniform", **HOW),
    "k-means": KMeans(2, **HOW),
}


@pytest.fixture(scope="module", params=TABLES)
def numbers(request, tmp_path_factory):
    """Which table it is, its files, and its rows in memory."""
    table = TABLES[request.param].select(NUMBERS).append_column("w", pa.array(WEIGHTS))
    points = np.column_stack([np.ma.filled(table[name].to_numpy(), np.nan) for name in NUMBERS])
    return request.param, glob(table, tmp_path_factory.mktemp("rows")), points


@pytest.mark.parametrize("name", OF_NUMBERS | OF_COMPLETE_ROWS)
def test_numbers_and_weights(numbers, name):
    which, path, points = numbers
    estimator = (OF_NUMBERS | OF_COMPLETE_ROWS)[name]
    for roles, weights in ((Roles(NUMBERS), None), (Roles(NUMBERS, weight="w"), WEIGHTS)):
        far = mixtura.stream(path, roles, missing="model")
        if which == "holed" and name in OF_COMPLETE_ROWS:
            with pytest.raises(DataError, match=r"cells"):
                clone(estimator).fit(far)
        else:
            there, here = clone(estimator).fit(far), clone(estimator).fit(points, sample_weight=weights)
            assert_same(there, here)
            assert there.score(far) == pytest.approx(here.score(points, sample_weight=weights), rel=1e-10)


@pytest.mark.parametrize("kind", [glob, text, arrow])
@pytest.mark.parametrize("which", TABLES)
def test_columns_of_all_kinds(which, kind, tmp_path):
    mixed, table = MixedMixture(2, **HOW, **KINDS), TABLES[which]
    path = kind(table, tmp_path)
    far, near = clone(mixed).fit(path), clone(mixed).fit(table)
    assert_same(far, near)
    assert (far.kinds_, far.levels_, far.transforms_) == (near.kinds_, near.levels_, near.transforms_)
    assert far.feature_names_in_.tolist() == table.column_names
    for question in ("predict", "score_samples", "score", "bic"):
        there, here = getattr(far, question)(path), getattr(near, question)(table)
        np.testing.assert_allclose(there, here, rtol=1e-10, err_msg=question)
    assert_same(far.partial_fit(path), near.partial_fit(table))


def test_weights_of_rows_of_all_kinds(tmp_path):
    path = glob(TABLES["holed"].append_column("w", pa.array(WEIGHTS)), tmp_path)
    kinds = {"counts": ["visits"], "transforms": {"income": "box-cox"}}
    roles = Roles(list(COLUMNS), weight="w", categorical=["town", "half", "so"], **kinds)
    source = mixtura.stream(path, roles, missing="model")
    far = MixedMixture(2, **HOW).fit(source)
    near = MixedMixture(2, **HOW, categorical=["half"], **kinds).fit(TABLES["holed"], sample_weight=WEIGHTS)
    assert_same(far, near)
    assert far.transforms_ == near.transforms_ != {}
    with pytest.raises(ValueError, match="counts goes with the name of a file or a collection"):
        MixedMixture(2, counts=["visits"]).fit(source)
    with pytest.raises(ValueError, match="Column 'income' is not to be taken for a plain number"):
        GaussianMixture(2).fit(source)
    others = Roles(list(COLUMNS), categorical=["town", "so"], levels={"half": ["1e+10", "2.5", "9"]})
    with pytest.raises(ValueError, match="Column 'half' has other levels than in the fit"):
        far.score(mixtura.stream(path, others, missing="model"))


@pytest.mark.parametrize("estimator", [TrimmedMixture(2), MixtureDiscriminant(), SemiSupervisedMixture(2)])
def test_what_holds_all_rows_says_so(estimator, tmp_path):
    path = text(TABLES["complete"].select(NUMBERS), tmp_path)
    for rows in (path, mixtura.stream(path)):
        with pytest.raises(ValueError, match=f"{type(estimator).__name__} takes rows that are in memory"):
            estimator.fit(rows, GROUP)


@pytest.mark.parametrize("estimator", [GaussianMixture("auto"), StudentMixture([1, 2])])
def test_a_choice_is_made_by_select(estimator, tmp_path):
    with pytest.raises(ValueError, match=r"mixtura\.select\(source\) chooses among several"):
        estimator.fit(text(TABLES["complete"].select(NUMBERS), tmp_path))


def test_answers_are_counted(tmp_path):
    answers = TABLES["holed"].select(["town", "half", "so"])
    path = glob(answers, tmp_path)
    assert_same(LatentClassMixture(2, **HOW).fit(path), LatentClassMixture(2, **HOW).fit(answers))


def test_answers_with_weights(tmp_path):
    names = ["town", "half", "so"]
    answers = TABLES["holed"].select(names)
    path = glob(answers.append_column("w", pa.array(WEIGHTS)), tmp_path)
    source = mixtura.stream(path, Roles(names, categorical=names, weight="w"), missing="model")
    near = LatentClassMixture(2, **HOW).fit(answers, sample_weight=WEIGHTS)
    far = LatentClassMixture(2, **HOW).fit(source)
    assert_same(far, near)
    assert far.levels_ == near.levels_
    assert far.score(source) == pytest.approx(near.score(answers, sample_weight=WEIGHTS), rel=1e-12)
    with pytest.raises(ValueError, match="weights of files are one of their columns"):
        LatentClassMixture(2).fit(path, sample_weight=WEIGHTS)


def test_rows_that_are_asked_about_need_not_vary(tmp_path):
    mixture = GaussianMixture(2, **HOW).fit(TABLES["complete"].select(NUMBERS))
    rows = pa.table({"x0": [1.0, 1.0, 1.0], "x1": [0.0, 2.0, 3.0]})
    for some in (rows, rows.slice(1, 1)):
        path = text(some, tmp_path)
        for question in ("score", "bic", "predict"):
            assert getattr(mixture, question)(path) == pytest.approx(getattr(mixture, question)(some))
