"""What displays take for a mixture."""

import numpy as np
import pytest
from sklearn.mixture import GaussianMixture as TheirMixture

from mixtura import GaussianMixture, assemble
from mixtura.errors import DataError
from mixtura.explain.profiles import component_moments
from mixtura.plots._model import as_fitted, see


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_scikit_learns_mixtures_say_the_same_of_every_row(covariance, iris):
    theirs = TheirMixture(n_components=3, covariance_type=covariance, random_state=0).fit(iris)
    scene = see(theirs, iris)
    np.testing.assert_allclose(scene.responsibilities, theirs.predict_proba(iris), atol=1e-8)
    np.testing.assert_allclose(scene.rows.classification.log_density, theirs.score_samples(iris))
    assert scene.fitted.features == ("x0", "x1", "x2", "x3")


@pytest.mark.parametrize("covariance", ["full", "tied", "diag", "spherical"])
def test_the_shape_of_covariances_tells_their_kind(covariance, iris):
    theirs = TheirMixture(n_components=3, covariance_type=covariance, random_state=0).fit(iris)

    class Bare:
        weights_, means_, covariances_ = theirs.weights_, theirs.means_, theirs.covariances_

    for found, known in zip(component_moments(as_fitted(Bare())), component_moments(as_fitted(theirs)), strict=True):
        np.testing.assert_array_equal(found, known)


def test_estimators_values_and_selections_are_the_same_to_a_display(of_iris, iris, selection):
    np.testing.assert_array_equal(see(of_iris, iris).responsibilities, see(of_iris.to_fitted(), iris).responsibilities)
    assert as_fitted(selection).parameters.weights.tolist() == assemble(selection).parameters.weights.tolist()


def test_rows_count_as_much_as_they_are_told(of_iris, iris):
    weights = np.linspace(0, 2, len(iris))
    np.testing.assert_array_equal(see(of_iris, iris, weights).rows.weights, weights)
    with pytest.raises(DataError, match="there must be one for each of the 150 rows"):
        see(of_iris, iris, weights[1:])


def test_columns_are_found_by_name(iris):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame(iris[:, :3], schema=["a", "b", "c"])
    mixture = GaussianMixture(2, random_state=0).fit(frame)
    turned = frame.select("c", "a", "b").with_columns(kind=polars.lit("text"))
    np.testing.assert_array_equal(see(mixture, turned).rows.points, iris[:, :3])
    with pytest.raises(DataError, match="'b'"):
        see(mixture, frame.drop("b"))


def test_missing_cells_are_shown_where_they_are_expected(of_iris, iris):
    holes = iris.copy()
    holes[7, 2] = np.nan
    rows = see(of_iris, holes).rows
    np.testing.assert_array_equal(rows.points[~np.isnan(holes)], iris[~np.isnan(holes)])
    assert rows.points[7, 2] == pytest.approx(iris[7, 2], abs=0.3)
    assert np.argwhere(rows.holes).tolist() == [[7, 2]]
