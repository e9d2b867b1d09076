"""A fitted mixture in facts and on one screen, without the rows it was fitted to."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from mixtura._settings import to_record
from mixtura.cli._answer import NEXT_TO_NONE, choice_table, more_columns, numbered, start_table
from mixtura.cli._screen import heading, screen_width, wrap
from mixtura.cli._tables import lay_out, squeeze
from mixtura.criteria import CRITERIA, label, write
from mixtura.explain.choice import choice_facts, tell_merged
from mixtura.explain.kinds import as_numbers, count_sds_by_cluster, has_kind, rates_by_cluster, shares_by_cluster
from mixtura.explain.numbers import brief, percent, rounded
from mixtura.explain.profiles import component_moments
from mixtura.explain.words import count, short
from mixtura.families import roles_of
from mixtura.fitted import FittedMixture
from mixtura.sources.roles import Roles

_CELL = 16
_LIKELIEST = 2


def facts(fitted: FittedMixture) -> dict[str, Any]:
    """What a model file says, ready for JSON; None for what is not on record."""
    emission = fitted.model.emission
    seen = as_numbers(fitted)
    means, covariances = component_moments(seen)
    sds = np.sqrt(np.einsum("kdd->kd", covariances))
    history, kept = fitted.history, ("n_rows", "log_likelihood", "n_free", "criteria", "criterion", "outcome")
    return {
        "n_components": fitted.n_components,
        "features": list(fitted.features),
        "family": to_record(emission)["family"],
        "covariance": getattr(seen.model.emission, "covariance", None) if has_kind(fitted, "numbers") else None,
        "columns": list(seen.features),
        "transforms": dict(_roles(fitted).transforms),
        "shares": shares_by_cluster(fitted),
        "rates": rates_by_cluster(fitted),
        "count_sds": count_sds_by_cluster(fitted),
        "equal_weights": fitted.model.equal_weights,
        "conditions": fitted.model.conditions,
        "noise_share": fitted.noise_share,
        "clusters": [
            {"name": name, "weight": float(weight), "means": mean.tolist(), "sds": sd.tolist()}
            for name, weight, mean, sd in zip(fitted.cluster_names, fitted.parameters.weights, means, sds, strict=True)
        ],
        **{name: history.get(name) for name in kept},
        "is_complete": history.get("is_complete"),
        "choice": choice_facts(history),
        "merged": tell_merged(history),
        "starts": history.get("starts", []),
        "scaling": fitted.scaling.get("name"),
        "provenance": fitted.provenance,
    }


def _roles(fitted: FittedMixture) -> Roles:
    return roles_of(fitted.features, fitted.levels, fitted.model.emission, fitted.parameters.emission)


def lines(told: Mapping[str, Any], verbose: bool = False) -> list[str]:
    """The facts on one screen."""
    title = f"{count(told['n_components'], 'cluster')} in {count(len(told['features']), 'column')}"
    shape = f"{told['covariance']} covariance" if told["covariance"] else "independent answers"
    title += ", ".join(["", shape, *told["conditions"]])
    text = [*heading(title), *_found(told), *wrap(told["merged"]), ""]
    text += _table(told)
    if told["noise_share"]:
        text += wrap(f"noise: {percent(told['noise_share'])} of the rows belong to no cluster")
    text += _categories(told)
    choice = choice_table(told["choice"])
    if choice:
        text += ["", *choice]
    if verbose and told["starts"]:
        text += ["", *start_table(told["starts"])]
    return [*text, "", *_origin(told["provenance"])]


def _categories(told: Mapping[str, Any]) -> list[str]:
    """Transforms; the likeliest levels of every column of categories and what counts are like, cluster by cluster."""
    transforms = ", ".join(f"{short(name)} {how}" for name, how in told["transforms"].items())
    text = wrap(f"Seen through: {transforms}.") if transforms else []
    for name in told["shares"][0]:
        parts = [f"{c['name']} {_likeliest(s[name])}" for c, s in zip(told["clusters"], told["shares"], strict=True)]
        text += wrap(f"{name}: {'; '.join(parts)}.")
    for name in told["rates"][0]:
        counts = zip(told["clusters"], told["rates"], told["count_sds"], strict=True)
        parts = [f"{c['name']} {brief(mean[name])} ± {brief(sd[name])}" for c, mean, sd in counts]
        text += wrap(f"{name}: {'; '.join(parts)}.")
    return ["", *text] if text else []


def _likeliest(shares: Mapping[str, float]) -> str:
    order = sorted(shares, key=lambda level: -shares[level])[:_LIKELIEST]
    shown = [level for level in order if shares[level] >= NEXT_TO_NONE] or order[:1]
    return ", ".join(f"{level} {percent(shares[level])}" for level in shown)


def _found(told: Mapping[str, Any]) -> list[str]:
    if told["log_likelihood"] is None:
        return []
    parts = [_criterion(name, value) for name, value in (told["criteria"] or {}).items()]
    parts.insert(0, f"log-likelihood {told['log_likelihood']:,.2f}")
    rows = "" if told["n_rows"] is None else f"Fitted to {count(told['n_rows'], 'row')}: "
    ending = f" ({told['outcome']})" if told["outcome"] else ""
    return wrap(f"{rows}{', '.join(parts)}{ending}")


def _criterion(name: str, value: float) -> str:
    """With mclust's sign beside it, where it is another."""
    if name not in CRITERIA:
        return f"{name.upper()} {brief(value)}"  # of a later version
    has_other = CRITERIA[name].has_mclusts_negative
    return f"{label(name)} {write(name, value)}" + (f" (mclust: {write(name, -value)})" if has_other else "")


def _table(told: Mapping[str, Any]) -> list[str]:
    """Weights, and means ± standard deviations of as many columns as fit; the rest are in --json."""
    clusters = told["clusters"]
    header, rows = ["cluster", "weight"], [[squeeze(name, 20), percent(c["weight"])] for name, c in numbered(clusters)]
    n_shown = 0
    for d, name in enumerate(told["columns"]):
        cells = [f"{rounded(c['means'][d], c['sds'][d])} ± {rounded(c['sds'][d], c['sds'][d])}" for c in clusters]
        wider = lay_out([*header, squeeze(name, _CELL)], [[*row, cell] for row, cell in zip(rows, cells, strict=True)])
        if n_shown and max(map(len, wider)) > screen_width():
            break
        header.append(squeeze(name, _CELL))
        rows = [[*row, cell] for row, cell in zip(rows, cells, strict=True)]
        n_shown += 1
    hidden = len(told["columns"]) - n_shown
    return lay_out(header, rows) + more_columns(hidden)


def _origin(provenance: Mapping[str, Any]) -> list[str]:
    text = []
    if provenance.get("command"):
        text += wrap(f"Made by: {provenance['command']}")
    if provenance.get("data"):
        digest = str(provenance["data"].get("digest", ""))[:12]
        text += wrap(f"From: {provenance['data'].get('origin', 'unknown')} (digest {digest}…)")
    versions = provenance.get("versions", {})
    known = [f"{name} {version}" for name, version in versions.items()]
    if "seed" in provenance:
        known.append(f"seed {provenance['seed']}")
    return text + (wrap(f"With: {', '.join(known)}") if known else [])
