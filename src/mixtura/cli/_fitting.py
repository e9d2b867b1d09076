"""What `mixtura fit` does: read, choose, explain, write, answer."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from mixtura.assembly import assemble
from mixtura.cli import _alone, _answer
from mixtura.cli._described import HOW_READ, Described, Reading, describe, left_out, read
from mixtura.cli._folder import publish, staging
from mixtura.cli._interrupt import deferred, watched
from mixtura.cli._output import echo_json, echo_lines, to_json
from mixtura.cli._progress import Progress
from mixtura.cli._provenance import made_by
from mixtura.cli._request import Request
from mixtura.cli._screen import wrap
from mixtura.cli._selected import narrowed
from mixtura.cli._stability import remember
from mixtura.diagnostics import components_to_try, models_to_try
from mixtura.errors import FitError
from mixtura.explain.words import count
from mixtura.finding import find
from mixtura.fitted import FittedMixture
from mixtura.labels import label_columns, probability_columns
from mixtura.persistence import save
from mixtura.resampling import stability
from mixtura.selection import Selection, select
from mixtura.sources.demands import require_complete
from mixtura.sources.streamed import StreamedSource
from mixtura.sources.table import Table, require_variation
from mixtura.sources.writing import write_table, write_text_atomic

INTERRUPTED = 130


def run(request: Request) -> int:
    """Do what was asked for, and return the exit code."""
    mode = "none" if request.quiet and request.progress == "auto" else request.progress
    with output(request) as folder, Progress(mode) as progress:
        progress.stage(f"reading {', '.join(request.data)}")
        reading = _read(request)
        if request.dry_run:
            plan = _plan(_able(request, reading.table), reading)
        else:
            reading = narrowed(request, reading, progress)
            request = _able(request, reading.table)
            fitted, is_interrupted = _fit(request, reading.table, progress)
            if request.stability and not is_interrupted:
                fitted, is_interrupted = _test_stability(request, fitted, reading.table, progress)
            with deferred() as interruption:
                progress.stage("describing the clusters")
                result = describe(fitted, reading, request.truth, n_threads=request.n_threads)
                if folder is not None:
                    progress.stage(f"writing {request.output}")
                    _write(request, reading, result, folder)
            is_interrupted |= interruption.is_by_hand
    if request.dry_run:
        say(request, plan, _answer.plan_lines)
        return 0
    say(request, result.facts, lambda facts: _answer.lines(facts, request.verbose) + where(request, result))
    return INTERRUPTED if is_interrupted else 0


@contextmanager
def output(request: Request) -> Iterator[Path | None]:
    """A folder to put files into, or None if nothing is to be written."""
    if request.output is None:
        yield None
        return
    with staging(Path(request.output), request.overwrite) as folder:
        yield folder


def _read(request: Request) -> Reading:
    how = {name: getattr(request, name) for name in ("format", "delimiter", "decimal", "na")}
    reading = read(request.data, request.roles, request.missing, how)
    if request.asks_for_complete_rows:
        require_complete(reading.table, request.asks_for_complete_rows)
    return reading._replace(table=require_variation(reading.table))


def _able(request: Request, table: Table) -> Request:
    """The request, where nothing is said of shapes, for those that there are rows enough for."""
    if request.covariance or request.bayes or request.is_alone:
        return request
    n_numbers = sum(column.kind == "number" for column in table.columns) if table.columns else len(table.names)
    return replace(request, covariance=models_to_try(len(table.points), n_numbers, request.covariances))


def _fit(request: Request, table: Table, progress: Progress) -> tuple[FittedMixture, bool]:
    """The mixture, and whether somebody cut the search for it short."""
    numbers = components_to_try(table.points, table.weights, request.k)
    made_of = provenance(request, table)
    if request.is_alone:
        progress.stage("fitting")
        return replace(_alone.fit(request, table), provenance=made_of), False
    selection, is_interrupted = _select(request, table, numbers, progress)
    return assemble(selection, table.names, provenance=made_of), is_interrupted


def _select(request: Request, table: Table, numbers: tuple[int, ...], progress: Progress) -> tuple[Selection, bool]:
    """The fits, and whether somebody cut them short."""
    progress.stage("fitting", *_fits_to_make(request, numbers))
    with watched(request.time_limit) as interruption:
        try:
            selection = _search(request, table, numbers, progress)
        except (FitError, KeyboardInterrupt):
            if interruption.is_by_hand:
                raise KeyboardInterrupt("Interrupted before the first fit was done: nothing was written.") from None
            if interruption.is_by_clock:
                raise FitError("The time was up before the first fit was done: allow more with --time-limit.") from None
            raise
    if request.strict:
        refuse_doubtful(selection, () if request.finds_number else numbers)
    return selection, interruption.is_by_hand


def _fits_to_make(request: Request, numbers: tuple[int, ...]) -> tuple[int, str]:
    """How many, where that is known before, and by what they are compared."""
    if request.bayes:
        return (0 if request.finds_number else len(numbers)), "bound"
    return len(numbers) * len(request.covariances), request.criterion


def _search(request: Request, table: Table, numbers: tuple[int, ...], progress: Progress) -> Selection:
    options = request.options._replace(columns=table.columns)
    asked: dict[str, Any] = {"seed": request.seed, "options": options, "on_fit": progress.on_fit}
    if request.bayes:
        n_components = None if request.finds_number else numbers
        (covariance,) = request.covariances
        return find(table.points, table.weights, n_components=n_components, covariance=covariance, **asked)
    return select(
        table.points, table.weights, n_components=numbers, covariances=request.covariances,
        criterion=request.criterion, **asked,
    )  # fmt: skip


def refuse_doubtful(selection: Selection, numbers: tuple[int, ...]) -> None:
    if not selection.is_complete:
        raise FitError("--strict: the search was cut short before all fits were done.")
    best = selection.best
    number = best.setting.n_components
    outcome = best.search.best.outcome
    if outcome.name != "CONVERGED":
        raise FitError(f"--strict: {outcome.value}")
    if len(numbers) > 1 and (number == numbers[-1] or 1 < number == numbers[0]):
        end = "largest" if number == numbers[-1] else "smallest"
        raise FitError(f"--strict: the best number of clusters, {number}, is the {end} that was tried: widen -k.")


def _test_stability(
    request: Request, fitted: FittedMixture, table: Table, progress: Progress
) -> tuple[FittedMixture, bool]:
    """The mixture with a record of which clusters came back, or without if somebody cut that short, and whether."""
    progress.stage(f"fitting {count(request.stability, 'time')} to rows drawn again")
    with watched(None) as interruption, suppress(KeyboardInterrupt):
        found = stability(fitted, table, n_replicates=request.stability, seed=request.seed, n_threads=request.n_threads)
        fitted = remember(fitted, found.record())
    return fitted, interruption.is_by_hand


def provenance(request: Request, table: Table | StreamedSource) -> dict[str, Any]:
    return made_by(request.command, request.seed, table, {name: getattr(request, name) for name in HOW_READ})


def _write(request: Request, reading: Reading, result: Described, folder: Path) -> None:
    save(result.fitted, folder / "model.safetensors")
    if request.labels != "none":
        write_table(folder / f"labels.{request.labels}", _labels(request, reading, result))
    write_text_atomic(folder / "summary.json", to_json(result.facts) + "\n")
    if request.report:
        from mixtura.report import write

        page = folder / "report.html"
        write(page, result.seen, *result[1:3], command=request.command, left_out=left_out(reading))
    publish(folder, Path(str(request.output)))


def _labels(request: Request, reading: Reading, result: Described) -> dict[str, Any]:
    fitted, source = result.fitted, reading.table.source()
    shares = probability_columns(fitted, source, request.n_threads) if request.proba == "all" else None
    return label_columns(
        result.rows.classification, reading.kept, probabilities=request.proba != "none", others=shares,
        names=None if reading.everything.ids is None else (str(request.id), reading.everything.ids),
    )  # fmt: skip


def _plan(request: Request, reading: Reading) -> dict[str, Any]:
    numbers = components_to_try(reading.table.points, reading.table.weights, request.k)
    return {
        "n_rows": len(reading.table.points),
        "columns": list(reading.table.names),
        "left_out": left_out(reading),
        "n_components": [] if request.finds_number else list(numbers),
        "covariances": list(request.covariances),
        "output": request.output,
        "files": request.files if request.output else [],
    }


def where(request: Request, result: Described) -> list[str]:
    if request.output is None:
        return wrap("Nothing was written: -o DIR keeps the model, the labels and a report.")
    folder = Path(request.output)
    report = f"; open {folder / 'report.html'}" if request.report else ""
    return [
        f"Wrote {folder}/: {', '.join(request.files)}",
        f"Next: mixtura predict {folder / 'model.safetensors'} NEW.csv{report}",
    ]


def say(request: Request, facts: dict[str, Any], to_lines: Callable[[dict[str, Any]], list[str]]) -> None:
    if request.as_json:
        echo_json(facts)
    elif not request.quiet:
        echo_lines(to_lines(facts), request.no_color)
