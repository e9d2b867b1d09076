"""What `mixtura test` does and says."""

from collections.abc import Mapping, Sequence
from typing import Any

import click

from mixtura.cli._described import left_out, read
from mixtura.cli._options import roles_asked
from mixtura.cli._screen import wrap
from mixtura.cli._tables import lay_out
from mixtura.explain.words import count
from mixtura.likelihood_ratio import Comparison, likelihood_ratio_test
from mixtura.options import Options
from mixtura.runners.local import n_threads
from mixtura.sources.table import Missing, Table

_WRITTEN = ("format", "delimiter", "decimal", "na")


def facts(data: Sequence[str], asked: Mapping[str, Any]) -> dict[str, Any]:
    """The tests that were asked for, ready for JSON."""
    roles = roles_asked(asked)
    missing: Missing = "drop" if asked["missing"] == "drop" else "model"  # the test itself refuses holes
    reading = read(data, roles, missing, {name: asked[name] for name in _WRITTEN})
    found = likelihood_ratio_test(
        reading.table,
        n_components=asked["k"],
        covariance=asked["covariance"][0],
        n_bootstrap=asked["bootstrap"],
        level=asked["level"],
        seed=asked["seed"],
        options=Options(
            asked["scale"],
            n_threads=asked["workers"] or n_threads(-1),
            count_family=asked["count_family"].replace("-", "_"),
        ),
        on_test=_silent if asked["quiet"] else _tell,
    )
    tests = [row | {"bootstrap": list(c.bootstrap)} for row, c in zip(found.table(), found.comparisons, strict=True)]
    told = {
        "n_components": found.n_components,
        "is_decided": found.is_decided,
        "is_complete": found.is_complete,
        "covariance": found.covariance if _has_numbers(reading.table) else None,
        "level": found.level,
        "origin": reading.table.origin,
        "n_rows": len(reading.table.points),
        "columns": list(reading.table.names),
        "left_out": left_out(reading),
        "tests": tests,
    }
    return {"headline": _headline(told), **told}


def _has_numbers(table: Table) -> bool:
    """Whether there is something that a covariance model shapes."""
    return not table.columns or any(column.kind == "number" for column in table.columns)


def lines(told: Mapping[str, Any]) -> list[str]:
    """The answer and the tests on one screen."""
    rows = [
        [
            str(t["n_components"]),
            str(t["against"]),
            *map(_statistic, (t["statistic"], t["critical"])),
            f"{t['p_value']:.3g}",
        ]
        for t in told["tests"]
    ]
    return [
        *(click.style(line, bold=True) for line in wrap(told["headline"])),
        *wrap(_reading(told)),
        "",
        *lay_out(["clusters", "against", "statistic", "to exceed", "p-value"], rows),
        "",
    ]


def _statistic(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _headline(told: Mapping[str, Any]) -> str:
    number = told["n_components"]
    where = f"in {count(told['n_rows'], 'row')}, {count(len(told['columns']), 'column')}"
    if not told["is_decided"]:
        return f"At least {count(number, 'cluster')} {where}: the tests ask for more; try them with -k."
    if told["tests"][0]["n_components"] == number > 1:
        return f"No more than {count(number, 'cluster')} {where}; fewer were not tested."
    return f"{count(number, 'cluster')} {where}"


def _reading(told: Mapping[str, Any]) -> str:
    samples = count(max(test["n_bootstrap"] for test in told["tests"]), "sample")
    shape = f"{told['covariance']} covariance" if told["covariance"] else "independent answers"
    text = f"{shape}, level {told['level']:g}, {samples} for a test at most."
    return text if told["is_complete"] else f"{text} Interrupted: these are the tests until then."


def _silent(comparison: Comparison) -> None:
    """Say nothing."""


def _tell(comparison: Comparison) -> None:
    more = comparison.n_components + 1
    click.echo(f"{comparison.n_components} against {more}: p = {comparison.p_value:.3g}", err=True)
