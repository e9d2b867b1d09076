"""What holds for every display, by registry."""

import importlib
import io
import sys

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest

from drawing.cases import mixture, sample
from mixtura import KMeans, combine, plots
from mixtura.errors import DataError, MissingExtraError
from mixtura.plots import (
    ClassificationDisplay,
    ColumnsDisplay,
    ContourDisplay,
    ConvergenceDisplay,
    DensityDisplay,
    DirectionsDisplay,
    EMDisplay,
    EntropyDisplay,
    IntervalDisplay,
    KMeansDisplay,
    LikelihoodRatioDisplay,
    MergingDisplay,
    MissingDisplay,
    OverlapDisplay,
    PairDisplay,
    ProfileDisplay,
    QQDisplay,
    ResponsibilityDisplay,
    SelectionDisplay,
    StabilityDisplay,
    StartsDisplay,
    SurfaceDisplay,
    UncertaintyDisplay,
)

HOSTILE = ("$x$ & \\alpha", "_hidden", "line\nbreak", "n" * 10_000, "<script>")


def with_gaps(points):
    return np.where(np.arange(points.size).reshape(points.shape) % 7 == 0, np.nan, points)


# How each is made from an estimator (or what stands for one) and rows.
MAKERS = {
    ClassificationDisplay: ClassificationDisplay.from_estimator,
    ContourDisplay: ContourDisplay.from_estimator,
    ConvergenceDisplay: lambda model, X: ConvergenceDisplay.from_estimator(model, X, n_starts=2),
    DensityDisplay: DensityDisplay.from_estimator,
    EMDisplay: EMDisplay.from_estimator,
    IntervalDisplay: lambda model, X: IntervalDisplay.from_estimator(model, X, n_replicates=3),
    KMeansDisplay: lambda model, X: KMeansDisplay.from_estimators(KMeans(2, random_state=0).fit(X), model, X),
    EntropyDisplay: lambda model, X: EntropyDisplay.from_combination(combine(model, X)),
    MergingDisplay: lambda model, X: MergingDisplay.from_combination(combine(model, X, method="demp")),
    MissingDisplay: lambda model, X: MissingDisplay.from_data(with_gaps(X)),
    OverlapDisplay: OverlapDisplay.from_estimator,
    PairDisplay: PairDisplay.from_estimator,
    ProfileDisplay: lambda model, X: ProfileDisplay.from_estimator(model),
    QQDisplay: QQDisplay.from_estimator,
    ResponsibilityDisplay: ResponsibilityDisplay.from_estimator,
    StabilityDisplay: lambda model, X: StabilityDisplay.from_estimator(model, X, n_replicates=2),
    SurfaceDisplay: lambda model, X: SurfaceDisplay.from_estimator(model),
    UncertaintyDisplay: UncertaintyDisplay.from_estimator,
}
FROM_RECORDS = {
    ColumnsDisplay: ColumnsDisplay.from_selection,
    DirectionsDisplay: DirectionsDisplay.from_estimator,
    LikelihoodRatioDisplay: LikelihoodRatioDisplay.from_test,
    StartsDisplay: StartsDisplay.from_estimator,
    SelectionDisplay: SelectionDisplay.from_selection,
}
OF_AXES = [display for display in MAKERS if "ax_" in display.__annotations__ and display is not SurfaceDisplay]
every_display = pytest.mark.parametrize("display", MAKERS, ids=lambda display: display.__name__)


def pixels(figure):
    """The picture as it looks."""
    figure.savefig(buffer := io.BytesIO(), format="raw", dpi=40)
    return buffer.getvalue()


@pytest.fixture(scope="module")
def case():
    fitted = mixture(3, 3)
    return fitted, sample(fitted, 120)[0]


def test_the_registry_is_complete():
    assert {display.__name__ for display in [*MAKERS, *FROM_RECORDS]} == set(plots.__all__)


@every_display
def test_it_draws_the_same_again_and_leaves_matplotlib_alone(display, case):
    before = dict(matplotlib.rcParams)
    drawn = MAKERS[display](*case)
    first = pixels(drawn.figure_)
    assert drawn.plot() is drawn
    assert pixels(drawn.figure_) == first
    assert dict(matplotlib.rcParams) == before


@pytest.mark.parametrize("display", OF_AXES, ids=lambda display: display.__name__)
def test_it_draws_where_it_is_told(display, case):
    figure, (left, right) = plt.subplots(1, 2)
    drawn = MAKERS[display](*case).plot(ax=right)
    assert drawn.ax_ is right
    assert drawn.figure_ is figure
    assert not left.has_data()


@every_display
@pytest.mark.parametrize("shape", [(15, 2), (2, 30)], ids=lambda shape: f"{shape[0]} in {shape[1]} columns")
def test_many_clusters_and_columns_are_drawn(display, shape):
    fitted = mixture(*shape)
    assert MAKERS[display](fitted, sample(fitted, 90)[0]).figure_.axes


@every_display
def test_one_cluster_with_hostile_names_is_drawn(display):
    fitted = mixture(1, 5, features=HOSTILE).renamed({0: f"_a $\\frac$ {'b' * 10_000}"})
    MAKERS[display](fitted, sample(fitted, 60)[0]).figure_.draw_without_rendering()


@pytest.mark.parametrize(
    "display", [d for d in MAKERS if d not in (ContourDisplay, KMeansDisplay, SurfaceDisplay)], ids=lambda d: d.__name__
)
def test_one_column_is_enough(display, of_one_column):
    assert MAKERS[display](*of_one_column).figure_.axes


@pytest.mark.parametrize("display", [ContourDisplay, KMeansDisplay, SurfaceDisplay], ids=lambda d: d.__name__)
def test_a_plane_needs_two_columns(display, of_one_column):
    with pytest.raises(DataError, match="one column, and a plane needs two: DensityDisplay shows it"):
        MAKERS[display](*of_one_column)


@pytest.mark.parametrize(
    "display",
    [d for d in MAKERS if d not in (EntropyDisplay, MergingDisplay, MissingDisplay)],
    ids=lambda d: d.__name__,
)
def test_what_holds_no_mixture_is_refused(display, case):
    with pytest.raises(DataError, match="ndarray holds no fitted mixture: give a fitted GaussianMixture"):
        MAKERS[display](np.zeros(3), case[1])


def test_without_matplotlib_the_message_says_what_to_install(monkeypatch):
    for name in [name for name in sys.modules if name.startswith("mixtura.plots")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r'pip install "mixtura\[plot\]"'):
        importlib.import_module("mixtura.plots")
