"""What `mixtura fit` does with rows that are read block by block: a sample to choose on, then passes over all rows."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any

import click
import numpy as np

from mixtura import __version__, em
from mixtura.among import among_all
from mixtura.assembly import assemble
from mixtura.checkpoint import Work
from mixtura.cli import _answer
from mixtura.cli._described import Described
from mixtura.cli._engines import connected
from mixtura.cli._fitting import INTERRUPTED, output, provenance, refuse_doubtful, say, where
from mixtura.cli._folder import publish
from mixtura.cli._interrupt import deferred, watched
from mixtura.cli._kept import Keeper
from mixtura.cli._known_groups import KnownGroups
from mixtura.cli._output import to_json
from mixtura.cli._progress import Progress
from mixtura.cli._request import Request
from mixtura.diagnostics import components_to_try
from mixtura.errors import DataError, EngineError, FitError, OutputError
from mixtura.explain import Rows, explain, explain_rows
from mixtura.explain.words import headline
from mixtura.finding import find_far
from mixtura.fitted import FittedMixture
from mixtura.labelling import Labeller
from mixtura.labels import classify, expected
from mixtura.persistence import save
from mixtura.powers import settled
from mixtura.report.facts import facts
from mixtura.selection import Selection, select, that_count, units
from mixtura.sources._budget import give_back
from mixtura.sources.array import ArraySource
from mixtura.sources.sampling import Drawn
from mixtura.sources.sinks import table_sink
from mixtura.sources.streamed import StreamedSource, look_at, opened, require_variation
from mixtura.sources.writing import write_text_atomic
from mixtura.streaming import Finals, finish, rows_to_choose_on

_SHOWN = 20_000  # rows that clusters are described by


def run(request: Request) -> int:
    """Do what was asked for, and return the exit code."""
    _refuse_what_takes_the_table(request)
    mode = "none" if request.quiet and request.progress == "auto" else request.progress
    where_to = connected(request.engine, request.address, request.n_threads)
    with output(request) as folder, where_to as engine, Progress(mode) as progress:
        progress.stage(f"reading {', '.join(request.data) or 'the query'}")
        keeper = Keeper(request)
        source = _open(keeper, engine)
        give_back()
        rows = rows_to_choose_on(source)
        numbers = components_to_try(rows.points, rows.weights, request.k)
        if request.dry_run:
            say(request, _plan(request, source, numbers), _answer.plan_lines)
            return 0
        found, error, is_interrupted = _fit(keeper, source, numbers, progress)
        with deferred() as interruption:
            fitted = assemble(found, source.names, provenance=provenance(request, source))
            groups = KnownGroups(request.truth, request.weight) if request.truth else None
            if folder is not None:
                progress.stage(f"writing {request.output}")
                save(fitted, folder / "model.safetensors")
            counts = None if error or is_interrupted else _label(request, fitted, source, folder, groups)
            result = _described(fitted, source, counts)
            if groups is not None and counts is not None:
                result.facts["truth"] = groups.agreement()
            if folder is not None:
                _write(request, result, source, folder)
    if error is not None:
        kept = "" if folder is None else f" The best model so far is in {request.output}."
        raise type(error)(f"{error}{kept}")
    say(request, result.facts, lambda told: _answer.lines(told, request.verbose) + where(request, result))
    return INTERRUPTED if is_interrupted or interruption.is_by_hand else 0


def _refuse_what_takes_the_table(request: Request) -> None:
    for name, is_asked in _of_whole_tables(request):
        if is_asked:
            others = "--memory, --sql, --cache, --checkpoint, --engine"
            raise click.UsageError(f"--{name} takes the whole table: leave out {others}.")
    if request.bayes and (request.categorical or request.counts or request.transform):
        raise click.UsageError("--bayes is for numbers: leave out --categorical, --counts and --transform, or --bayes.")
    if request.resume and not request.checkpoint:
        raise click.UsageError("--resume goes on from the file that --checkpoint names.")


def _of_whole_tables(request: Request) -> list[tuple[str, bool]]:
    """Options that far rows cannot serve, and whether they are asked for."""
    asked = [(name, bool(getattr(request, name))) for name in ("profile", "stability")]
    return [*asked, ("select-columns", request.select_columns != "none")]


def _open(keeper: Keeper, engine: Any) -> StreamedSource:
    request = keeper.request
    how = {name: getattr(request, name) for name in ("format", "delimiter", "decimal", "na", "cache", "sql")}
    table = opened(list(request.data), engine=engine, **how)
    looks = keeper.looks(table)
    return require_variation(look_at(table, request.roles, missing=request.missing, memory=request.memory, looks=looks))


def _fit(
    keeper: Keeper, source: StreamedSource, numbers: tuple[int, ...], progress: Progress
) -> tuple[Selection, DataError | EngineError | OutputError | None, bool]:
    """The choice, what was wrong with the rows or the checkpoint on the way, and whether somebody cut it short."""
    request = keeper.request
    kinds = (source.columns, request.count_family) if source.columns else ""
    keeper.key = sha256(f"{__version__} {source.digest} {request.key} {numbers}{kinds}".encode()).hexdigest()
    with watched(request.time_limit) as interruption:
        try:
            found, finals, error = _begin(keeper, source, numbers, progress)
        except (FitError, KeyboardInterrupt):
            if interruption.is_by_hand:
                raise KeyboardInterrupt("Interrupted before the first fit was done: nothing was written.") from None
            if interruption.is_by_clock:
                raise FitError("The time was up before the first fit was done: allow more with --time-limit.") from None
            raise
        if not request.bayes:
            progress.stage("taking the best fits over all rows")
            give_back()
            on_pass = _told(progress, source)
            found, error = finish(source, found, request.options, finals=finals, on_pass=on_pass, keep=keeper.keep)
    if request.strict and error is None:
        refuse_doubtful(found, () if request.finds_number else numbers)
    return found, error or keeper.error, interruption.is_by_hand


def _begin(
    keeper: Keeper, source: StreamedSource, numbers: tuple[int, ...], progress: Progress
) -> tuple[Selection, Finals | None, DataError | EngineError | None]:
    """The choice on a sample, with what is kept of its end; of posteriors the whole, and what was wrong on the way."""
    request = keeper.request
    if request.bayes:
        progress.stage("fitting", 0 if request.finds_number else len(numbers), "bound")
        (covariance,), n_components = request.covariances, None if request.finds_number else numbers
        how: dict[str, Any] = {"covariance": covariance, "seed": request.seed, "options": request.options}
        found, error = find_far(source, n_components=n_components, log=keeper.log(progress.on_fit), **how)
        return found, None, error
    earlier = keeper.read()
    if earlier is None or isinstance(earlier, Work):
        return _choose(keeper, source, numbers, progress, earlier), None, None
    return *earlier, None


def _choose(
    keeper: Keeper, source: StreamedSource, numbers: tuple[int, ...], progress: Progress, earlier: Work | None
) -> Selection:
    request = keeper.request
    progress.stage("fitting a sample", len(numbers) * len(request.covariances), request.criterion)
    rows = rows_to_choose_on(source)
    columns = earlier.columns if earlier else settled(source.columns, rows.points, rows.weights, numbers)
    options = among_all(source, request.options)._replace(columns=columns)
    replay = keeper.replay(earlier, units(*that_count(*rows), options), columns)
    return select(
        rows.points, rows.weights, n_components=numbers, covariances=request.covariances, criterion=request.criterion,
        seed=request.seed, options=options, on_fit=progress.on_fit, replay=replay,
    )  # fmt: skip


def _told(progress: Progress, source: StreamedSource) -> Callable[[em.Step], None]:
    last = [monotonic()]

    def tell(step: em.Step) -> None:
        now, before = monotonic(), last[0]
        last[0] = now
        progress.on_pass(len(step.trace), step.trace[-1] / source.total_weight, source.n_rows / max(now - before, 1e-9))

    return tell


def _label(
    request: Request, fitted: FittedMixture, source: StreamedSource, folder: Path | None, groups: KnownGroups | None
) -> np.ndarray | None:
    """Write the label of every row, compare it with its group -> rows of each cluster, if any of it was asked for."""
    place = None if folder is None or request.labels == "none" else folder / f"labels.{request.labels}"
    if place is None and groups is None:
        return None
    give_back()
    labeller = Labeller(fitted, request.id, request.missing, request.proba, request.n_threads, wants_a_cell=True)
    if groups is not None:
        labeller = replace(labeller, beside=groups.columns, watch=groups.watch)
    counts = np.zeros(fitted.n_components, dtype=int)
    with nullcontext() if place is None else table_sink(place) as sink:
        for columns in labeller.columns(source.found):
            if sink is not None:
                sink.write(columns)
            labels = np.ma.compressed(columns["label"])
            counts += np.bincount(labels[labels >= 0], minlength=len(counts))
    return counts


def _described(fitted: FittedMixture, source: StreamedSource, counts: np.ndarray | None) -> Described:
    """By some of the rows; their numbers are those of all."""
    is_numbered = source.facts.n_left_out == 0  # else a row's place among those read is not known
    rows = _some(fitted, source.facts.sample, is_numbered)
    is_plain = not source.columns and not fitted.model.leaves_out
    seen, rows, explanation = (
        (fitted, rows, explain(fitted, *rows[:3], holes=rows.holes)) if is_plain else explain_rows(fitted, rows)
    )
    if counts is None:
        n_rows = source.n_rows * (1 - fitted.noise_share)
        counts = np.array([round(cluster.share * n_rows) for cluster in explanation.clusters])
    clusters = tuple(c._replace(n_rows=int(n)) for c, n in zip(explanation.clusters, counts, strict=True))
    told = headline(len(clusters), source.n_rows, source.n_columns)
    explanation = explanation._replace(
        clusters=clusters, headline=told, n_rows=source.n_rows, total_weight=source.total_weight, outliers=None,
        missing=None,  # which is known of these rows only
    )  # fmt: skip
    about = facts(seen, explanation, rows, left_out=_left_out(source), show_rows=is_numbered)
    about["answer"]["n_columns"] = source.n_columns
    return Described(fitted, rows, explanation, about, seen)


def _some(fitted: FittedMixture, drawn: Drawn, is_numbered: bool) -> Rows:
    """Rows of a sample to speak of, with what the mixture expects where cells are missing."""
    some = np.arange(len(drawn.points))[:: -(-len(drawn.points) // _SHOWN)]
    source, holes = ArraySource(drawn.points[some], drawn.weights[some]), np.isnan(drawn.points[some])
    return Rows(
        expected(fitted, source),
        drawn.weights[some],
        classify(fitted, source),
        ids=drawn.positions[some] + 1 if is_numbered else None,
        holes=holes if holes.any() else None,
    )


def _left_out(source: StreamedSource) -> dict[str, Any]:
    columns = [{"name": name, "reason": reason} for name, reason in source.dropped]
    which = "with_missing_cells" if source.cut.drops_incomplete else "without_cells"
    numbers = {"n_rows_with_missing_cells": 0} | {f"n_rows_{which}": source.facts.n_without_cells}
    return {"columns": columns, "categories": [], **numbers}


def _write(request: Request, result: Described, source: StreamedSource, folder: Path) -> None:
    write_text_atomic(folder / "summary.json", to_json(result.facts) + "\n")
    if request.report:
        from mixtura.report import write

        is_numbered = source.facts.n_left_out == 0
        how: dict[str, Any] = {"command": request.command, "left_out": _left_out(source), "show_rows": is_numbered}
        write(folder / "report.html", result.seen, *result[1:3], known_groups=result.facts["truth"], **how)
    publish(folder, Path(str(request.output)))


def _plan(request: Request, source: StreamedSource, numbers: tuple[int, ...]) -> dict[str, Any]:
    return {
        "n_rows": source.n_rows,
        "columns": list(source.names),
        "left_out": _left_out(source),
        "n_components": [] if request.finds_number else list(numbers),
        "covariances": list(request.covariances),
        "output": request.output,
        "files": request.files if request.output else [],
    }
