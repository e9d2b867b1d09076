"""What `mixtura errors` has to say, in facts and on one screen."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from mixtura.cli._answer import numbered
from mixtura.cli._described import read_again
from mixtura.cli._screen import heading, screen_width, wrap
from mixtura.cli._tables import lay_out_in_parts, squeeze
from mixtura.explain.kinds import as_numbers
from mixtura.explain.numbers import percent, rounded
from mixtura.explain.words import count
from mixtura.fitted import FittedMixture
from mixtura.report.facts import plain
from mixtura.resampling import Uncertainty, uncertainty
from mixtura.runners.local import n_threads

_CELL = 16
_PARTS = ("estimates", "errors", "low", "high")


def facts(fitted: FittedMixture, data: Sequence[str], how: dict[str, Any]) -> dict[str, Any]:
    """Everything that is on the screen and the covariances, ready for JSON."""
    found = uncertainty(
        fitted, read_again(fitted, data, how).table, method=how["method"], n_replicates=how["replicates"],
        level=how["level"], seed=how["seed"], n_threads=how["workers"] or n_threads(-1),
    )  # fmt: skip
    return {
        "method": found.method,
        "level": found.level,
        "n_fits": len(found.replicates.get("weights", ())),
        "n_failed": found.n_failed,
        "features": list(as_numbers(fitted).features),
        "clusters": [
            {"name": name} | {what: _parts(found, what, k) for what in ("weights", "means", "covariances")}
            for k, name in enumerate(fitted.cluster_names)
        ],
        "noise_share": _parts(found, "noise_share", ()) if "noise_share" in found.errors else None,
    }


def _parts(found: Uncertainty, what: str, where: Any) -> dict[str, Any]:
    return {part.rstrip("s"): plain(np.asarray(getattr(found, part)[what])[where].tolist()) for part in _PARTS}


def lines(told: Mapping[str, Any]) -> list[str]:
    """Shares and means with their errors, and below them the intervals."""
    by = f"{told['method']}, {count(told['n_fits'], 'fit')}" if told["n_fits"] else told["method"]
    title = f"{count(len(told['clusters']), 'cluster')}: standard errors by {by}; intervals of {percent(told['level'])}"
    header, rows = ["cluster", "share", *(squeeze(name, _CELL) for name in told["features"])], []
    for name, own in numbered(told["clusters"]):
        n_means = range(len(told["features"]))
        rows.append([squeeze(name, 20), _share(own["weights"], _with_error),
                     *(_with_error(own["means"], d) for d in n_means)])  # fmt: skip
        rows.append(["", _share(own["weights"], _interval), *(_interval(own["means"], d) for d in n_means)])
    text = [*heading(title), "", *lay_out_in_parts(header, rows, screen_width())]
    if told["noise_share"]:
        noise = told["noise_share"]
        text += ["", *wrap(f"noise: {_share(noise, _with_error)} of the rows ({_share(noise, _interval)})")]
    if told["n_failed"]:
        text += wrap(f"{count(told['n_failed'], 'fit')} led to no usable mixture and did not count.")
    return text


def _share(part: Mapping[str, float], write: Callable[..., str]) -> str:
    return f"{write({name: [100 * value] for name, value in part.items()}, 0)} %"


def _with_error(part: Mapping[str, Any], d: int) -> str:
    error = part["error"][d]
    return f"{rounded(part['estimate'][d], error, 2)} ± {rounded(error, error, 2)}"


def _interval(part: Mapping[str, Any], d: int) -> str:
    return " … ".join(rounded(part[end][d], part["error"][d], 2) for end in ("low", "high"))
