"""Words that a person who has never heard of a mixture can read."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from mixtura.explain.numbers import percent, rounded
from mixtura.explain.records import Change, Column, Condition, RowExplanation, Rule

_LONGEST_NAME = 40
_MENTIONED = 3  # columns in a sentence
_STEERING = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")  # controls, and text direction
EMPTY = "No row has this as its most probable cluster"
_NEARLY = 1 - 2**-53  # a probability that has rounded to one is not quite that
_AUDIBLE = 0.1  # nats; what a column says below is not worth a word
NOTABLE = 0.3  # standard deviations; a difference below is not worth a word
_HOW_FAR = ((2.0, "very "), (0.7, ""), (0.0, "rather "))
_WIDER, _NARROWER = 1.5, 1 / 1.5


class Portrait(NamedTuple):
    """What a description is made of, for each column: mean, spread and difference in standard deviations of all."""

    means: Sequence[float]
    sds: Sequence[float]
    differences: Sequence[float]
    distinguishing: Sequence[int]


def headline(n_clusters: int, n_rows: int, n_columns: int) -> str:
    """The answer in one line.

    Examples
    --------
    >>> headline(4, 12431, 1)
    '4 clusters in 12,431 rows, 1 column'
    """
    return f"{count(n_clusters, 'cluster')} in {count(n_rows, 'row')}, {count(n_columns, 'column')}"


def count(number: int, noun: str) -> str:
    """The number and the noun, in the plural where it takes one."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def short(name: str, longest: int = _LONGEST_NAME) -> str:
    """The name on one line, without what would steer the terminal or the text around it, cut where it is too long."""
    line = " ".join(_STEERING.sub("", " ".join(name.split())).split()) or "(no name)"
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def join(parts: Sequence[str]) -> str:
    """Parts as one says them: a, b and c."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def describe_all(columns: Sequence[Column]) -> str:
    """What to say where all rows form one cluster."""
    said = [f"{short(c.name)} {rounded(c.mean, c.sd)} ± {rounded(c.sd, c.sd)}" for c in columns[:_MENTIONED]]
    return f"one group, {join(said + _rest(len(columns) - len(said)))}"


def describe(portrait: Portrait, columns: Sequence[Column]) -> str:
    """How a cluster differs from all rows, the columns that tell it apart first."""
    notable = [d for d in portrait.distinguishing if abs(portrait.differences[d]) >= NOTABLE]
    said = [_difference(portrait, columns[d], d) for d in notable[:_MENTIONED]]
    return join(said + _rest(len(notable) - len(said))) if said else _without_differences(portrait, columns)


def level(difference: float, of_level: bool = False) -> str:
    """A difference in standard deviations as a word; of the share of one level of a category as well.

    Examples
    --------
    >>> level(-2.4), level(0.9), level(0.4)
    ('very low', 'high', 'rather high')
    >>> level(-2.4, of_level=True), level(0.4, of_level=True)
    ('much less often', 'rather more often')
    """
    how_far = next(word for least, word in _HOW_FAR if abs(difference) >= least)
    if of_level:
        return f"{how_far.replace('very', 'much')}{'more' if difference > 0 else 'less'} often"
    return f"{how_far}{'high' if difference > 0 else 'low'}"


def tell_rule(rule: Mapping[str, Any], columns: Sequence[Mapping[str, Any]]) -> str:
    """The conditions of a rule, said of columns; both as dictionaries of what their records hold.

    Examples
    --------
    >>> few, some, other = Condition(0, None, 3.5), Condition(1, 60.0, 70.0), Condition(2, None, 0.0)
    >>> conditions = [condition._asdict() for condition in (few, some, other)]
    >>> columns = [{"name": "eruptions"}, {"name": "waiting"}, {"name": "day = Monday", "is_level": True}]
    >>> tell_rule({"conditions": conditions}, columns)
    'eruptions ≤ 3.5 and 60 < waiting ≤ 70 and not day = Monday'
    """
    return " and ".join(_condition(Condition(**own), columns[own["column"]]) for own in rule["conditions"])


def tell_conditions(rule: Rule, columns: Sequence[Column]) -> str:
    """The conditions of a rule, said of the columns of an explanation."""
    conditions = [condition._asdict() for condition in rule.conditions]
    return tell_rule({"conditions": conditions}, [column._asdict() for column in columns])


def tell_row(row: RowExplanation, columns: Sequence[str], clusters: Sequence[str]) -> str:
    """Why a row belongs where it does, and the smallest change that would move it."""
    if row.second is None:
        return f"All rows are in {clusters[row.label]}."
    sure, other = (percent(min(row.probabilities[k], _NEARLY)) for k in (row.label, row.second))
    text = f"In {clusters[row.label]} with a probability of {sure}, before {clusters[row.second]} ({other})"
    speaking = sorted(range(len(columns)), key=lambda d: -abs(row.contributions[d]))[:_MENTIONED]
    for verdict, sign in (("for it", 1), ("against it", -1)):
        said = [short(columns[d]) for d in speaking if sign * row.contributions[d] >= _AUDIBLE]
        text += f"; {verdict}: {join(said)}" if said else ""
    change = row.change
    if change is None:
        return f"{text}. No change of a single column would move it."
    return f"{text}. With {_changed(row, change, columns)}, it would be in {clusters[change.label]}."


def _changed(row: RowExplanation, change: Change, columns: Sequence[str]) -> str:
    """A level or a count that it would have, or the bound that a number would pass."""
    name, before, after = short(columns[change.column]), row.values[change.column], change.value
    if before is None or isinstance(before, str) or isinstance(after, str) or not change.is_bound:
        return f"{name} = {_cell(after)} (it is {_cell(before)})"
    far, now = (rounded(value, abs(after - before), 2) for value in (after, before))
    return f"{name} {'above' if after > before else 'below'} {far} (it is {now})"


def _cell(value: float | str | None) -> str:
    if value is None:
        return "missing"
    return short(value) if isinstance(value, str) else f"{value:,.15g}"


def _condition(condition: Condition, column: Mapping[str, Any]) -> str:
    name = short(column["name"])
    if column.get("is_level"):
        return f"not {name}" if condition.above is None else name
    low, high = (None if bound is None else f"{bound:,.15g}" for bound in (condition.above, condition.up_to))
    if low is None:
        return f"{name} ≤ {high}"
    return f"{name} > {low}" if high is None else f"{low} < {name} ≤ {high}"


def _difference(portrait: Portrait, column: Column, d: int) -> str:
    if column.is_level:
        own, overall = percent(portrait.means[d]), percent(column.mean)
        return f"{level(portrait.differences[d], of_level=True)} {short(column.name)} ({own}, overall {overall})"
    resolution = min(column.sd, abs(portrait.means[d] - column.mean)) or column.sd
    mean, overall = (rounded(value, resolution, 2) for value in (portrait.means[d], column.mean))
    return f"{level(portrait.differences[d])} {short(column.name)} ({mean}, overall {overall})"


def _without_differences(portrait: Portrait, columns: Sequence[Column]) -> str:
    """Where the means are alike, the spreads may tell a cluster apart."""
    near = f"near the overall mean in {'every column' if len(columns) > 1 else short(columns[0].name)}"
    ratios = [sd / column.sd if column.sd > 0 else 1.0 for sd, column in zip(portrait.sds, columns, strict=True)]
    d = max(range(len(ratios)), key=lambda i: max(ratios[i], 1 / max(ratios[i], 1e-300)))
    if _NARROWER < ratios[d] < _WIDER:
        return near
    sd, overall = (rounded(value, columns[d].sd, 2) for value in (portrait.sds[d], columns[d].sd))
    how = "widely" if ratios[d] > 1 else "narrowly"
    return f"{near}, but spread {how} in {short(columns[d].name)} (sd {sd}, overall {overall})"


def _rest(n_more: int) -> list[str]:
    return [f"{n_more} more column{'s' if n_more > 1 else ''}"] if n_more > 0 else []
