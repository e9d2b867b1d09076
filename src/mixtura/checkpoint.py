"""How far a choice among fits to files is, in a file from which it can go on: JSON, written whole or not at all."""

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np

from mixtura._settings import from_record, to_record
from mixtura.bayesian import BayesianMixture
from mixtura.correction import Course
from mixtura.criteria import Evidence, evaluate
from mixtura.em import Fit, Outcome
from mixtura.emissions.noise import UniformNoise
from mixtura.errors import DataError
from mixtura.kicks import Tally
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.options import Options
from mixtura.race import Search, StartRecord
from mixtura.runners.stepwise import Begun
from mixtura.scaling import Scaling
from mixtura.selection import Selection
from mixtura.sketches import Walk
from mixtura.sources.column import Column
from mixtura.sources.writing import write_text_atomic
from mixtura.stages import Stage, Stages
from mixtura.streaming import Finals
from mixtura.trials import Candidate, Setting

FORMAT = 3

Thing = TypeVar("Thing")


class Work(NamedTuple):
    """How far a choice among fits to a sample is: what its pieces of work have come to, in the units of the fits."""

    results: list[Any]  # of a `Replay`
    scaling: Scaling
    columns: tuple[Column, ...]


def write_work(path: str | os.PathLike[str], key: str, work: Work) -> None:
    """Keep a choice that is under way; `key` says of which rows and which request it is.

    Raises
    ------
    OutputError
        If the file cannot be written; the one before stays as it was.
    """
    results = [_of_result(result) for result in work.results]
    _write(path, key, {"work": results, "scaling": _of_scaling(work.scaling), "columns": work.columns})


def write_checkpoint(path: str | os.PathLike[str], key: str, found: Selection, finals: Finals) -> None:
    """Keep a selection and how far its finalists are; errors are those of `write_work`."""
    record = {
        "criterion": found.criterion,
        "ranking": found.ranking,
        "scaling": _of_scaling(found.scaling),
        "columns": found.options.columns,
        "n_rows": found.n_rows,
        "shift": found.shift,
        "candidates": [_of_candidate(candidate) for candidate in found.candidates],
        "finals": _of_finals(finals, found),
    }
    _write(path, key, record)


def read_checkpoint(path: str | os.PathLike[str], key: str, options: Options) -> Work | tuple[Selection, Finals] | None:
    """What was kept, of a choice that is under way or of its finalists; None if there is no such file.

    Raises
    ------
    DataError
        If the file is no checkpoint, of another version, or of other rows or another request.
    """
    return _read(path, key, partial(_restored, options=options))


def write_stages(path: str | os.PathLike[str], key: str, stages: Stages) -> None:
    """Keep how far the fits of a search by posteriors are; errors are those of `write_work`."""
    _write(path, key, {"stages": [[place, _of_stage(stage)] for place, stage in stages.items()]})


def read_stages(path: str | os.PathLike[str], key: str) -> dict[int, Stage] | None:
    """What `write_stages` kept; errors are those of `read_checkpoint`."""
    return _read(path, key, lambda record: {int(place): _stage(part) for place, part in record["stages"]})


def _write(path: str | os.PathLike[str], key: str, record: dict[str, Any]) -> None:
    write_text_atomic(Path(path), json.dumps({"format": FORMAT, "key": key, **record}) + "\n")


def _read(path: str | os.PathLike[str], key: str, restore: Callable[[dict[str, Any]], Thing]) -> Thing | None:
    if not Path(path).is_file():
        return None
    try:
        record = json.loads(Path(path).read_text(encoding="utf-8"))
        if record["format"] != FORMAT:
            raise DataError(f"The checkpoint {path} was written by another version of mixtura: begin without --resume.")
        if record["key"] != key:
            raise DataError(f"The checkpoint {path} is of other rows or another request: begin without --resume.")
        return restore(record)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(f"{path} is not a checkpoint of mixtura: begin without --resume.") from None


def _restored(record: dict[str, Any], options: Options) -> Work | tuple[Selection, Finals]:
    scaling = _scaling(record["scaling"])
    columns = tuple(Column(name, kind, tuple(levels), how) for name, kind, levels, how in record["columns"])
    options = options._replace(columns=columns)
    if "work" in record:
        return Work([_result(part, options, scaling) for part in record["work"]], scaling, columns)
    candidates = tuple(_candidate(part, options, scaling) for part in record["candidates"])
    ranked = record["criterion"], tuple(record["ranking"]), scaling, record["n_rows"]
    found = Selection(candidates, *ranked, is_complete=True, options=options, shift=record["shift"])
    finals = record["finals"]
    numbers = tuple(finals["numbers"])
    parameters = tuple(
        _parameters(part, candidates[i].model) for i, part in zip(numbers, finals["parameters"], strict=True)
    )
    courses = tuple(_course(part, candidates[i].model) for i, part in zip(numbers, finals["courses"], strict=True))
    begun = None if finals["begun"] is None else _begun(finals["begun"])
    traces = tuple(map(tuple, finals["traces"]))
    return found, Finals(numbers, parameters, traces, courses, Outcome[finals["outcome"]], begun)


def _of_scaling(scaling: Scaling) -> list[Any]:
    return [scaling.name, scaling.centre.tolist(), scaling.scale.tolist()]


def _scaling(part: list[Any]) -> Scaling:
    name, centre, scale = part
    return Scaling(name, np.array(centre), np.array(scale))


def _of_result(result: Walk | list[Candidate] | Candidate) -> dict[str, Any]:
    """What a piece of the work on a choice came to."""
    if isinstance(result, Candidate):
        return {"candidate": _of_candidate(result)}
    if isinstance(result, list):
        return {"candidates": [_of_candidate(candidate) for candidate in result]}
    model = result.candidates[0].model
    leads = {number: _of_parameters(parameters, model) for number, parameters in result.leads.items()}
    return {"leads": leads, "least": result.least, **_of_result(result.candidates)}


def _result(part: dict[str, Any], options: Options, scaling: Scaling) -> Walk | list[Candidate] | Candidate:
    if "candidate" in part:
        return _candidate(part["candidate"], options, scaling)
    candidates = [_candidate(one, options, scaling) for one in part["candidates"]]
    if "leads" not in part:
        return candidates
    leads = {int(number): _parameters(lead, candidates[0].model) for number, lead in part["leads"].items()}
    return Walk(leads, part["least"], candidates)


def _of_finals(finals: Finals, found: Selection) -> dict[str, Any]:
    models = [found.candidates[number].model for number in finals.numbers]
    return {
        "numbers": finals.numbers,
        "parameters": [_of_parameters(*pair) for pair in zip(finals.parameters, models, strict=True)],
        "traces": finals.traces,
        "courses": [_of_course(*pair) for pair in zip(finals.courses, models, strict=True)],
        "outcome": finals.outcome.name,
        "begun": None if finals.begun is None else _of_begun(finals.begun),
    }


def _of_course(course: Course, model: Mixture) -> list[Any]:
    return [course.best, course.plain and _of_parameters(course.plain, model), course.n_steps]


def _course(part: list[Any], model: Mixture) -> Course:
    best, plain, n_steps = part
    return Course(best, plain and _parameters(plain, model), n_steps)


def _of_begun(begun: Begun) -> list[Any]:
    return [begun.n_read, [np.array(number).tolist() for number in begun.numbers]]


def _begun(part: list[Any]) -> Begun:
    n_read, numbers = part
    return Begun(n_read, tuple(map(np.array, numbers)))


def _of_candidate(candidate: Candidate) -> dict[str, Any]:
    best = candidate.search.best
    return {
        "setting": candidate.setting,
        "emission": to_record(candidate.model.emission),
        "noise": candidate.model.noise and asdict(candidate.model.noise),
        "concentration": candidate.model.concentration,
        "parameters": _of_parameters(best.parameters, candidate.model),
        "trace": best.trace,
        "outcome": best.outcome.name,
        "records": [record._asdict() | {"outcome": record.outcome.name} for record in candidate.search.records],
        "tally": candidate.search.tally,
        "evidence": candidate.evidence,
        "remark": candidate.remark,
        "is_searched": candidate.is_searched,
        "sketched": candidate.sketched,
    }


def _candidate(part: dict[str, Any], options: Options, scaling: Scaling) -> Candidate:
    setting, evidence = Setting(*part["setting"]), Evidence(*part["evidence"])
    emission = from_record(part["emission"]["family"], part["emission"]["settings"])
    box = part["noise"]
    noise = box and UniformNoise(tuple(box["corner"]), tuple(map(tuple, box["edges"])))
    model = Mixture(emission, options.equal_weights, part["concentration"], noise)
    best = Fit(_parameters(part["parameters"], model), tuple(part["trace"]), Outcome[part["outcome"]])
    records = tuple(StartRecord(**record | {"outcome": Outcome[record["outcome"]]}) for record in part["records"])
    search = Search(best, records, tally=None if part["tally"] is None else Tally(*part["tally"]))
    rescaled = emission.rescale(best.parameters.emission, scaling.centre, scaling.scale)
    parameters = best.parameters._replace(emission=rescaled)
    how = {"remark": part["remark"], "is_searched": part["is_searched"], "sketched": part["sketched"]}
    return Candidate(setting, model, parameters, evidence, evaluate(evidence), search, **how)


def _of_stage(stage: Stage) -> dict[str, Any]:
    fit, model = stage.fit, BayesianMixture()
    told = {"parameters": _of_parameters(fit.parameters, model), "trace": fit.trace, "outcome": fit.outcome.name}
    return told | {"random": stage.random}


def _stage(part: dict[str, Any]) -> Stage:
    fit = Fit(_parameters(part["parameters"], BayesianMixture()), tuple(part["trace"]), Outcome[part["outcome"]])
    return Stage(fit, part["random"])


def _of_parameters(parameters: MixtureParameters, model: Mixture) -> list[Any]:
    arrays = model.emission.arrays(parameters.emission)
    return [parameters.weights.tolist(), {name: array.tolist() for name, array in arrays.items()}]


def _parameters(part: list[Any], model: Mixture) -> MixtureParameters:
    weights, emission = part
    arrays = {name: np.array(values) for name, values in emission.items()}
    return MixtureParameters(np.array(weights), model.emission.from_arrays(arrays))
