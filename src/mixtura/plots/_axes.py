"""Axes, names, notes and legends: what every display does to a figure, and nothing to matplotlib's settings."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from mixtura.explain.words import short
from mixtura.fitted import FittedMixture
from mixtura.plots._style import SOFT, colour, line, sign

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_LONGEST = 32  # characters of a name
_TALLEST = 20  # entries in a column of a legend


def axes_or_new(ax: Any, size: tuple[float, float] = (6.4, 4.6), **kwargs: Any) -> "Axes":
    """The axes given, or those of a new figure."""
    if ax is not None:
        return ax
    return new_figure(size).add_subplot(**kwargs)


def new_figure(size: tuple[float, float]) -> "Figure":
    """A new figure in which labels and legends find room by themselves."""
    import matplotlib.pyplot as plt

    return plt.figure(figsize=size, layout="constrained")


def open_frame(ax: Any) -> None:
    """Axes without the lines at the top and at the right."""
    ax.spines[["top", "right"]].set_visible(False)


def plain(name: str, longest: int = _LONGEST) -> str:
    """A name as it is: a dollar is no mathematics, and it ends somewhere."""
    return short(name, longest).replace("$", r"\$")


def note(ax: Any, *parts: str) -> None:
    """What has to be said of the picture, above it; nothing where there is nothing to say."""
    said = "; ".join(part for part in parts if part)
    if said:
        ax.set_title(said, loc="left", fontsize="small", color=SOFT, wrap=True)


def figure_note(figure: Any, *parts: str) -> None:
    """The same above all panels of a figure."""
    said = "; ".join(part for part in parts if part)
    if said:
        figure.suptitle(said, x=0.01, ha="left", fontsize="small", color=SOFT)


def cluster_handles(fitted: FittedMixture, kind: Literal["sign", "line"] = "sign") -> list[Any]:
    """One entry of a legend for each cluster, as rows (signs) or as curves (lines)."""
    from matplotlib.lines import Line2D

    return [
        Line2D(
            [], [], color=colour(k), label=_entry(k, name),
            marker=sign(k) if kind == "sign" else "", linestyle="none" if kind == "sign" else line(k),
        )
        for k, name in enumerate(fitted.cluster_names)
    ]  # fmt: skip


def ellipse_handles() -> list[Any]:
    """What the lines around a component mean."""
    from matplotlib.lines import Line2D

    lines: dict[str, Any] = {"50 % of a cluster": (0, (4, 2)), "95 % of a cluster": "-"}
    return [Line2D([], [], color=SOFT, linestyle=line, linewidth=1.2, label=label) for label, line in lines.items()]


def legend_beside(target: Any, handles: Sequence[Any]) -> None:
    """A legend to the right of the axes, in as many columns as it takes."""
    place = {"loc": "upper left", "bbox_to_anchor": (1.01, 1.0), "borderaxespad": 0.0}
    target.legend(handles=handles, ncols=-(-len(handles) // _TALLEST), frameon=False, fontsize="small", **place)


def figure_legend(figure: Any, handles: Sequence[Any], place: str = "outside right upper") -> None:
    """A legend for all panels of a figure."""
    n_columns = -(-len(handles) // _TALLEST)
    figure.legend(handles=handles, loc=place, ncols=n_columns, frameon=False, fontsize="small")


def _entry(label: int, name: str) -> str:
    return plain(name) if name == f"cluster {label}" else f"{label}: {plain(name)}"
