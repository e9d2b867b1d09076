"""How a fit was chosen among others."""

from typing import Any

from mixtura.criteria import CRITERIA
from mixtura.explain.cautions import finalists
from mixtura.explain.words import count, join

_SEARCHED = {"is_searched": True}  # what records say nothing of that are older than sketches


def choice_facts(history: dict[str, Any]) -> dict[str, Any] | None:
    """Every fit with its rank, the best and the runner-up; None where nothing was chosen or nothing is on record."""
    if not history.get("ranking"):
        return None
    ranks = {position: rank for rank, position in enumerate(history["ranking"], start=1)}
    best, *others = finalists(history)
    name = history["criterion"]
    fits = [_SEARCHED | row | {"rank": ranks.get(i)} for i, row in enumerate(history["selection"])]
    valued = [fit for fit in fits if fit["rank"] and fit["icl"] is not None]
    return {
        "criterion": name,
        "criteria": [other for other in CRITERIA if any(fit.get(other) is not None for fit in fits)],
        "is_deviance": CRITERIA[name].is_deviance,
        "mclusts": -best[name] if CRITERIA[name].has_mclusts_negative else None,
        "best": best,
        "runner_up": others[0] if others else None,
        "difference": others[0][name] - best[name] if others else None,
        "best_icl": min(valued, key=lambda fit: fit["icl"]) if len(fits) > 1 and valued else None,
        "fits": fits,
        "n_pruned": sum(not fit["is_searched"] for fit in fits),
        "set_aside": _set_aside([fit for fit in fits if fit["remark"] and fit["rank"] is None], name),
    }


def tell_merged(history: dict[str, Any]) -> str:
    """What clusters are made of, where components were merged; empty where they were not.

    Examples
    --------
    >>> tell_merged({"merged": {"method": "demp", "n_components": 3, "groups": [[0, 2], [1]]}})
    'Merged from 3 components (demp): 0 and 2; 1.'
    """
    if "merged" not in history:
        return ""
    merged = history["merged"]
    groups = "; ".join(join([str(k) for k in group]) for group in merged["groups"])
    return f"Merged from {count(merged['n_components'], 'component')} ({merged['method']}): {groups}."


def merging_facts(history: dict[str, Any]) -> dict[str, Any] | None:
    """Every stage at which the components were seen as clusters, all of them first; None where none were merged."""
    if "merged" not in history:
        return None
    merged = history["merged"]
    K, entropies = merged["n_components"], merged["entropies"]
    first = {"n_clusters": K, "left": [], "right": [], "affinity": None, "entropy": entropies[-1]}
    later = [
        one | {"n_clusters": K - step, "entropy": entropies[K - step - 1]}
        for step, one in enumerate(merged["merges"], start=1)
    ]
    return {key: merged[key] for key in ("method", "n_components", "suggested", "groups")} | {"stages": [first, *later]}


def _set_aside(fits: list[dict[str, Any]], criterion: str) -> dict[str, Any] | None:
    """How many fits could not be chosen, and the best of them, whose remark says why."""
    if not fits:
        return None
    valued = [fit for fit in fits if fit[criterion] is not None]
    return {"n_fits": len(fits), "best": min(valued or fits, key=lambda fit: fit[criterion] or 0.0)}
