"""What a fit is asked for on the command line."""

from dataclasses import dataclass
from typing import Literal

from mixtura.cli._options import OF_COLUMNS, roles_asked
from mixtura.options import Options
from mixtura.priors import Prior
from mixtura.runners.local import n_threads
from mixtura.selection import FOUR
from mixtura.sources.roles import Roles
from mixtura.sources.table import Missing


@dataclass(frozen=True)
class Request:
    """Everything that was asked for, by the names of the options."""

    command: str
    data: tuple[str, ...]
    features: tuple[str, ...]
    exclude: tuple[str, ...]
    id: str | None
    weight: str | None
    profile: tuple[str, ...]
    truth: str | None
    categorical: tuple[str, ...]
    counts: tuple[str, ...]
    transform: tuple[str, ...]
    k: tuple[int, ...] | None
    covariance: tuple[str, ...] | None
    bayes: bool
    select_columns: str
    equal_weights: bool
    prior: str
    outliers: str
    trim: float | None
    fixed: str | None
    criterion: str
    count_family: str
    missing: Missing
    scale: str
    reg: float
    seed: int
    n_init: int | None
    no_prune: bool
    max_iter: int
    stability: int
    tol: float | None
    time_limit: float | None
    memory: int | None
    sql: str | None
    cache: str | None
    checkpoint: str | None
    resume: bool
    workers: int | None
    engine: str
    address: str | None
    format: str | None
    delimiter: str | None
    decimal: str | None
    na: tuple[str, ...]
    output: str | None
    proba: Literal["top", "all", "none"]
    labels: Literal["parquet", "csv", "none"]
    report: bool
    overwrite: bool
    as_json: bool
    progress: str
    quiet: bool
    verbose: bool
    no_color: bool
    dry_run: bool
    strict: bool

    @property
    def roles(self) -> Roles:
        return roles_asked({name: getattr(self, name) for name in OF_COLUMNS})

    @property
    def covariances(self) -> tuple[str, ...]:
        return self.covariance or (("full",) if self.bayes or self.is_alone else FOUR)

    @property
    def is_alone(self) -> bool:
        """Whether there is one fit to make, and nothing to choose."""
        return self.outliers == "trim" or self.fixed is not None

    @property
    def asks_for_complete_rows(self) -> str:
        """The first option that does, as it was given; none, empty, if rows may lack cells."""
        askers = {"select_columns": "none", "prior": "none", "outliers": "none", "fixed": None}
        given = ((name, getattr(self, name)) for name, usual in askers.items() if getattr(self, name) != usual)
        name, value = next(given, ("", ""))
        return f"--{name.replace('_', '-')} {value}" if name else ""

    @property
    def finds_number(self) -> bool:
        """Whether the number of clusters is found rather than chosen among some."""
        return self.bayes and self.k is None

    @property
    def n_threads(self) -> int:
        return self.workers or n_threads(-1)

    @property
    def key(self) -> str:
        """What the answer depends on, besides the rows."""
        fits = ("bayes", "k", "covariances", "criterion", "scale", "reg", "equal_weights", "prior", "outliers")
        search = ("seed", "n_init", "no_prune", "max_iter", "tol")
        return repr([getattr(self, name) for name in (*fits, *search)])

    @property
    def options(self) -> Options:
        """How each fit is made."""
        return Options(
            self.scale,
            self.reg,
            self.n_init,
            self.max_iter,
            tolerance=self.tol,
            n_threads=self.n_threads,
            equal_weights=self.equal_weights,
            outliers=self.outliers,
            prior=Prior() if self.prior == "default" else None,
            prune=not self.no_prune,
            count_family=self.count_family.replace("-", "_"),
        )

    @property
    def files(self) -> list[str]:
        """The names of the files to write."""
        labels = [] if self.labels == "none" else [f"labels.{self.labels}"]
        return ["model.safetensors", *labels, "summary.json", *(["report.html"] if self.report else [])]
