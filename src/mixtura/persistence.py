"""Model files: arrays and JSON in the safetensors format, never code.

Tensors are `weights` and the emission family's parameters under their own names; the one entry of the metadata,
"mixtura", is a JSON object that holds everything else.
"""

import json
import os
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any

import numpy as np
from numpy import ndarray

from mixtura._conform import ANY, Whole, conform, parse
from mixtura._remembered import NUMBERS, numbers_of, sums_of, take_sums, with_memory
from mixtura._settings import from_record, to_record
from mixtura.bayesian import BayesianMixture
from mixtura.concentrations import CONCENTRATIONS
from mixtura.criteria import CRITERIA
from mixtura.emissions.noise import UniformNoise
from mixtura.emissions.normal_wishart import NormalWishart
from mixtura.errors import ModelFileError
from mixtura.families import blocks_of
from mixtura.fitted import AnyFitted, FittedMixture, fitted_of
from mixtura.mixture import Mixture, MixtureParameters
from mixtura.ordering import ORDERS
from mixtura.sources.writing import write_bytes_atomic

FORMAT = 1
_KEY = "mixtura"
_LARGEST_RECORD = 1 << 24  # characters: a thousand times what a selection of 36 fits takes
_NUMBER, _MAYBE = (int, float), (int, float, type(None))
_NO_BLOCK: tuple[tuple[int, ...], None, None] = (), None, None

_START = Whole({"kind": str, "log_likelihood": _MAYBE, "n_iterations": int, "n_rounds": int, "outcome": str})
_TRIED = Whole({
    "n_components": int, "covariance": str, "log_likelihood": _MAYBE, "n_free": int, "bic": _MAYBE, "icl": _MAYBE,
    "aic": _MAYBE, "outcome": str, "n_iterations": int, "remark": str,
})  # fmt: skip
_MERGED = {
    "method": str, "n_components": int, "merges": [{"left": [int], "right": [int], "affinity": _NUMBER}],
    "entropies": [_NUMBER], "suggested": int, "groups": [[int]],
}  # fmt: skip
_PERHAPS = (int, float, type(None))
_LEARNT = Whole({
    "criterion": (str, type(None)), "n_folds": int, "n_labelled": int,
    "tried": [Whole({"model": str, "bic": _NUMBER, "brier": _PERHAPS, "error": _PERHAPS})],
})  # fmt: skip
_HISTORY = {
    "n_rows": int, "total_weight": _NUMBER, "log_likelihood": _NUMBER, "n_free": int, "criteria": {ANY: _NUMBER},
    "criterion": str, "outcome": str, "is_complete": bool, "remark": str, "trace": [_NUMBER], "starts": [_START],
    "climbs": [[_NUMBER]],
    "selection": [_TRIED], "ranking": [int], "search": {ANY: int}, "merged": Whole(_MERGED),
    "learnt": _LEARNT,
}  # fmt: skip
# written where they are not the usual
_OPTIONAL: dict[str, Any] = {
    "equal_weights": bool, "concentration": _NUMBER, "weights_prior": Whole({"kind": str, "concentration": _NUMBER}),
    "levels": {ANY: [str]}, "noise": Whole({"corner": [_NUMBER], "edges": [[_NUMBER]]}),
    "memory": NUMBERS, "floor": _NUMBER,
}  # fmt: skip
_HOW = {"missing": str, "weight": str, "format": str, "delimiter": str, "decimal": str, "na": [str]}
_RECORD: dict[str, Any] = {
    "format": int, "family": str, "settings": {}, "features": [str], "cluster_names": [str],
    "order": str, "scaling": {"name": str, "centre": [_NUMBER], "scale": [_NUMBER]}, "history": _HISTORY,
    "provenance": {"versions": {ANY: str}, "seed": int, "data": {"origin": str, "digest": str, "how": _HOW},
                   "command": str},
}  # fmt: skip


def save(fitted: AnyFitted, path: str | os.PathLike[str]) -> None:
    """Write a fitted mixture to a file, whole or not at all.

    Parameters
    ----------
    fitted : FittedMixture or fitted GaussianMixture
        The same value gives the same bytes.
    path : path-like
        By custom it ends in ``.safetensors``. A file that exists is replaced.

    Raises
    ------
    OutputError
        If the file cannot be written.
    ValueError
        If `history` or `provenance` hold what JSON cannot, such as NaN.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from mixtura.assembly import assemble
    >>> from mixtura.persistence import load, save
    >>> from mixtura.selection import select
    >>> fitted = assemble(select(np.arange(20.0)[:, None], n_components=[1]), ["age"])
    >>> path = tempfile.mkdtemp() + "/model.safetensors"
    >>> save(fitted, path)
    >>> load(path).features
    ('age',)
    """
    from safetensors.numpy import save as serialise

    fitted = fitted_of(fitted)
    emission: Any = fitted.model.emission
    parameters = fitted.parameters
    arrays = {"weights": parameters.weights, **emission.arrays(parameters.emission), **sums_of(fitted)}
    tensors = {name: np.ascontiguousarray(array, dtype=np.float64) for name, array in arrays.items()}
    record = {
        "format": FORMAT,
        **to_record(emission),
        **{name: getattr(fitted, name) for name in ("features", "cluster_names", "order")},
        **{name: getattr(fitted, name) for name in ("scaling", "history", "provenance")},
        **fitted.model.settings,
        **({"levels": fitted.levels} if fitted.levels else {}),
        **({"noise": asdict(fitted.model.noise)} if fitted.model.noise is not None else {}),
        **numbers_of(fitted),
    }
    text = json.dumps(record, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    write_bytes_atomic(Path(path), serialise(tensors, {_KEY: text}))


def load(path: str | os.PathLike[str]) -> FittedMixture:
    """Read a fitted mixture from a file. This runs no code, whoever wrote the file.

    Parameters
    ----------
    path : path-like
        A file that `save` or ``mixtura fit`` wrote.

    Returns
    -------
    FittedMixture
        Equal to the value that was saved, to the last bit.

    Raises
    ------
    ModelFileError
        If the file is missing, damaged, not a model, or of a format that this version does not know.
    """
    path = Path(path)
    if not path.is_file():
        what = "is a folder; the model is a file in it" if path.is_dir() else "does not exist"
        raise ModelFileError(f"The model file {path} {what}: give the model.safetensors that mixtura fit wrote.")
    try:
        text, tensors = _read(path)
        return _restore(_record(text), tensors)
    except ValueError as error:
        raise ModelFileError(f"{path} is not a usable model file of mixtura: {error}.") from None
    except OSError as error:
        raise ModelFileError(f"The model file {path} cannot be read: {error.strerror or error}.") from None


def _read(path: Path) -> tuple[str, dict[str, ndarray]]:
    """The metadata's one entry and the arrays; the library checks that lengths and offsets lie within the file."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="numpy") as file:
            text = (file.metadata() or {}).get(_KEY)
            if text is None:
                raise ValueError("it holds tensors, but nothing that mixtura wrote")
            for name in file.keys():  # noqa: SIM118 (the library's object is no mapping)
                if file.get_slice(name).get_dtype() != "F64":
                    raise ValueError(f"the numbers of {name} are not 64-bit floats")
            return text, {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except SafetensorError as error:
        raise ValueError(f"it is damaged, cut short or of another kind ({_one_line(error)})") from None


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:120]


def _record(text: str) -> dict[str, Any]:
    if len(text) > _LARGEST_RECORD:
        raise ValueError(f"its description is {len(text)} characters long, more than any model needs")
    try:
        record = parse(text)
    except ValueError as error:
        raise ValueError(f"its description is not usable JSON ({error})") from None
    conform(record, {"format": int}, "the description")
    if record.get("format") != FORMAT:
        raise ValueError(_other_format(record.get("format")))
    for name in _RECORD:
        if name not in record:
            raise ValueError(f"its description lacks {name}")
    known = _RECORD | {name: shape for name, shape in _OPTIONAL.items() if name in record}
    if unknown := sorted(record.keys() - known):
        raise ValueError(f"its description holds {unknown[0]!r}, which this version does not know")
    for name, shape in known.items():
        conform(record[name], shape, name)
    return record


def _other_format(number: int | None) -> str:
    if number is None:
        return "its description names no format"
    when = "a newer" if number > FORMAT else "no known"
    return f"it was written in format {number} by {when} mixtura; this one knows format {FORMAT}"


def _restore(record: dict[str, Any], tensors: dict[str, ndarray]) -> FittedMixture:
    emission = from_record(record["family"], record["settings"])
    for name, array in tensors.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds numbers that are not finite")
    if "weights" not in tensors:
        raise ValueError("it holds no weights of its components")
    sums = take_sums(tensors)
    own = {name: array for name, array in tensors.items() if name != "weights"}
    parameters = MixtureParameters(tensors["weights"], emission.from_arrays(own))
    emission.check(parameters.emission)
    called = tuple(record["features"]), tuple(record["cluster_names"])
    others = {name: record[name] for name in ("order", "scaling", "history", "provenance")}
    fitted = FittedMixture(_model(emission, record), parameters, *called, **others, levels=record.get("levels", {}))
    _check_consistent(fitted)
    return with_memory(fitted, record.get("memory"), sums)


def _model(emission: Any, record: dict[str, Any]) -> Mixture:
    prior = record.get("weights_prior")
    if (prior is None) is isinstance(emission, NormalWishart):
        raise ValueError("only one of weights and components has a prior, where both have one or neither has")
    box = record.get("noise")
    noise = box and UniformNoise(tuple(box["corner"]), tuple(map(tuple, box["edges"])))
    if prior is None:
        said = record.get("equal_weights", False), float(record.get("concentration", 1))
        return Mixture(emission, *said, noise, float(record.get("floor", -inf)))
    if prior["kind"] not in CONCENTRATIONS or prior["concentration"] <= 0:
        raise ValueError(
            f"its prior of weights, {prior['kind']!r} of {prior['concentration']:g}, is unknown or improper"
        )
    return BayesianMixture(emission=emission, weights_prior=CONCENTRATIONS[prior["kind"]](prior["concentration"]))


def _check_consistent(fitted: FittedMixture) -> None:
    weights = fitted.parameters.weights
    emission: Any = fitted.model.emission
    K, D = emission.shape(fitted.parameters.emission)
    noise = fitted.model.noise
    is_all = weights.sum() < 1 + 1e-6 and (noise is not None or weights.sum() > 1 - 1e-6)
    if weights.shape != (K,) or (weights < 0).any() or not is_all:
        raise ValueError(f"weights are not {K} shares that add up to one")
    if noise is not None:
        noise.check(D)
    scaling = fitted.scaling
    columns = [fitted.features, *(scaling[name] for name in ("centre", "scale") if name in scaling)]
    if len(fitted.cluster_names) != K or any(len(values) != D for values in columns):
        raise ValueError(f"its names or scales do not fit {K} clusters and {D} columns")
    if len(set(fitted.features)) < D:
        raise ValueError("two of its columns have the same name")
    if fitted.order not in ORDERS:
        raise ValueError(f"its order {fitted.order!r} is unknown to this version")
    _check_levels(fitted)
    _check_history(fitted.history)


def _check_levels(fitted: FittedMixture) -> None:
    """Whoever reads rows needs the levels of every column of categories, and of no other."""
    columns, family, _ = blocks_of(fitted.model.emission, fitted.parameters.emission).get("categories", _NO_BLOCK)
    wanted = {fitted.features[d]: n for d, n in zip(columns, getattr(family, "n_levels", ()), strict=True)}
    if {name: len(set(levels)) for name, levels in fitted.levels.items()} != wanted:
        raise ValueError("its levels are not those of its columns of categories, each of them once")


def _check_history(history: dict[str, Any]) -> None:
    """Whoever tells of a choice looks up the criterion in the ranked rows, and in the criteria of the chosen fit."""
    tried, ranking, criterion = history.get("selection", []), history.get("ranking", []), history.get("criterion")
    if not all(0 <= i < len(tried) for i in ranking):
        raise ValueError("its ranking names fits that are not in its list")
    if criterion is not None and (criterion not in CRITERIA or criterion not in history.get("criteria", {})):
        raise ValueError(f"its criterion {criterion!r} is unknown to this version, or has no value")
    if ranking and (
        criterion is None or any(None in (tried[i][criterion], tried[i]["log_likelihood"]) for i in ranking)
    ):
        raise ValueError("its ranking has no criterion to go by")
