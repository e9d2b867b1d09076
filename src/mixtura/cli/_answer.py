"""The answer of a fit on one screen, from its facts (see `mixtura.report.facts`)."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

import click

from mixtura.cli._screen import bar, heading, screen_width, wrap
from mixtura.cli._tables import clip, lay_out, lay_out_in_parts, lay_out_within, printable, squeeze, width
from mixtura.criteria import CRITERIA, label, write
from mixtura.explain.leftovers import Leftover, by_reason
from mixtura.explain.numbers import brief, percent, rounded
from mixtura.explain.words import NOTABLE, count, join, level, short
from mixtura.fitted import default_names
from mixtura.sources.roles import option

_SCREEN = 21  # lines, so that a blank one and two about files fit below on the smallest of terminals
_NAME, _CELL = 18, 16
_WORDS = 8  # lines at most in which sentences are not cut
_BAR = 1 / 13  # of the width of the screen
_STRETCHED = 100  # times the width of a middling cluster
_BESIDE_KIND = 49  # the width of what stands beside the kind of a start
NEXT_TO_NONE = 0.001  # a share below is not worth naming
_BESIDE = 4  # so many columns at most leave room for words at their side

Facts = Mapping[str, Any]


def lines(facts: Facts, verbose: bool = False) -> list[str]:
    """What a person wants to know first: how many clusters, what they are, how sure, what to be wary of."""
    text = [*_headline(facts), *warning_lines(facts["warnings"]), "", *cluster_table(facts)]
    notes = [*_certainty(facts), *_stability(facts), *_notes(facts)]
    text += ["", *notes] if notes else []
    choice = choice_table(facts["choice"])
    if choice and (verbose or len(text) + len(choice) + 1 <= _SCREEN):
        text += ["", *choice]
    if verbose:
        text += ["", *start_table(facts["checks"]["starts"])]
    return [*text, ""]


def plan_lines(plan: Facts) -> list[str]:
    """What --dry-run has to say."""
    text = [
        *wrap(f"Would fit {_fits_planned(plan)} to {count(plan['n_rows'], 'row')}."),
        *wrap(f"Columns: {', '.join(plan['columns'])}."),
        *_left_out(plan["left_out"]),
    ]
    return [
        *text,
        f"Would write {plan['output']}: {', '.join(plan['files'])}." if plan["files"] else "Would write nothing.",
    ]


def _fits_planned(plan: Facts) -> str:
    numbers, models = plan["n_components"], plan["covariances"]
    if not numbers:
        return f"as many clusters as the rows ask for ({', '.join(models)})"
    tried = str(numbers[0]) if len(numbers) == 1 else f"{numbers[0]} to {numbers[-1]}"
    return f"{count(len(numbers) * len(models), 'mixture')} (k = {tried}; {', '.join(models)})"


def cluster_table(facts: Facts) -> list[str]:
    """One line a cluster: how large, the means, and in words what is high or low, beside or below."""
    clusters, columns = facts["clusters"], facts["columns"]
    words = [_words(cluster, columns) for cluster in clusters]
    table, n_shown = _means(facts)
    beside = _put_beside(table, ["", *words, ""])
    if n_shown == len(columns) <= _BESIDE and max(map(width, beside)) <= screen_width():
        return beside
    names = [squeeze(cluster["name"], _NAME) for cluster in clusters]
    below = [f"{name}: {what}" for name, what in zip(names, words, strict=True) if what]
    whole, cut = [line for text in below for line in wrap(text)], [clip(text, screen_width()) for text in below]
    said = ["", *(whole if len(whole) <= _WORDS else cut)] if below else []
    return [*table, *more_columns(len(columns) - n_shown), *said]


def numbered(clusters: Sequence[Facts]) -> list[tuple[str, Facts]]:
    """Every cluster with its name, and its number where the name does not hold it: labels are numbers."""
    named = zip(clusters, default_names(len(clusters)), strict=True)
    return [(c["name"] if c["name"] == default else f"{k} {c['name']}", c) for k, (c, default) in enumerate(named)]


def more_columns(hidden: int) -> list[str]:
    """What to say of columns for which the screen has no room."""
    return [f"and {count(hidden, 'more column')}: see --json"] if hidden else []


def _means(facts: Facts) -> tuple[list[str], int]:
    """Sizes and means, the column that tells clusters apart most first; and how many columns there is room for."""
    clusters, columns = facts["clusters"], facts["columns"]
    header = ["cluster", "rows", "share", ""]
    rows = [
        [squeeze(name, _NAME), f"{c['n_rows']:,}", percent(c["share"]), _bar(c, clusters)]
        for name, c in numbered(clusters)
    ]
    rows.append(["all", f"{facts['answer']['n_rows']:,}", "", ""])
    table = lay_out(header, rows)
    for n_shown, d in enumerate(_by_distinction(clusters)):
        means, spread = [*(c["means"][d] for c in clusters), columns[d]["mean"]], _spread(facts, d)
        header = [*header, squeeze(columns[d]["name"], min(_CELL, screen_width() // 4))]
        rows = [[*row, rounded(mean, spread)] for row, mean in zip(rows, means, strict=True)]
        wider = lay_out(header, rows)
        if max(map(width, wider)) > screen_width():
            return table, n_shown
        table = wider
    return table, len(columns)


def _bar(cluster: Facts, clusters: Sequence[Facts]) -> str:
    """How large a cluster is beside the largest."""
    largest = max(other["share"] for other in clusters) or 1.0
    return bar(cluster["share"] / largest, round(screen_width() * _BAR))


def _spread(facts: Facts, d: int) -> float:
    """How much a column varies: where an outlier stretches it, so much that all means would look alike, less."""
    means, sds = (sorted(cluster[of][d] for cluster in facts["clusters"]) for of in ("means", "sds"))
    apart = sorted(abs(mean - _middling(means)) for mean in means)
    spread: float = min(facts["columns"][d]["sd"], max(_STRETCHED * _middling(sds), _middling(apart)))
    return spread


def _middling(values: Sequence[float]) -> float:
    return values[(len(values) - 1) // 2]


def _put_beside(table: Sequence[str], words: Sequence[str]) -> list[str]:
    longest = max(map(width, table))
    return [f"{line}{' ' * (longest - width(line))}  {word}".rstrip() for line, word in zip(table, words, strict=True)]


def choice_table(choice: Facts | None) -> list[str]:
    """How far every fit lies above the best, by covariance model and number of clusters."""
    if choice is None or len(choice["fits"]) < 2:
        return []
    name, fits = choice["criterion"], choice["fits"]
    lowest = next(fit[name] for fit in fits if fit["rank"] == 1)
    numbers = list(dict.fromkeys(fit["n_components"] for fit in fits))
    models = list(dict.fromkeys(fit["covariance"] for fit in fits))
    above = {(fit["covariance"], fit["n_components"]): _above(fit, lowest, name) for fit in fits}
    header = [f"{label(name)} + by k", *map(str, numbers)]
    rows = [[printable(model), *(above.get((model, number), "") for number in numbers)] for model in models]
    table = lay_out_in_parts(header, rows, screen_width())
    if any(fit["rank"] is None and fit[name] is not None for fit in fits):
        table += wrap("In brackets: set aside, because a few rows or a flat column make the fit.")
    if not all(fit["is_searched"] for fit in fits):
        table += wrap("With ~: by a first look, which says that it cannot win; --no-prune searches all.")
    return table


def start_table(starts: Sequence[Facts] | None) -> list[str]:
    """Where every start of the chosen fit ended."""
    furthest = max((start["n_rounds"] for start in starts or []), default=0)
    rows = [
        [
            squeeze(start["kind"], min(max(screen_width() - _BESIDE_KIND, 14), 30)),
            "–" if start["log_likelihood"] is None else f"{start['log_likelihood']:,.2f}",
            squeeze(_ending(start, furthest), 16),
            str(start["n_iterations"]),
            str(start["n_rounds"]),
        ]
        for start in starts or []
    ]
    header = ["start", "log-likelihood", "outcome", "iterations", "rounds"]
    return lay_out_within(header, rows, screen_width()) if rows else []


def _ending(start: Facts, furthest: int) -> str:
    """A start of a race that others left behind did not run out of iterations."""
    left_behind = start["outcome"] == "exhausted" and start["n_rounds"] < furthest
    return "dropped out" if left_behind else start["outcome"]


def _headline(facts: Facts) -> list[str]:
    answer, choice = facts["answer"], facts["choice"]
    shape = f"{answer['covariance']} covariance" if answer["covariance"] else "independent answers"
    fit = ", ".join([shape, *answer["conditions"]])
    name, value = answer["criterion"], answer["value"]
    text = f"{fit}, {label(name)} {write(name, value)}"
    if choice and choice["runner_up"]:
        second = choice["runner_up"]
        text += (
            f"; runner-up: {count(second['n_components'], 'cluster')}, {printable(second['covariance'])}, "
            f"+{brief(choice['difference'])}"
        )
    return heading(answer["headline"]) + wrap(text)


def warning_lines(warnings: Sequence[str]) -> list[str]:
    """What to be wary of."""
    return [click.style(line, fg="yellow") for warning in warnings for line in wrap(f"! {warning}")]


def _certainty(facts: Facts) -> list[str]:
    if len(facts["clusters"]) == 1:
        return []
    sure = facts["certainty"]
    text = f"Sure: {percent(sure['share_sure'])} of the rows have a probability of 0.9 or more "
    text += f"(mean {brief(sure['mean'])})."
    share, i, j = max((share, i, j) for i, row in enumerate(facts["overlaps"]) for j, share in enumerate(row) if i < j)
    names = (facts["clusters"][k]["name"] for k in (i, j))
    return wrap(f"{text} Closest: {' and '.join(names)}, overlap {percent(share)}.")


def _stability(facts: Facts) -> list[str]:
    """How clusters fared in fits to rows drawn again, if somebody asked."""
    if not facts["stability"]:
        return []
    clusters = zip(facts["clusters"], facts["stability"]["clusters"], strict=True)
    told = join([f"{short(c['name'])} in {percent(own['recovered'])}" for c, own in clusters])
    return wrap(f"Came back in {count(facts['stability']['n_replicates'], 'fit')} to rows drawn again: {told}.")


def _notes(facts: Facts) -> list[str]:
    truth, text = facts["truth"], _left_out(facts["left_out"])
    total = facts["answer"]["total_weight"]
    if total != facts["answer"]["n_rows"]:
        weightless = facts["answer"]["n_weightless"]
        uncounted = f"; {count(weightless, 'row')} of weight 0 count for no cluster" if weightless else ""
        text += wrap(f"Rows count by their weights, which add up to {brief(total)}{uncounted}.")
    if facts["missing"]:
        text += wrap(f"{facts['missing']['sentence']} Rows count by the cells that they have.")
    if truth:
        text += [f"Against the known groups: adjusted Rand index {truth['adjusted_rand']:.3f}."]
    return text + _beside(facts)


def _beside(facts: Facts) -> list[str]:
    """What clusters have in columns beside the numbers: levels as likely as the mixture says, where it knows them."""
    items, text = {item["name"]: item for item in facts["items"]}, []
    for name in facts["profiles"][0]:
        profiles = zip(facts["clusters"], facts["profiles"], strict=True)
        told = [
            f"{c['name']} {_likely(items[name], c['label']) if name in items else _typical(own[name])}"
            for c, own in profiles
        ]
        text += wrap(f"{name}: {'; '.join(told)}.")
    return text


def _left_out(left_out: Facts) -> list[str]:
    text = [_leftover(one) for one in by_reason(left_out["columns"])]
    numbers = {name: left_out.get(f"n_rows_{name}", 0) for name in ("with_missing_cells", "without_cells")}
    text += [f"{count(n_rows, 'row')} {name.replace('_', ' ')}" for name, n_rows in numbers.items() if n_rows]
    names = left_out["categories"]
    remedy = f"; {option('--categorical', *names)} clusters on categories too" if names else ""
    return wrap(f"Left out: {', '.join(text)}{remedy}.") if text else []


def _leftover(some: Leftover) -> str:
    more = [count(some.n_more, "more column")] if some.n_more else []
    return f"{join([*some.names, *more])} ({some.reason})"


def _typical(profile: Facts) -> str:
    if "mean" in profile:
        return "–" if profile["mean"] is None else brief(profile["mean"])
    return _shares(list(profile["shares"].items()))


def _likely(item: Facts, cluster: int) -> str:
    shares = zip(item["levels"], item["shares"][cluster], strict=True)
    return _shares(sorted(shares, key=lambda told: -told[1]))


def _shares(told: Sequence[tuple[str, float]]) -> str:
    shown = [one for one in told[:2] if one[1] >= NEXT_TO_NONE] or told[:1]
    return ", ".join(f"{value} {percent(share)}" for value, share in shown) or "–"


def _above(fit: Facts, lowest: float, criterion: str) -> str:
    """The distance to the best; in brackets for a fit that cannot be chosen."""
    if fit[criterion] is None or fit["rank"] == 1:
        return "–" if fit[criterion] is None else "best"
    distance = CRITERIA[criterion].write(fit[criterion] - lowest, is_distance=True)
    distance = distance if fit["is_searched"] else f"~{distance}"
    return f"({distance})" if fit["rank"] is None else distance


def _by_distinction(clusters: Sequence[Facts]) -> list[int]:
    """Columns, the one that tells some cluster apart most first."""
    largest = [max(map(abs, differences)) for differences in zip(*(c["differences"] for c in clusters), strict=True)]
    return sorted(range(len(largest)), key=lambda d: -largest[d])


def _words(cluster: Facts, columns: Sequence[Facts]) -> str:
    """What is high or low, each level named once: "very low waiting and eruptions, high age"."""
    notable = [d for d in cluster["distinguishing"] if abs(cluster["differences"][d]) >= NOTABLE]
    groups = groupby(notable, key=lambda d: level(cluster["differences"][d], columns[d].get("is_level", False)))
    told = ", ".join(f"{how} {join([short(columns[d]['name']) for d in group])}" for how, group in groups)
    return printable(told)
