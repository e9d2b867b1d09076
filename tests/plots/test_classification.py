"""Rows where they are, in the colours of their clusters; ellipses around as much as they say."""

from math import sqrt

import numpy as np
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Ellipse

from drawing.cases import mixture, rows_of, sample
from mixtura.errors import DataError
from mixtura.plots import ClassificationDisplay, PairDisplay
from mixtura.plots._style import colour
from mixtura.plots._views import MOST_POINTS


def clouds(ax):
    return [artist for artist in ax.collections if isinstance(artist, PathCollection)]


def ellipses(ax):
    return [patch for patch in ax.patches if isinstance(patch, Ellipse)]


def share_within(patch, points):
    """By the outline that matplotlib draws."""
    outline = patch.get_patch_transform().transform_path(patch.get_path())
    return outline.contains_points(points).mean()


@pytest.mark.parametrize("n_columns", [2, 5])
def test_ellipses_hold_their_shares_of_each_component(n_columns):
    fitted = mixture(3, n_columns)
    points, origins = sample(fitted, 60_000)
    display = ClassificationDisplay.from_estimator(fitted, points)
    drawn = ellipses(display.ax_)
    assert len(drawn) == 6
    for k in range(3):
        mine = display.plane.points[origins == k]
        for patch, share in zip(drawn[2 * k : 2 * k + 2], (0.5, 0.95), strict=True):
            assert share_within(patch, mine) == pytest.approx(share, abs=4 * sqrt(share * (1 - share) / len(mine)))
            assert patch.get_edgecolor()[:3] == pytest.approx(to_rgb(colour(k)))


def test_the_axes_show_all_of_every_ellipse(of_people, people):
    ax = ClassificationDisplay.from_estimator(of_people, people[:5]).ax_
    (left, right), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    for patch in ellipses(ax):
        corners = patch.get_patch_transform().transform_path(patch.get_path()).vertices
        assert corners[:, 0].min() >= left
        assert corners[:, 0].max() <= right
        assert corners[:, 1].min() >= bottom
        assert corners[:, 1].max() <= top


def test_every_row_is_drawn_where_it_is_in_the_colour_of_its_cluster(of_people, people):
    ax = ClassificationDisplay.from_estimator(of_people, people).ax_
    labels = of_people.predict(people)
    assert len(clouds(ax)) == 4
    for k, cloud in enumerate(clouds(ax)):
        np.testing.assert_array_equal(cloud.get_offsets(), people[labels == k])
        np.testing.assert_allclose(cloud.get_facecolors()[:, :3], np.tile(to_rgb(colour(k)), (sum(labels == k), 1)))


def test_many_rows_are_shaded_and_the_rarest_are_points():
    fitted = mixture(2, 2)
    points, _ = sample(fitted, MOST_POINTS + 1)
    ax = ClassificationDisplay.from_estimator(fitted, points).ax_
    assert ax.get_title("left") == "8,001 rows, the darker the more; the 20 least likely as points"
    shown = np.concatenate([cloud.get_offsets() for cloud in clouds(ax)])
    rarest = points[np.argsort(rows_of(fitted, points).classification.log_density)[:20]]
    assert set(map(tuple, shown.tolist())) == set(map(tuple, rarest.tolist()))
    (image,) = ax.images
    left, right, bottom, top = image.get_extent()
    assert left < points[:, 0].min() < points[:, 0].max() < right
    assert bottom < points[:, 1].min() < points[:, 1].max() < top
    assert image.origin == "lower"
    shades = image.get_array()
    height, width = shades.shape[:2]
    i, j = np.floor((points[0] - [left, bottom]) / [right - left, top - bottom] * [width, height]).astype(int)
    assert shades[j, i, 3] > 0


def test_one_column_is_a_histogram_with_curves(of_one_column):
    ax = ClassificationDisplay.from_estimator(*of_one_column).ax_
    assert len(ax.lines) == 3  # two components and their sum
    grid, total = ax.lines[-1].get_data()
    assert np.trapezoid(total, grid) == pytest.approx(1, abs=0.02)
    (bars,) = ax.patches
    heights, edges, _ = bars.get_data()
    assert heights @ np.diff(edges) == pytest.approx(1)
    assert ax.get_ylim()[0] == 0
    assert ax.get_xlabel() == "minutes"


def test_columns_can_be_chosen_and_more_are_projected(of_iris, iris):
    chosen = ClassificationDisplay.from_estimator(of_iris, iris, columns=[3, "x0"])
    assert (chosen.ax_.get_xlabel(), chosen.ax_.get_ylabel()) == ("x3", "x0")
    np.testing.assert_array_equal(chosen.plane.points, iris[:, [3, 0]])
    projected = ClassificationDisplay.from_estimator(of_iris, iris)
    assert projected.ax_.get_title("left") == "4 columns, seen where the clusters differ most"
    assert projected.ax_.get_xlabel().startswith("direction 1: mostly x2")
    with pytest.raises(DataError, match="two columns, not 3"):
        ClassificationDisplay.from_estimator(of_iris, iris, columns=[0, 1, 2])


def test_fifteen_clusters_have_numbers_and_names():
    fitted = mixture(15, 2).renamed({3: "Short wait"})
    ax = ClassificationDisplay.from_estimator(fitted, sample(fitted, 300)[0]).ax_
    assert [text.get_text() for text in ax.texts] == [str(k) for k in range(15)]
    for text, mean in zip(ax.texts, fitted.parameters.emission.means, strict=True):
        np.testing.assert_allclose(text.xy, mean)
    entries = [text.get_text() for text in ax.get_legend().get_texts()]
    assert entries == [
        *(f"cluster {k}" if k != 3 else "3: Short wait" for k in range(15)), "50 % of a cluster", "95 % of a cluster",
    ]  # fmt: skip


def test_pairs_below_the_diagonal_share_scales(of_iris, iris):
    display = PairDisplay.from_estimator(of_iris, iris, columns=[0, 2, 3])
    axes = display.axes_
    assert [(i, j) for i in range(3) for j in range(3) if axes[i, j] is None] == [(0, 1), (0, 2), (1, 2)]
    np.testing.assert_array_equal(
        np.sort(np.concatenate([cloud.get_offsets() for cloud in clouds(axes[2, 1])]), axis=0),
        np.sort(iris[:, [2, 3]], axis=0),
    )
    assert axes[2, 0].get_xlim() == axes[1, 0].get_xlim() == axes[0, 0].get_xlim()
    assert axes[2, 0].get_ylim() == axes[2, 1].get_ylim()
    assert (axes[2, 1].get_xlabel(), axes[2, 0].get_ylabel()) == ("x2", "x3")


def test_of_a_hundred_columns_those_that_tell_most_are_paired():
    fitted = mixture(3, 100)
    means = fitted.parameters.emission.means.copy()
    means[:, [7, 70]] *= 50
    wide = fitted.parameters._replace(emission=fitted.parameters.emission._replace(means=means))
    display = PairDisplay.from_estimator(
        type(fitted)(fitted.model, wide, fitted.features, fitted.cluster_names), sample(fitted, 30)[0]
    )
    assert len(display.columns) == 5
    assert {7, 70} <= set(display.columns)
    title = display.figure_.get_suptitle()
    assert title == "the 5 of 100 columns in which the cluster means differ most"


def test_dollars_and_underscores_in_names_mean_nothing():
    fitted = mixture(2, 2, features=("$x$", "_y")).renamed({0: "_a $b$"})
    ax = ClassificationDisplay.from_estimator(fitted, sample(fitted, 30)[0]).ax_
    assert (ax.get_xlabel(), ax.get_ylabel()) == (r"\$x\$", "_y")
    assert ax.get_legend().get_texts()[0].get_text() == r"0: _a \$b\$"
