"""Rows and components as marks on axes: in a plane as points and ellipses, over one column as bars and curves."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float, Int
from matplotlib.colors import to_rgb
from matplotlib.patches import Ellipse
from matplotlib.patheffects import withStroke
from numpy import ndarray

from mixtura.drawing.densities import component_densities, histogram, shown_range
from mixtura.drawing.ellipses import LEVELS, ellipse
from mixtura.drawing.planes import Plane
from mixtura.drawing.sample import outliers
from mixtura.drawing.shading import Extent, shade
from mixtura.explain.profiles import component_moments
from mixtura.explain.records import Rows
from mixtura.fitted import FittedMixture
from mixtura.plots._axes import plain
from mixtura.plots._style import colour, line, palette, sign

MOST_POINTS = 8000  # rows that are drawn one by one; more are shaded
_INVISIBLE = 0.002  # of the height of a picture of densities
_STEPS = 400
_NO_CLUSTER = "#9a9a9a"
_HALO = (withStroke(linewidth=3, foreground="white", alpha=0.8),)


class Ink(NamedTuple):
    """The colours of the rows: one for each, and whether the signs of their clusters tell them apart as well."""

    colours: Float[ndarray, "N 3"]
    has_signs: bool = True


def cluster_ink(labels: Int[ndarray, " N"], n_clusters: int) -> Ink:
    """Rows in the colours of their clusters, those of none in grey."""
    return Ink(np.vstack([palette(n_clusters), to_rgb(_NO_CLUSTER)])[labels])


# --- in a plane ------------------------------------------------------------------------------------------------------


def draw_rows(ax: Any, plane: Plane, rows: Rows, ink: Ink) -> str:
    """Rows as points, or, where they are too many, as shades; what has to be said of that."""
    if plane.points is None:
        return ""
    n_rows = len(plane.points)
    if n_rows <= MOST_POINTS:
        draw_points(ax, plane.points, rows.classification.labels, ink)
        return ""
    extent = extent_of(plane)
    image = shade(plane.points, ink.colours, rows.weights, extent)
    ax.imshow(image, extent=extent, origin="lower", aspect="auto", interpolation="nearest", zorder=1)
    rare = outliers(rows.classification.log_density)
    draw_points(ax, plane.points[rare], rows.classification.labels[rare], Ink(ink.colours[rare], ink.has_signs))
    return f"{n_rows:,} rows, the darker the more; the {len(rare)} least likely as points"


def draw_points(
    ax: Any, points: Float[ndarray, "N 2"], labels: Int[ndarray, " N"], ink: Ink, size: float | None = None
) -> None:
    """Every row as a point, those of a cluster with its sign."""
    area = point_area(len(points)) if size is None else size
    for k in np.unique(labels).tolist() if ink.has_signs else [None]:
        mine = slice(None) if k is None else labels == k
        ax.scatter(
            *points[mine].T, s=area, c=ink.colours[mine], marker="o" if k is None else sign(k), zorder=2,
            edgecolors="white", linewidths=min(0.4, area / 40), alpha=0.85,
        )  # fmt: skip


def point_area(n_rows: int) -> float:
    """In squared points: smaller where rows are many."""
    return float(np.clip(9000 / max(n_rows, 1), 8, 28))


def draw_ellipses(ax: Any, plane: Plane, *, is_small: bool = False, labels: Sequence[int] | None = None) -> None:
    """Lines around 50 % (dashed) and 95 % of each component, and its number at its mean; the outer alone if small."""
    for k, (mean, covariance) in enumerate(zip(plane.means, plane.covariances, strict=True)):
        label = k if labels is None else labels[k]
        for share in LEVELS[1:] if is_small else LEVELS:
            _draw_ellipse(ax, ellipse(mean, covariance, share), label, is_outer=share == LEVELS[-1])
        if not is_small:
            draw_number(ax, mean, label)


def _draw_ellipse(ax: Any, outline: tuple[float, ...], label: int, *, is_outer: bool) -> None:
    x, y, major, minor, angle = outline
    line = {"linewidth": 1.8, "linestyle": "-"} if is_outer else {"linewidth": 1.1, "linestyle": (0, (4, 2))}
    look = {"fill": False, "edgecolor": colour(label), "zorder": 3, "path_effects": _HALO, **line}
    ax.add_patch(Ellipse((x, y), 2 * major, 2 * minor, angle=angle, **look))


def draw_number(ax: Any, place: Sequence[float] | ndarray, label: int) -> None:
    """The number of a cluster in a small round box."""
    box = {"boxstyle": "circle,pad=0.18", "facecolor": "white", "edgecolor": colour(label), "linewidth": 1.3}
    ax.annotate(
        str(label), tuple(place), ha="center", va="center", fontsize="small", fontweight="bold", bbox=box, zorder=4,
        annotation_clip=True,
    )  # fmt: skip


def name_axes(ax: Any, names: Sequence[str]) -> None:
    """What is shown along the axes."""
    ax.set_xlabel(plain(names[0], 60))
    ax.set_ylabel(plain(names[1], 60))


def extent_of(plane: Plane) -> Extent:
    """Room for all rows and for the outer ellipses."""
    reach = 2.45 * np.sqrt(np.einsum("kii->ki", plane.covariances))
    shown = [plane.means - reach, plane.means + reach, *([] if plane.points is None else [plane.points])]
    low = np.min([part.min(0) for part in shown], axis=0)
    high = np.max([part.max(0) for part in shown], axis=0)
    room = 0.03 * (high - low)
    (left, bottom), (right, top) = low - room, high + room
    return float(left), float(right), float(bottom), float(top)


# --- over one column -------------------------------------------------------------------------------------------------


def draw_densities(ax: Any, fitted: FittedMixture, rows: Rows | None, d: int, *, numbered: bool = True) -> None:
    """Weighted component densities and their sum, over the histogram of the rows."""
    means, covariances = component_moments(fitted)
    centres, sds = means[:, d], np.sqrt(covariances[:, d, d])
    bars = histogram(rows.points[:, d], rows.weights, float(np.median(sds))) if rows else None
    if bars:
        ax.stairs(*bars, fill=True, color="0.86", zorder=1)  # begins at 0, and so does the axis
    grid = np.linspace(*shown_range(centres, sds, bars), _STEPS)
    densities = component_densities(grid, fitted.parameters.weights, centres, sds)
    draw_curves(ax, grid, densities)
    if numbered:
        highest = densities.sum(0).max()
        for k, density in enumerate(densities):
            if density.max() > 0.02 * highest:
                draw_number(ax, (grid[density.argmax()], density.max()), k)
    ax.set_xlabel(plain(fitted.features[d], 48))
    ax.set_ylabel("density")
    if not bars:
        ax.set_ylim(bottom=0)


def draw_curves(ax: Any, grid: Float[ndarray, " G"], densities: Float[ndarray, "K G"]) -> None:
    """One curve for each component where it can be seen, and a thin one for their sum."""
    total = densities.sum(0)
    for k, density in enumerate(densities):
        seen = density > _INVISIBLE * total.max()
        ax.plot(grid[seen], density[seen], color=colour(k), linestyle=line(k), linewidth=1.8, zorder=3)
    ax.plot(grid, total, color="black", linewidth=0.8, zorder=2)


# --- several panels --------------------------------------------------------------------------------------------------


def panels(figure: Any, n_panels: int, draw: Callable[[Any, int], None], *, is_shared: bool = False) -> ndarray:
    """`n_panels` axes in rows of at most three, each drawn by `draw(axes, number)`; on the same scales if shared."""
    n_across = min(n_panels, 3) if n_panels != 4 else 2
    n_down = -(-n_panels // n_across)
    axes: list[Any] = []
    for i in range(n_panels):
        first = axes[0] if axes and is_shared else None
        axes.append(figure.add_subplot(n_down, n_across, i + 1, sharex=first, sharey=first))
    for i, ax in enumerate(axes):
        draw(ax, i)
    return np.array(axes, dtype=object)
