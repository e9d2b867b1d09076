"""`answers.py`: its cases, its judge and its search for the best known values."""

from math import inf, isinf

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

SMALL = ("--case", "mix-2-far/full/2", "--case", "mix-2-far/tied/3")


@pytest.fixture
def cases(load):
    return load("optima.cases").CASES


@pytest.fixture
def solved(load, cases):
    """A case, and where scikit-learn's default fit of it ends."""
    case = cases["iris/full/3"]
    return case, load("optima.contenders").peers()["scikit-learn, default"](case, 0)


def mixture_of(load, covariances):
    """Equal weights about the mean of iris."""
    points = load("optima.cases").load("iris").points
    K = len(covariances)
    return load("optima.judge").Solution(np.full(K, 1 / K), np.tile(points.mean(0), (K, 1)), np.array(covariances))


def test_there_are_enough_cases_and_a_third_is_held_out(cases):
    assert len(cases) >= 40
    assert len({case.table for case in cases.values()}) >= 12
    assert 0.25 < np.mean([case.is_held_out for case in cases.values()]) < 0.42
    assert {case.covariance_type for case in cases.values()} == {"full", "tied", "diag", "spherical"}


def test_every_case_has_a_best_known_value_higher_than_one_gaussian(load, cases):
    bests = load("optima.best_known").read()
    assert list(bests) == list(cases)
    assert all(best.n_runs >= best.n_agree >= 1 for best in bests.values())
    higher = [bests[name].log_likelihood > bests[name].single for name in cases if "/full/" in name]
    assert all(higher)


def test_the_judge_agrees_with_scipy(load, solved):
    case, solution = solved
    densities = [multivariate_normal(*of).pdf(case.points) for of in zip(*solution[1:3], strict=True)]
    expected = np.log(solution.weights @ densities).sum()
    assert load("optima.judge").height(case, solution) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(("variance", "is_refused"), [(1e-9, True), (5e-2, False)])
def test_the_judge_refuses_spikes(load, cases, variance, is_refused):
    height, case = load("optima.judge").height, cases["iris/full/3"]
    spread = np.cov(case.points.T)
    thin = spread * variance
    found = height(case, mixture_of(load, [spread, thin])._replace(weights=np.array([0.98, 0.02])))
    assert isinf(found) is is_refused
    assert height(case, mixture_of(load, [spread, np.full((4, 4), np.nan)])) == -inf


def test_components_that_share_their_shape_are_no_spikes(load, cases):
    weights, thin = np.array([1 - 1e-9, 1e-9]), [1e-3 * np.cov(cases["iris/tied/4"].points.T)] * 2
    found = mixture_of(load, thin)._replace(weights=weights)
    height = load("optima.judge").height
    assert height(cases["iris/tied/4"], found) > -inf == height(cases["iris/full/3"], found)


@pytest.mark.parametrize("kind", ["raw", "standardised", "whitened"])
def test_a_space_keeps_what_a_solution_says_of_rows_and_can_be_left(load, solved, kind):
    case, solution = solved
    space = getattr(load("optima.spaces"), kind)(case.points)
    inside = space.enter(solution)
    rows = space.apply(case.points)
    stretch = np.linalg.slogdet(space.back)[1]
    for here, there in zip(zip(*solution[1:3], strict=True), zip(*inside[1:3], strict=True), strict=True):
        expected = multivariate_normal(*here).logpdf(case.points)
        np.testing.assert_allclose(multivariate_normal(*there).logpdf(rows) - stretch, expected, atol=1e-6)
    for before, after in zip(solution[:3], space.leave(inside)[:3], strict=True):
        np.testing.assert_allclose(after, before, rtol=1e-9, atol=1e-12)


def test_overlap_of_two_spheres_is_what_their_distance_says(load):
    overlap = load("optima.overlap")
    groups = overlap.Groups(np.full(2, 0.5), np.array([[0.0, 0.0], [3.0, 0.0]]), np.array([np.eye(2)] * 2))
    noise = np.random.default_rng(0).standard_normal((40_000, 2))
    assert overlap.largest_overlap(groups, noise) == pytest.approx(2 * norm.cdf(-1.5), abs=0.005)


def test_groups_are_drawn_at_the_overlap_that_was_asked_for(load):
    overlap, rng = load("optima.overlap"), np.random.default_rng(0)
    groups = overlap.Groups(np.full(3, 1 / 3), rng.uniform(size=(3, 2)), overlap.random_roots(3, 2, rng))
    noise = np.random.default_rng(1).standard_normal((20_000, 2))
    for asked in (0.05, 0.2):
        found = overlap.largest_overlap(overlap.with_overlap(groups, asked, rng), noise)
        assert found == pytest.approx(asked, abs=0.03)
    with pytest.raises(ValueError, match=r"never overlap by 1\.5"):
        overlap.with_overlap(groups, 1.5, rng)


def test_a_collapse_is_no_answer_and_any_other_failure_is_told(load, cases):
    fit, case = load("optima.contenders").fit, cases["iris/full/3"]

    class Broken:
        def __init__(self, n_components, covariance_type, random_state, words):
            self.words = words

        def fit(self, points):
            raise ValueError(self.words)

    assert fit(Broken, case, 0, words=f"Some components have {load('optima.contenders')._COLLAPSED}.") is None
    with pytest.raises(ValueError, match="no such shape"):
        fit(Broken, case, 0, words="no such shape")


def test_our_collapses_are_known_by_their_words(load):
    from mixtura.estimators._record import COLLAPSED

    assert load("optima.contenders")._COLLAPSED in COLLAPSED


def test_a_search_never_lowers_what_is_known(load, cases):
    improve, case = load("optima.brute_force").improve, cases["mix-2-far/full/2"]
    nothing = load("optima.best_known").of(case, {})
    found = improve(case, nothing, seconds=0.5)
    assert found.log_likelihood > found.single > nothing.log_likelihood
    for above in (0.01, 1):  # within what counts as the same, and beyond
        boast = found._replace(log_likelihood=found.log_likelihood + above)
        assert improve(case, boast, seconds=0).log_likelihood == boast.log_likelihood


def test_best_known_values_are_kept(load, cases, monkeypatch, tmp_path):
    best_known = load("optima.best_known")
    monkeypatch.setattr(best_known, "FILE", tmp_path / "kept.json")
    assert best_known.read() == {}
    best = best_known.Best(-1.25, "somebody", -2.5, 3, 2)
    best_known.write({"iris/full/3": best})
    assert best_known.read() == {"iris/full/3": best}
    with pytest.raises(ValueError, match=r"The rows of 'iris' are not those.* -379\.9.* -2\.5"):
        best_known.of(cases["iris/full/3"], best_known.read())


def test_a_fit_higher_than_anything_known_raises_the_bar(load, cases):
    scores, case = load("optima.scores"), cases["iris/full/3"]
    best = load("optima.best_known").read()[case.name]
    contenders = load("optima.contenders").peers()
    one = {"one": contenders["scikit-learn, n_init=10, tol=1e-7"], "none": lambda case, seed: None}
    as_known = scores.measure(case, one, best, 1)
    assert as_known.gaps["one"] == pytest.approx(0, abs=0.05)
    assert as_known.gaps["none"] == inf
    raised = scores.measure(case, one, best._replace(log_likelihood=best.log_likelihood - 1), 1)
    assert (as_known.is_raised, raised.is_raised) == (False, True)
    assert raised.gaps["one"] == 0
    assert case.name in scores.shares("", [raised]).note
    assert list(scores.misses([raised], "one")) == []
    assert len(list(scores.misses([raised], "none"))) == 1


@pytest.fixture
def answers(load, monkeypatch, capsys):
    """A function that runs the script on two small cases, one of them held out, and returns what it prints."""

    def run(*options):
        monkeypatch.setattr("sys.argv", ["answers.py", "--seeds", "1", *SMALL, *options])
        load("answers").main()
        return capsys.readouterr().out

    return run


@pytest.mark.parametrize("options", [(), ("--markdown",), ("--tuned",), ("--held-out",)])
def test_tables_tell_of_the_cases_that_were_asked_for(answers, options):
    shown = answers("--each", *options)
    assert shown.count("mixtura, default") == 2
    assert [name in shown for name in SMALL[1::2]] == ["--held-out" not in options, "--tuned" not in options]
    assert ("| --- |" in shown) == ("--markdown" in options)


def test_every_ablation_runs(answers, load):
    shown = answers("--ablate", "--tuned")
    assert all(words in shown for words in load("optima.ablation").ABLATIONS)


def test_misses_are_shown_by_seed(answers, load, monkeypatch):
    best_known = load("optima.best_known")
    beyond_reach = best_known.Best(1e6, "nobody", 0.0)
    monkeypatch.setattr(best_known, "of", lambda case, bests: beyond_reach)
    lines = answers("--misses", "--seeds", "2").splitlines()
    assert [line.split()[0] for line in lines] == [*SMALL[1::2]]
    assert all(float(gap) > 1e5 for line in lines for gap in line.split()[-2:])


def test_data_sets_of_r_are_left_out_where_it_is_not(answers, load, monkeypatch):
    monkeypatch.setattr(load("optima.cases"), "tables_of_r", dict)
    assert "Left out" not in answers()
    assert "R packages that are not here: acidity." in answers("--case", "acidity/full/2")
