"""Densities over columns and planes."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.path import Path as Outline
from scipy.stats import multivariate_normal, norm

from drawing.cases import mixture, sample
from mixtura.errors import DataError
from mixtura.plots import ContourDisplay, DensityDisplay, SurfaceDisplay


def test_every_column_has_its_curves(of_iris, iris):
    display = DensityDisplay.from_estimator(of_iris, iris)
    assert [ax.get_xlabel() for ax in display.axes_] == ["x0", "x1", "x2", "x3"]
    for d, ax in enumerate(display.axes_):
        grid, total = ax.lines[-1].get_data()
        sds = np.sqrt(of_iris.covariances_[:, d, d])
        known = norm.pdf(grid[:, None], of_iris.means_[:, d], sds) @ of_iris.weights_
        np.testing.assert_allclose(total, known)


def test_without_rows_there_are_only_curves(of_iris):
    display = DensityDisplay.from_estimator(of_iris, columns=["x1"])
    (ax,) = display.axes_
    assert list(ax.patches) == []
    assert ax.get_ylim()[0] == 0


def test_of_many_columns_nine_are_shown():
    fitted = mixture(2, 30)
    display = DensityDisplay.from_estimator(fitted)
    assert len(display.axes_) == 9
    assert display.figure_.get_suptitle() == "the 9 of 30 columns in which the cluster means differ most"


def test_contours_hold_their_shares_of_rows():
    fitted = mixture(2, 2, spread=8.0)  # apart: contours of both are closed lines
    points, _ = sample(fitted, 40_000)
    contours = ContourDisplay.from_estimator(fitted).contours_
    for outline, share in zip(contours.get_paths(), (0.95, 0.75, 0.5, 0.25), strict=True):
        parts = [Outline(part) for part in outline.to_polygons()]
        inside = np.any([part.contains_points(points) for part in parts], axis=0)
        assert inside.mean() == pytest.approx(share, abs=0.01)


def test_shares_can_be_chosen(of_people):
    display = ContourDisplay.from_estimator(of_people)
    assert len(display.plot(shares=[0.9]).contours_.levels) == 1
    assert display.ax_.get_legend().get_texts()[0].get_text() == "the densest 90 %"


def test_the_surface_is_as_high_as_the_density():
    fitted = mixture(2, 2)
    display = SurfaceDisplay.from_estimator(fitted)
    shown = np.array([[limits.x0, limits.x1] for limits in (display.ax_.xy_dataLim, display.ax_.zz_dataLim)])
    means, covariances = fitted.parameters.emission
    heights = [
        weight * multivariate_normal(mean, covariance).pdf(means)
        for weight, mean, covariance in zip(fitted.parameters.weights, means, covariances, strict=True)
    ]
    assert shown[1].max() == pytest.approx(np.sum(heights, axis=0).max(), rel=0.01)
    reach = 3.5 * np.sqrt(covariances[:, 0, 0])
    assert shown[0] == pytest.approx([(means[:, 0] - reach).min(), (means[:, 0] + reach).max()])
    assert len(display.surface_.get_facecolors()) == 69**2


def test_a_surface_needs_three_dimensions(of_people):
    _, flat = plt.subplots()
    with pytest.raises(DataError, match='projection="3d"'):
        SurfaceDisplay.from_estimator(of_people, ax=flat)
    deep = plt.figure().add_subplot(projection="3d")
    assert SurfaceDisplay.from_estimator(of_people, ax=deep).ax_ is deep
