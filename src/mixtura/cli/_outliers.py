"""What `--outliers` adds to labels, and what it says of them."""

from typing import TYPE_CHECKING, Any

import click
import numpy as np

from mixtura.cli import _options

if TYPE_CHECKING:
    from mixtura.fitted import FittedMixture
    from mixtura.remoteness import Remoteness

options = _options.combine(
    click.option("--outliers", is_flag=True,
                 help="Say of every row how far out it lies (a p-value), and whether it is an outlier."),
    click.option("--contamination", type=_options.FiniteRange(0, 0.5, min_open=True), metavar="SHARE",
                 help="Call outliers the share of the rows farthest out; else rows with a p-value below 0.001."),
)  # fmt: skip


def judge(fitted: "FittedMixture", is_asked: bool, n_threads: int) -> "Remoteness | None":
    """What compares rows with those of the mixture, if that is asked for; the same rows are drawn each time."""
    from mixtura.remoteness import DRAWS, remoteness

    return remoteness(fitted, DRAWS, np.random.default_rng(0), n_threads) if is_asked else None


class Tally:
    """Counts rows and outliers on their way to a file."""

    def __init__(self) -> None:
        self.n_rows = self.n_outliers = 0

    def watch(self, columns: dict[str, Any]) -> dict[str, Any]:
        """The same columns, counted."""
        found = columns.get("outlier")
        if found is not None:
            self.n_rows += int(np.ma.count(found))
            self.n_outliers += int(np.ma.sum(found) or 0)
        return columns

    def tell(self, contamination: float | None) -> None:
        """How many outliers there are, and how many were to be expected."""
        from mixtura.explain.numbers import brief
        from mixtura.remoteness import OWN_SHARE

        if contamination is None and self.n_rows:
            expected = brief(OWN_SHARE * self.n_rows)
            click.echo(
                f"Outliers: {self.n_outliers:,} of {self.n_rows:,} rows, which lie farther out than 99.9 % of the "
                f"mixture's own would; {expected} are expected of rows like those of the fit.",
                err=True,
            )
