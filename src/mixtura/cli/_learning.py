"""What `mixtura learn` does and says."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy import ndarray

from mixtura.cli._classes import fit_classes
from mixtura.cli._described import Described, Reading, describe, left_out, read
from mixtura.cli._folder import publish, staging
from mixtura.cli._output import to_json
from mixtura.cli._provenance import made_by
from mixtura.errors import DataError
from mixtura.explain.words import count
from mixtura.labels import label_columns
from mixtura.persistence import save
from mixtura.report import write as write_report
from mixtura.runners.local import n_threads
from mixtura.sources.demands import require_complete
from mixtura.sources.roles import Roles
from mixtura.sources.table import Missing, Table, require_variation, some_rows
from mixtura.sources.writing import write_table, write_text_atomic

_WRITTEN = ("format", "delimiter", "decimal", "na")

Facts = dict[str, Any]


def learn(asked: Mapping[str, Any], command: str) -> Facts:
    """Fit, describe and write what was asked for; what to tell of it, ready for JSON."""
    with _output(asked) as folder:
        result, reading = _fit(asked, command)
        if folder is not None:
            _write(asked, reading, result, folder)
    return result.facts


@contextmanager
def _output(asked: Mapping[str, Any]) -> Iterator[Path | None]:
    if asked["output"] is None:
        yield None
        return
    with staging(Path(asked["output"]), asked["overwrite"]) as folder:
        yield folder


def _fit(asked: Mapping[str, Any], command: str) -> tuple[Described, Reading]:
    reading = _read(asked)
    labels = _labels(reading.table, asked["classes"])
    known = np.array([label is not None for label in labels])
    _check(labels, known, asked)
    if asked["unlabelled"] == "drop":
        reading, labels, known = _labelled(reading, known), labels[known], known[known]
    table = replace(reading.table, extra=reading.table.extra | {asked["classes"]: labels})
    fitted, about = fit_classes(table, labels, asked)
    made = made_by(command, asked["seed"], reading.table, asked)
    history = fitted.history | {"learnt": about | {"n_labelled": int(known.sum())}}
    fitted = replace(fitted, features=reading.table.names, provenance=made, history=history)
    result = describe(
        fitted, reading._replace(table=table), asked["classes"], n_threads=asked["workers"] or n_threads(-1)
    )
    return result, reading


def _read(asked: Mapping[str, Any]) -> Reading:
    own = {name: asked[name] for name in ("features", "exclude", "id", "weight", "profile")}
    roles = Roles(**own, truth=asked["classes"], by=asked["together"])
    missing: Missing = "drop" if asked["missing"] == "drop" else "model"
    reading = read(asked["data"], roles, missing, {name: asked[name] for name in _WRITTEN})
    require_complete(reading.table, "mixtura learn")
    return reading._replace(table=require_variation(reading.table))


def _labels(table: Table, column: str) -> ndarray:
    """The class of each row as text, None where it is unknown."""
    values = table.extra[column].tolist()
    return np.array([None if value is None or value != value else _text(value) for value in values], dtype=object)


def _text(value: Any) -> str:
    """Whole numbers in a column with empty cells come as floats."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _check(labels: ndarray, known: ndarray, asked: Mapping[str, Any]) -> None:
    column, classes = asked["classes"], set(labels[known])
    if not classes:
        raise DataError(f"No row has a label in the column '{column}': without any, mixtura fit finds groups.")
    uses = asked["unlabelled"] == "use" and not known.all()
    if len(classes) == 1 and not (uses and asked["more"]):
        raise DataError(
            f"All labels in the column '{column}' are '{classes.pop()}': it takes two classes to tell apart."
        )
    if asked["together"] and not uses:
        raise click.UsageError("--together helps where rows have no label, and here all that count have one.")
    if asked["more"] and not uses:
        raise click.UsageError("--more looks for groups among rows without a label, and there are none that count.")
    if uses and (asked["k"] != (1,) or len(asked["covariance"] or ()) > 1 or asked["criterion"] != "auto"):
        raise click.UsageError(
            f"{count(int((~known).sum()), 'row')} have no label: classes then are one component each, under one "
            "--covariance. Leave out -k and --criterion, or these rows by --unlabelled drop."
        )


def _labelled(reading: Reading, known: ndarray) -> Reading:
    kept = reading.kept.copy()
    kept[np.flatnonzero(kept)] = known
    return reading._replace(table=some_rows(reading.table, known), kept=kept)


def _write(asked: Mapping[str, Any], reading: Reading, result: Described, folder: Path) -> None:
    ids = reading.everything.ids
    save(result.fitted, folder / "model.safetensors")
    columns = label_columns(
        result.rows.classification, reading.kept, cluster_names=result.fitted.cluster_names,
        names=None if ids is None else (str(asked["id"]), ids),
    )  # fmt: skip
    write_table(folder / "labels.parquet", columns)
    write_text_atomic(folder / "summary.json", to_json(result.facts) + "\n")
    if asked["report"]:
        command, page = result.fitted.provenance["command"], folder / "report.html"
        write_report(page, result.seen, *result[1:3], command=command, left_out=left_out(reading))
    publish(folder, Path(asked["output"]))
