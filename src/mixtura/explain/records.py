"""What there is to say about a fit: plain numbers, tuples and strings, ready for JSON."""

from typing import NamedTuple

from jaxtyping import Float
from numpy import ndarray

from mixtura.explain.numbers import percent
from mixtura.mixture import Classification


class Rows(NamedTuple):
    """The rows that a fit is described by.

    `weights` say how much each row counts, `ids` what it is called (its number, from 1, where there are none), `truth`
    which group it is known to belong to.
    """

    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " N"]
    classification: Classification
    ids: ndarray | None = None
    truth: ndarray | None = None


class Column(NamedTuple):
    """One column over all rows, in its own units."""

    name: str
    mean: float
    sd: float
    median: float
    minimum: float
    maximum: float


class Cluster(NamedTuple):
    """One cluster; tuples hold one value for each column.

    `weight` is the mixing proportion; `n_rows` and `share` count the rows that most probably belong here. `differences`
    are (mean of the cluster - mean of all) / standard deviation of all; `distinguishing` are the columns, largest
    difference first; `description` says in words what is high or low. `overlap` is with the `nearest` cluster: see
    `mixtura.explain.overlap`. `prototype` is the row where the component is densest, `doubtful` the row that belongs
    here with the least probability: both are positions in the table, from 0. What rows alone can tell is None where
    there are none.
    """

    label: int
    name: str
    n_rows: int
    weight: float
    share: float
    means: tuple[float, ...]
    sds: tuple[float, ...]
    medians: tuple[float | None, ...]
    differences: tuple[float, ...]
    distinguishing: tuple[int, ...]
    description: str
    mean_probability: float | None
    share_sure: float | None
    nearest: int | None
    overlap: float
    prototype: int | None
    doubtful: int | None

    @property
    def sentence(self) -> str:
        """The share of the rows and the description, in plain words."""
        return f"{percent(self.share)} of the rows: {self.description}." if self.n_rows else f"{self.description}."


class Certainty(NamedTuple):
    """How probable the most probable cluster is, over the rows.

    `share_sure` is the share of rows with a probability of at least 0.9, `share_doubtful` that below 0.6.
    """

    mean: float
    share_sure: float
    share_doubtful: float


class Explanation(NamedTuple):
    """All there is to say, most important first in each part.

    `overlaps` holds a value for every pair of clusters: the share of the rows of both that would be put into the wrong
    one of the two.
    """

    headline: str
    warnings: tuple[str, ...]
    clusters: tuple[Cluster, ...]
    columns: tuple[Column, ...]
    certainty: Certainty
    overlaps: tuple[tuple[float, ...], ...]
    n_rows: int
    total_weight: float
