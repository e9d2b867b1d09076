"""How components were merged into clusters, and where to stop."""

from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np

from mixtura.combination import Combination
from mixtura.explain.numbers import brief
from mixtura.explain.words import count
from mixtura.merging.elbow import lines
from mixtura.plots._axes import axes_or_new, note, open_frame, plain
from mixtura.plots._style import SOFT, colour

_MOST_TICKS = 20
_WITH_NAMES = 12  # components; the names of more have no room


@dataclass(eq=False)
class EntropyDisplay:
    """The entropy of the soft assignment by number of clusters, and the two lines whose bend says where to stop.

    Joining components of one group spares much entropy, joining groups that lie apart hardly any: left of the bend the
    curve is flat. What the method suggests is ringed.

    Parameters
    ----------
    combination : Combination
        What `mixtura.combine` returns.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from mixtura import GaussianMixture, combine, datasets
    >>> from mixtura.plots import EntropyDisplay
    >>> faithful = datasets.load("faithful").data
    >>> combination = combine(GaussianMixture(5, random_state=0).fit(faithful), faithful)
    >>> EntropyDisplay.from_combination(combination).ax_.get_ylabel()
    'entropy (nats)'
    """

    combination: Combination
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_combination(cls, combination: Combination, *, ax: Any = None) -> Self:
        """Draw the entropies.

        Parameters
        ----------
        combination : Combination
            What `mixtura.combine` returns.
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        return cls(combination).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw on `ax`, or in a new figure."""
        ax = axes_or_new(ax)
        entropies, suggested = self.combination.hierarchy.entropies, self.combination.suggested
        numbers = np.arange(1, len(entropies) + 1)
        for line in lines(entropies) if len(entropies) > 2 else ():
            ends = np.array([line.first, line.last])
            ax.plot(ends, line.intercept + line.slope * ends, color=SOFT, linestyle="--", linewidth=1.1, zorder=1)
        ax.plot(numbers, entropies, color=colour(0), marker="o", markersize=5, linestyle="none", zorder=2)
        ring = {"marker": "o", "markersize": 13, "markerfacecolor": "none", "markeredgecolor": "black"}
        ax.plot([suggested], [entropies[suggested - 1]], linestyle="none", **ring)
        note(ax, f"{self.combination.hierarchy.method} suggests {count(suggested, 'cluster')}")
        ax.set_xticks(numbers[:: -(-len(numbers) // _MOST_TICKS)])
        ax.set_xlabel("number of clusters")
        ax.set_ylabel("entropy (nats)")
        open_frame(ax)
        self.ax_, self.figure_ = ax, ax.figure
        return self


@dataclass(eq=False)
class MergingDisplay:
    """Which components were joined, one after the other; how near the two were stands at every fork.

    Components are leaves at the bottom; every step upwards leaves one cluster fewer. What lies below the dashed line is
    joined in the clusters that the method suggests.

    Parameters
    ----------
    combination : Combination
        What `mixtura.combine` returns.

    Attributes
    ----------
    ax_, figure_ : matplotlib Axes and Figure
        Set by `plot`.

    Examples
    --------
    >>> from mixtura import GaussianMixture, combine, datasets
    >>> from mixtura.plots import MergingDisplay
    >>> faithful = datasets.load("faithful").data
    >>> combination = combine(GaussianMixture(5, random_state=0).fit(faithful), faithful, method="demp")
    >>> len(MergingDisplay.from_combination(combination).ax_.get_xticks())
    5
    """

    combination: Combination
    ax_: Any = field(init=False, repr=False)
    figure_: Any = field(init=False, repr=False)

    @classmethod
    def from_combination(cls, combination: Combination, *, ax: Any = None) -> Self:
        """Draw the tree.

        Parameters
        ----------
        combination, ax
            As for `EntropyDisplay`.
        """
        return cls(combination).plot(ax)

    def plot(self, ax: Any = None) -> Self:
        """Draw on `ax`, or in a new figure."""
        ax = axes_or_new(ax)
        leaves = self._leaves()
        self._draw_forks(ax, {(k,): (float(leaves.index(k)), 0) for k in leaves})
        self._name_axes(ax, leaves)
        self.ax_, self.figure_ = ax, ax.figure
        return self

    def _leaves(self) -> list[int]:
        """The components in an order in which no two branches cross."""
        merges = self.combination.hierarchy.merges
        parts = {one.left + one.right: (one.left, one.right) for one in merges}
        whole = {tuple(sorted(both)): sides for both, sides in parts.items()}

        def below(group: tuple[int, ...]) -> list[int]:
            return [k for side in whole[group] for k in below(side)] if group in whole else list(group)

        return below(tuple(range(self.combination.components.n_components)))

    def _draw_forks(self, ax: Any, places: dict[tuple[int, ...], tuple[float, int]]) -> None:
        look = {"color": colour(0), "linewidth": 1.6, "solid_joinstyle": "miter"}
        for height, (left, right, affinity) in enumerate(self.combination.hierarchy.merges, start=1):
            (x1, y1), (x2, y2) = places[left], places[right]
            ax.plot([x1, x1, x2, x2], [y1, height, height, y2], **look)
            ax.annotate(brief(affinity), ((x1 + x2) / 2, height), (3, 2), textcoords="offset points", ha="left",
                        fontsize="small")  # fmt: skip
            places[tuple(sorted(left + right))] = ((x1 + x2) / 2, height)

    def _name_axes(self, ax: Any, leaves: list[int]) -> None:
        K, names = len(leaves), self.combination.components.cluster_names
        labels = [plain(names[k], 16) for k in leaves] if K <= _WITH_NAMES else [str(k) for k in leaves]
        ax.axhline(K - self.combination.suggested + 0.5, color=SOFT, linestyle="--", linewidth=1.1)
        ax.set_xticks(range(K), labels, rotation=30, ha="right", rotation_mode="anchor")
        heights = range(0, K, -(-K // _MOST_TICKS))
        ax.set_yticks(heights, [str(K - height) for height in heights])
        ax.set_ylim(0, max(K - 0.4, 0.6))
        ax.set_ylabel("clusters left")
        note(ax, f"joined by {self.combination.hierarchy.method}; at the forks how near the two were")
        open_frame(ax)
