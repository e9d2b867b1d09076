"""What there is to say about a fit: plain numbers, tuples and strings, ready for JSON."""

from collections.abc import Mapping
from typing import NamedTuple

from jaxtyping import Bool, Float
from numpy import ndarray

from mixtura.explain.numbers import percent
from mixtura.mixture import Classification
from mixtura.remoteness import Level


class Rows(NamedTuple):
    """The rows that a fit is described by.

    `weights` say how much each row counts, `ids` what it is called (its number, from 1, where there are none), `truth`
    which group it is known to belong to; `extra` are columns to show beside the points, by name, of which those among
    `categories` were clustered on. `holes` are the cells that were missing, if some were: there `points` hold what the
    mixture expects. The columns at the positions `levels` are one where a row has some level of a category, else zero.
    """

    points: Float[ndarray, "N D"]
    weights: Float[ndarray, " N"]
    classification: Classification
    ids: ndarray | None = None
    truth: ndarray | None = None
    extra: Mapping[str, ndarray] | None = None
    holes: Bool[ndarray, "N D"] | None = None
    categories: tuple[str, ...] = ()
    levels: tuple[int, ...] = ()


class Column(NamedTuple):
    """One column over all rows, in its own units; or one level of a category, whose mean is the share that has it."""

    name: str
    mean: float
    sd: float
    median: float
    minimum: float
    maximum: float
    is_level: bool = False


class Condition(NamedTuple):
    """A column (its position) whose value is `above` a bound and at most `up_to` another; None where there is none."""

    column: int
    above: float | None
    up_to: float | None


class Rule(NamedTuple):
    """Conditions that hold together: the share of the rows they hold for that is of the cluster, and of the cluster."""

    conditions: tuple[Condition, ...]
    precision: float
    coverage: float


class Separation(NamedTuple):
    """How far two clusters lie apart, in nats: the part of each column by location and by spread and shape.

    All parts add up to `total`; see `mixtura.explain.separation`.
    """

    total: float
    location: tuple[float, ...]
    shape: tuple[float, ...]

    @property
    def parts(self) -> tuple[float, ...]:
        """What each column adds, one way and the other."""
        return tuple(a + b for a, b in zip(self.location, self.shape, strict=True))

    @property
    def shares(self) -> tuple[float, ...]:
        """The parts as shares of the whole; zeros where nothing is apart."""
        return tuple(part / self.total if self.total > 0 else 0.0 for part in self.parts)


class Cluster(NamedTuple):
    """One cluster; tuples hold one value for each column.

    `weight` is the mixing proportion; `n_rows` and `share` count the rows that most probably belong here. `differences`
    are (mean of the cluster - mean of all) / standard deviation of all; `distinguishing` are the columns, largest
    difference first; `description` says in words what is high or low. `overlap` is with the `nearest` cluster: see
    `mixtura.explain.overlap`; `separation` says what keeps the two apart. `rules` tell it from all other clusters.
    `prototype` is the complete row where the component is densest, `doubtful` the row that belongs here
    with the least probability: both are positions in the table, from 0. What rows alone can tell is None where
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
    separation: Separation | None
    rules: tuple[Rule, ...]
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


class Change(NamedTuple):
    """The value of one column at which a row would go over to another cluster.

    `distance` is how far that is from its value, in standard deviations of all rows; of a level, in those of whether
    rows have it. Numbers go over just beyond a value that is a bound; levels and counts at the value itself.
    """

    column: int
    value: float | str
    distance: float
    label: int
    is_bound: bool = True


class RowExplanation(NamedTuple):
    """Why a row belongs to cluster `label` and not to the `second` most probable one; None where there is one cluster.

    `sizes` (what the mixing weights say) and `contributions` (what each column says) add up to `log_odds`, all in nats;
    what is positive speaks for `label`. `values` are levels by name, None where a cell is missing. `deviations` are
    from the cluster's mean in its standard deviations, None where there is no mean. `changes` has for each column the
    nearest value that would move the row to another cluster if nothing else changed, or None.
    """

    values: tuple[float | str | None, ...]
    label: int
    second: int | None
    probabilities: tuple[float, ...]
    log_density: float
    log_odds: float
    sizes: float
    contributions: tuple[float, ...]
    deviations: tuple[float | None, ...]
    changes: tuple[Change | None, ...]
    sentence: str

    @property
    def change(self) -> Change | None:
        """The smallest change of a single column that would move the row."""
        possible = [change for change in self.changes if change is not None]
        return min(possible, key=lambda change: abs(change.distance), default=None)


class Doubt(NamedTuple):
    """A row whose cluster is not sure, by its position, and the second most probable cluster."""

    row: int
    second_label: int
    second_probability: float


class Pair(NamedTuple):
    """Two columns (positions) and how far what they have in common is from what the classes expect."""

    first: int
    second: int
    residual: float


class Account(NamedTuple):
    """How well latent classes account for a table of answers; see `mixtura.goodness`.

    None stands for what no complete row, or no number, tells; `pairs` are those of the largest residuals.
    """

    g_squared: float | None
    x_squared: float | None
    df: int
    entropy_r2: float
    pairs: tuple[Pair, ...]


class Item(NamedTuple):
    """A column of categories: its most frequent levels, their shares of all rows and, by the mixture, of each cluster.

    `n_more` levels are not among them; `missing` is the share of the rows whose level is not known.
    """

    name: str
    levels: tuple[str, ...]
    overall: tuple[float, ...]
    shares: tuple[tuple[float, ...], ...]
    n_more: int
    missing: float


class Pattern(NamedTuple):
    """Columns (positions) that are missing together, and no others, in so many rows."""

    columns: tuple[int, ...]
    n_rows: int


class Missing(NamedTuple):
    """What is missing in which columns: rows with holes, the share of all cells, of each column's, and patterns."""

    columns: tuple[str, ...]
    n_rows: int
    share: float
    shares: tuple[float, ...]
    patterns: tuple[Pattern, ...]
    n_patterns: int
    sentence: str


class Explanation(NamedTuple):
    """All there is to say, most important first in each part.

    `overlaps` holds a value for every pair of clusters: the share of the rows of both that would be put into the wrong
    one of the two. `importance` is the share of each column in keeping clusters from their nearest neighbours; it adds
    up to one, and is empty where nothing is kept apart. `outliers` says how many complete rows lie how far out,
    and how many were to be expected; None where that was not asked. `items` are the columns of categories; without any
    numbers, the shares of their levels stand for means. `doubts` are the least sure rows.
    `account` is there where all columns are categories, `missing` where cells of any column are. `n_weightless` rows
    have weight zero, and no cluster counts them.
    """

    headline: str
    warnings: tuple[str, ...]
    clusters: tuple[Cluster, ...]
    columns: tuple[Column, ...]
    certainty: Certainty
    overlaps: tuple[tuple[float, ...], ...]
    importance: tuple[float, ...]
    n_rows: int
    total_weight: float
    outliers: tuple[Level, ...] | None = None
    items: tuple[Item, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    account: Account | None = None
    has_numbers: bool = True
    missing: Missing | None = None
    n_weightless: int = 0
