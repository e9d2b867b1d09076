"""How fits were chosen and how they climbed."""

import numpy as np
import pytest

from drawing.cases import mixture, rows_of, sample
from mixtura import KMeans, assemble
from mixtura.drawing.climbs import Climb, climbs
from mixtura.em import Outcome
from mixtura.errors import DataError
from mixtura.plots import ConvergenceDisplay, EMDisplay, KMeansDisplay, SelectionDisplay, StartsDisplay


def line_named(ax, label):
    (line,) = [line for line in ax.lines if line.get_label().startswith(label)]
    return line


def test_every_fit_is_on_its_curve_and_the_best_are_ringed(selection):
    ax = SelectionDisplay.from_selection(selection).ax_
    for covariance in ("full", "tied", "spherical"):
        fits = [c for c in selection.candidates if c.setting.covariance == covariance and not c.remark]
        x, y = line_named(ax, covariance).get_data()
        np.testing.assert_array_equal(x, [fit.setting.n_components for fit in fits])
        np.testing.assert_array_equal(y, [fit.criteria["bic"] for fit in fits])
    ring = line_named(ax, "best: ")
    assert ring.get_data() == ([selection.best.setting.n_components], [selection.best.criteria["bic"]])
    assert line_named(ax, "runner-up: ").get_ydata()[0] > selection.best.criteria["bic"]


def test_what_could_not_be_chosen_is_set_apart_and_what_is_far_is_counted():
    fits = [{"n_components": k, "covariance": "full", "bic": 100.0 - k, "rank": 9 - k} for k in range(1, 8)]
    fits += [{"n_components": 8, "covariance": "full", "bic": 50.0, "rank": None}]
    fits += [{"n_components": 9, "covariance": "full", "bic": None, "rank": None}]
    display = SelectionDisplay("bic", fits, fits[6], None).plot()
    assert line_named(display.ax_, "could not be chosen").get_data() == ([8], [50.0])
    assert len(line_named(display.ax_, "full").get_xdata()) == 7
    assert display.ax_.get_title("left") == "1 of 8 fits lie outside of the picture"


def test_an_assembled_selection_keeps_its_record_and_a_bare_mixture_has_none(selection, of_iris):
    of_model = SelectionDisplay.from_selection(assemble(selection))
    assert of_model.fits == SelectionDisplay.from_selection(selection).fits
    with pytest.raises(DataError, match=r"no record of a selection: give what mixtura\.select returns"):
        SelectionDisplay.from_selection(mixture(2, 2))
    with pytest.raises(DataError, match="no record of its starts"):
        StartsDisplay.from_estimator(mixture(2, 2))
    assert len(StartsDisplay.from_estimator(of_iris).ax_.texts) == len(of_iris.fit_report_["starts"])


def test_starts_lie_as_far_below_the_best_as_they_ended():
    starts = [
        {"kind": kind, "log_likelihood": height, "n_iterations": 5, "n_rounds": rounds, "outcome": "converged"}
        for kind, height, rounds in [("a", -20.0, 1), ("b", -10.0, 2), ("c", None, 1)]
    ]
    ax = StartsDisplay(starts).plot().ax_
    marks = [line for line in ax.lines if line.get_marker() == "o"]
    assert [float(mark.get_xdata()[0]) for mark in marks] == [0.0, 10.0]
    assert [mark.get_markerfacecolor() == "white" for mark in marks] == [False, True]
    assert ax.get_title("left") == "1 start never saw all the rows; hollow: left behind in the race"


def test_without_rows_the_starts_of_the_fit_are_shown(of_iris, iris):
    display = ConvergenceDisplay.from_estimator(of_iris)
    starts = of_iris.to_fitted().history["starts"]
    assert [climb.kind for climb in display.climbs] == [start["kind"] for start in starts]
    assert [len(line.get_xdata()) for line in display.ax_.lines] == [
        len(climb.log_likelihoods) for climb in display.climbs
    ]
    hollow = [line.get_markerfacecolor() == "white" for line in display.ax_.lines]
    assert hollow == [start["n_rounds"] < 3 for start in starts]
    assert display.ax_.get_title("left") == "hollow: left behind in the race"
    with pytest.raises(DataError, match="no record of how its starts climbed"):
        ConvergenceDisplay.from_estimator(mixture(2, 2))


def test_gaps_shrink_to_the_best_of_all_starts():
    heights = {"a": (-9.0, -4.0, -1.0), "b": (-7.0, -6.0), "c": (-50.0,)}
    runs = [Climb(kind, (None,) * len(values), values, Outcome.CONVERGED) for kind, values in heights.items()]
    runs[-1] = runs[-1]._replace(outcome=Outcome.COLLAPSED)
    ax = ConvergenceDisplay(runs).plot().ax_
    assert [line.get_ydata().tolist() for line in ax.lines] == [[8.0, 3.0, 0.0], [6.0, 5.0]]
    assert ax.get_title("left") == "1 of 3 starts reached the best optimum (within 0.1 nats); 1 start collapsed"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["a", "b: 5 short"]


def test_frames_begin_at_the_start_and_end_at_the_end(of_people, people):
    display = EMDisplay.from_estimator(of_people, people)
    assert (display.frames_[0], display.frames_[-1]) == (0, len(display.climb.steps) - 1)
    assert len(set(display.frames_.tolist())) == len(display.axes_) == 6
    numbers = [text.xy for text in display.axes_[0].texts]
    np.testing.assert_allclose(numbers, display.climb.steps[0].emission.means)
    assert f"{display.climb.log_likelihoods[0]:,.1f}" in display.axes_[0].get_title()
    assert len(display.plot(n_frames=3).axes_) == 3


def test_a_run_of_few_steps_has_few_frames():
    fitted = mixture(1, 2)
    points, _ = sample(fitted, 50)
    (climb,) = climbs(fitted, rows_of(fitted, points), ["random"], 0, max_iterations=2)
    display = EMDisplay(fitted, rows_of(fitted, points), climb, None)
    assert display._choose(6).tolist() == [0, 1]


def test_an_animation_has_a_frame_for_every_step(of_people, people, tmp_path):
    image = pytest.importorskip("PIL.Image")
    display = EMDisplay.from_estimator(of_people, people)
    short = EMDisplay(
        display.fitted, display.rows, display.climb._replace(steps=display.climb.steps[:3]), display.directions
    )
    short.animate().save(tmp_path / "em.gif", writer="pillow", dpi=30)
    with image.open(tmp_path / "em.gif") as animation:
        assert animation.n_frames == 3


def test_k_means_has_the_colours_of_the_components_it_matches(of_people, people):
    kmeans = KMeans(4, n_init=5, random_state=0).fit(people)
    display = KMeansDisplay.from_estimators(kmeans, of_people, people)
    assert sorted(display.numbers) == [0, 1, 2, 3]
    np.testing.assert_array_equal(display.labels, np.array(display.numbers)[kmeans.labels_])
    other = (display.labels != of_people.predict(people)).mean()
    assert display.figure_.get_suptitle().startswith(f"{round(100 * other)} % of the rows are in another cluster")
    circles = display.planes[0].covariances
    np.testing.assert_allclose(circles, np.tile(np.eye(2) * kmeans.inertia_ / people.size, (4, 1, 1)))


def test_more_clusters_than_components_have_numbers_of_their_own(of_people, people):
    kmeans = KMeans(6, random_state=0).fit(people)
    assert sorted(KMeansDisplay.from_estimators(kmeans, of_people, people).numbers) == [0, 1, 2, 3, 4, 5]


def test_k_means_must_be_of_the_same_columns(of_people, people):
    with pytest.raises(DataError, match="k-means was fitted to 1 columns, the mixture to 2"):
        KMeansDisplay.from_estimators(KMeans(2, random_state=0).fit(people[:, :1]), of_people, people)
    with pytest.raises(DataError, match="GaussianMixture has no cluster_centers_: give a fitted KMeans"):
        KMeansDisplay.from_estimators(of_people, of_people, people)
