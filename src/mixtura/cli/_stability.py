"""What `mixtura stability` has to say, in facts and on one screen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from mixtura.cli._answer import numbered
from mixtura.cli._described import read_again
from mixtura.cli._screen import heading, screen_width, wrap
from mixtura.cli._tables import lay_out_within, squeeze
from mixtura.explain.numbers import percent
from mixtura.explain.words import count
from mixtura.fitted import FittedMixture
from mixtura.resampling import stability
from mixtura.runners.local import n_threads

_SHAKY = 0.8  # of the replicates: rows that follow their cluster less often are named
_NAMED = 5


def facts(fitted: FittedMixture, data: Sequence[str], how: dict[str, Any]) -> tuple[FittedMixture, dict[str, Any]]:
    """The mixture with a record of it, and everything that is on the screen, ready for JSON; rows count from 1."""
    reading = read_again(fitted, data, how)
    found = stability(
        fitted, reading.table, n_replicates=how["replicates"], seed=how["seed"],
        n_threads=how["workers"] or n_threads(-1),
    )  # fmt: skip
    record = found.record()
    shaky = np.flatnonzero(found.consistency < _SHAKY)
    shaky = shaky[np.argsort(found.consistency[shaky], kind="stable")]
    ids = np.flatnonzero(reading.kept) + 1 if reading.table.ids is None else reading.table.ids
    sizes = np.bincount(found.labels[found.labels >= 0], minlength=fitted.n_components)
    clusters = zip(fitted.cluster_names, sizes, record["clusters"], strict=True)
    return remember(fitted, record), record | {
        "clusters": [{"name": name, "n_rows": int(size)} | own for name, size, own in clusters],
        "n_shaky_rows": len(shaky),
        "shaky_rows": [{"row": ids[n].item(), "consistency": float(found.consistency[n])} for n in shaky[:_NAMED]],
    }


def remember(fitted: FittedMixture, record: dict[str, Any]) -> FittedMixture:
    """The mixture whose report tells how stable its clusters are."""
    return replace(fitted, history=fitted.history | {"stability": record})


def lines(told: Mapping[str, Any]) -> list[str]:
    """The facts on one screen."""
    title = f"{count(len(told['clusters']), 'cluster')}, {count(told['n_replicates'], 'fit')} to rows drawn again"
    header = ["cluster", "rows", "similarity", "came back", "dissolved"]
    rows = [
        [squeeze(name, 20), f"{own['n_rows']:,}", _number(own["similarity"]), percent(own["recovered"]),
         percent(own["dissolved"])]
        for name, own in numbered(told["clusters"])
    ]  # fmt: skip
    text = [*heading(title), "", *lay_out_within(header, rows, screen_width()), ""]
    for name, own in numbered(told["clusters"]):
        text += wrap(f"{squeeze(name, 40)}: {own['verdict']}.")
    if told["n_failed"]:
        text += wrap(f"{count(told['n_failed'], 'fit')} led to no usable mixture and did not count.")
    return text + _shaky(told)


def _shaky(told: Mapping[str, Any]) -> list[str]:
    if not told["n_shaky_rows"]:
        return wrap(f"Every row stays with its cluster in {percent(_SHAKY)} of the fits or more.")
    named = ", ".join(f"{row['row']} (stayed in {percent(row['consistency'])})" for row in told["shaky_rows"])
    least = "the least steady are" if told["n_shaky_rows"] > _NAMED else "these are"
    rows = count(told["n_shaky_rows"], "row")
    return wrap(f"{rows} left their cluster in more than {percent(1 - _SHAKY)} of the fits; {least} {named}.")


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"
