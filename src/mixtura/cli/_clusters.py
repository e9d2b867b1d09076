"""What the clusters of a model are in the rows of a table, cluster by cluster."""

from collections.abc import Mapping, Sequence
from typing import Any

from mixtura.cli._answer import cluster_table, numbered, warning_lines
from mixtura.cli._described import describe, read_again
from mixtura.cli._screen import heading, wrap
from mixtura.explain.numbers import percent
from mixtura.explain.words import short, tell_rule
from mixtura.fitted import FittedMixture

_NAMED = 3  # columns that separate two clusters
_WORTH_A_WORD = 0.05  # of the separation

Facts = Mapping[str, Any]


def facts(fitted: FittedMixture, data: Sequence[str], how: dict[str, Any]) -> dict[str, Any]:
    """What `mixtura.report.facts` says of these rows."""
    return describe(fitted, read_again(fitted, data, how), how["truth"]).facts


def lines(told: Facts) -> list[str]:
    """Sizes and means, then for each cluster what is special about it."""
    text = [*heading(told["answer"]["headline"]), *wrap(told["answer"]["merged"])]
    text += [*warning_lines(told["warnings"]), ""]
    text += cluster_table(told)
    for name, cluster in numbered(told["clusters"]):
        text += ["", *heading(short(name)), *_portrait(cluster, told)]
    return text


def _portrait(cluster: Facts, told: Facts) -> list[str]:
    said = [cluster["sentence"]]
    if cluster["separation"]:
        said.append(f"{_apart(cluster, told)}; overlap {percent(cluster['overlap'])}.")
    said += [f"Rule: {_rule(rule, told['columns'])}." for rule in cluster["rules"]]
    if cluster["prototype"] is not None:
        said.append(f"Typical: row {cluster['prototype']}; least sure: row {cluster['doubtful']}.")
    return [line for text in said for line in wrap(text, indent="  ")]


def _apart(cluster: Facts, told: Facts) -> str:
    """The columns that keep a cluster from its nearest one, with the share of each in that."""
    shares, columns = cluster["separation"]["shares"], told["columns"]
    order = sorted(range(len(shares)), key=lambda d: -shares[d])
    named = [f"{short(columns[d]['name'])} {percent(shares[d])}" for d in order[:_NAMED] if shares[d] >= _WORTH_A_WORD]
    other = short(told["clusters"][cluster["nearest"]]["name"])
    return f"Kept apart from {other}, the nearest, by {', '.join(named)}" if named else f"Nothing keeps it from {other}"


def _rule(rule: Facts, columns: Sequence[Facts]) -> str:
    said = tell_rule(rule, columns)
    return f"{said} ({percent(rule['coverage'])} of it, and {percent(rule['precision'])} of such rows are in it)"
