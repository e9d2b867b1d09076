"""A mixture and the rows of a table, described: what `fit`, `show` and `report` have to say of them."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy import ndarray

from mixtura.errors import DataError
from mixtura.explain import Explanation, Rows, explain_rows
from mixtura.families import roles_of
from mixtura.fitted import FittedMixture
from mixtura.labels import kept_rows
from mixtura.report.facts import facts
from mixtura.sources.roles import Roles
from mixtura.sources.table import Missing, Table, complete, read_table, some_rows
from mixtura.tables import label_rows

HOW_READ = ("missing", "weight", "format", "delimiter", "decimal", "na")
USUAL = (None, (), "model")  # what these are unless they are given


class Reading(NamedTuple):
    """The table as it is, and the rows of it that are kept: what becomes of those with `missing` cells."""

    everything: Table
    table: Table
    kept: ndarray
    missing: Missing


class Described(NamedTuple):
    """A mixture, rows, and what is known about both."""

    fitted: FittedMixture
    rows: Rows
    explanation: Explanation
    facts: dict[str, Any]
    seen: FittedMixture  # what the explanation speaks of; see `mixtura.explain.kinds`


def read(data: Sequence[str], roles: Roles, missing: Missing, how: dict[str, Any]) -> Reading:
    """The rows of files; `how` they are written: format, delimiter, decimal, na. One without any cell is not kept."""
    everything = read_table(list(data), roles, **how)
    table, kept = complete(everything, missing), kept_rows(everything, missing)
    is_empty = np.isnan(everything.points).all(axis=1)
    if missing == "model" and is_empty.any() and not is_empty.all():
        table, kept = some_rows(table, ~is_empty), ~is_empty
    return Reading(everything, table, kept, missing)


def read_again(fitted: FittedMixture, data: Sequence[str], how: dict[str, Any]) -> Reading:
    """The rows of files in the columns of a mixture, read as the options say; without files, those of the fit.

    Raises
    ------
    DataError
        If no files are given and that of the fit is not there any more, or holds other rows now.
    """
    known = fitted.provenance.get("data") or {}
    if not data:
        how = how | {name: value for name, value in known.get("how", {}).items() if how[name] in USUAL}
    own = roles_of(fitted.features, fitted.levels, fitted.model.emission, fitted.parameters.emission)
    roles = replace(own, **{name: how[name] for name in ("id", "weight", "profile", "truth")})
    written = {name: how[name] for name in ("format", "delimiter", "decimal", "na")}
    origin = known.get("origin", "")
    if data:
        return read(data, roles, how["missing"], written)
    if not Path(origin).is_file():
        raise DataError("The file that the model was fitted to is not on record or not there: name it after the model.")
    reading = read([origin], roles, how["missing"], written)
    if reading.table.digest != known.get("digest"):
        raise DataError(f"{origin} does not hold the rows that the model was fitted to: name the file after the model.")
    return reading


def describe(fitted: FittedMixture, reading: Reading, truth: str | None, *, n_threads: int = 1) -> Described:
    """What a mixture says of the rows, and what the rows say of it."""
    table = reading.table
    ids = np.flatnonzero(reading.kept) + 1 if table.ids is None else table.ids
    rows = label_rows(fitted, table, truth=truth, n_threads=n_threads)._replace(ids=ids)
    seen, beside, explanation = explain_rows(fitted, rows)
    told = facts(seen, explanation, beside, left_out=left_out(reading))
    told["answer"]["n_columns"] = len(fitted.features)
    return Described(fitted, beside, explanation, told, seen)


def left_out(reading: Reading) -> dict[str, Any]:
    """The columns and rows that nobody asked to leave out."""
    columns = [{"name": name, "reason": reason} for name, reason in reading.everything.dropped]
    which = "without_cells" if reading.missing == "model" else "with_missing_cells"
    numbers = {"n_rows_with_missing_cells": 0} | {f"n_rows_{which}": int((~reading.kept).sum())}
    return {"columns": columns, "categories": list(reading.everything.groupings), **numbers}
