"""One self-contained page about a fit: `facts` has every number on it, `charts` and `page` show them.

The page makes no request, says all it has to say without JavaScript, and holds nothing that changes from run to run.
"""

from pathlib import Path
from typing import Any

from mixtura.explain import explain_rows
from mixtura.explain.noise import only_clusters
from mixtura.explain.records import Explanation, Rows
from mixtura.fitted import AnyFitted, FittedMixture, fitted_of
from mixtura.report.facts import facts
from mixtura.tables import label_rows, read_rows

__all__ = ["Rows", "facts", "write", "write_report"]


def write_report(
    path: str | Path, fitted: AnyFitted, data: Any, *, truth: str | None = None, show_rows: bool = True
) -> None:
    """Write a page about a fitted mixture and the rows of a table, as ``mixtura report`` does.

    Parameters
    ----------
    path : path-like
        The HTML file; one that exists is replaced.
    fitted : FittedMixture or fitted estimator
        From `assemble` or `load`, or a GaussianMixture and its like.
    data : data frame, array of shape (N, D), file or Table
        Usually what the mixture was fitted to. Of a Table, names and weights of rows and other columns are shown too.
    truth : str, optional
        The column of known groups among the other columns of a Table.
    show_rows : bool
        Whether single rows may be on the page.

    Raises
    ------
    DataError
        If a column is not there, or a cell is missing, infinite or no number.
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import mixtura
    >>> eruptions = mixtura.datasets.load("faithful").frame("pyarrow")
    >>> fitted = mixtura.assemble(mixtura.select(eruptions, n_components=[2], covariances=["full"]))
    >>> path = Path(tempfile.mkdtemp()) / "report.html"
    >>> mixtura.write_report(path, fitted, eruptions)
    >>> path.stat().st_size < 2_000_000
    True
    """
    fitted = fitted_of(fitted)
    rows = label_rows(fitted, read_rows(fitted, data), truth=truth)
    seen, beside, explanation = explain_rows(fitted, rows)
    write(path, seen, beside, explanation, show_rows=show_rows)


def write(
    path: str | Path,
    fitted: FittedMixture,
    rows: Rows,
    explanation: Explanation,
    *,
    command: str = "",
    left_out: dict[str, Any] | None = None,
    show_rows: bool = True,
    known_groups: dict[str, Any] | None = None,
) -> None:
    """Write the report to a file, whole or not at all.

    Parameters
    ----------
    path : path-like
        The HTML file; one that exists is replaced.
    fitted : FittedMixture
        The mixture.
    rows : Rows
        The rows to show, in the units of the data, with their weights, classification, names and known groups.
    explanation : Explanation
        What `mixtura.explain.explain` says of them.
    command : str
        What was typed to get the fit, for the last section.
    left_out : dict, optional
        Columns and rows that were left out, as in `mixtura.report.facts`.
    known_groups : dict, optional
        How far clusters agree with groups that are known, of rows that are not all at hand, as `agreement_in` tells it.
    show_rows : bool
        Whether single rows may be on the page: points, doubtful rows, outliers, histograms. Without, there are only
        numbers and curves of the clusters.

    Raises
    ------
    OutputError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from mixtura.assembly import assemble
    >>> from mixtura.explain import explain
    >>> from mixtura.selection import select
    >>> from mixtura.statistics import Block
    >>> points = np.random.default_rng(0).normal(size=(100, 2))
    >>> fitted = assemble(select(points, n_components=[1], covariances=["full"]), ["width", "height"])
    >>> labels = fitted.model.classify(fitted.parameters)(Block(points, np.ones(100)))
    >>> path = Path(tempfile.mkdtemp()) / "report.html"
    >>> write(path, fitted, Rows(points, np.ones(100), labels), explain(fitted, points, None, labels))
    >>> path.read_text(encoding="utf-8")[:15]
    '<!doctype html>'
    """
    from mixtura.report.page import render
    from mixtura.sources.writing import write_text_atomic

    about = facts(fitted, explanation, rows, command=command, left_out=left_out, show_rows=show_rows)
    about["truth"] = about["truth"] or known_groups
    fitted, rows = only_clusters(fitted, rows)
    write_text_atomic(path, render(about, fitted, explanation, rows, show_rows=show_rows))
