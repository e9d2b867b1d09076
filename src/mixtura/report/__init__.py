"""One self-contained page about a fit: `facts` has every number on it, `charts` and `page` show them.

The page makes no request, says all it has to say without JavaScript, and holds nothing that changes from run to run.
"""

from pathlib import Path
from typing import Any

from mixtura.explain.records import Explanation, Rows
from mixtura.fitted import FittedMixture
from mixtura.report.facts import facts

__all__ = ["Rows", "facts", "write"]


def write(
    path: str | Path,
    fitted: FittedMixture,
    rows: Rows,
    explanation: Explanation,
    *,
    command: str = "",
    left_out: dict[str, Any] | None = None,
    show_rows: bool = True,
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
    write_text_atomic(path, render(about, fitted, explanation, rows, show_rows=show_rows))
