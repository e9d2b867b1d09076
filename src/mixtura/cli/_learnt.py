"""What `mixtura learn` found, on one screen."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mixtura.cli._answer import warning_lines
from mixtura.cli._screen import heading, screen_width, wrap
from mixtura.cli._tables import lay_out_in_parts, squeeze
from mixtura.explain.numbers import brief
from mixtura.explain.words import count

_NAME = 20

Facts = Mapping[str, Any]


def lines(told: Facts, output: str | None) -> list[str]:
    """The classes, the model, how often it errs, and where the rows of each class go."""
    answer, learnt = told["answer"], told["learnt"]
    classes = "1 class" if answer["n_clusters"] == 1 else f"{answer['n_clusters']} classes"
    rows, columns = count(answer["n_rows"], "row"), count(answer["n_columns"], "column")
    text = [*heading(f"{classes} in {rows}, {columns}"), *wrap(_model(told)), *warning_lines(told["warnings"])]
    text += [line for sentence in _errors(learnt, answer["n_rows"]) for line in wrap(sentence)]
    return [*text, *_confusion(told), "", *wrap(_next(output)), ""]


def _model(told: Facts) -> str:
    """One sentence: what the classes are made of, and what came next."""
    kinds = [(one["covariance_type"], one["n_components"]) for one in told["learnt"]["classes"]]
    names = [squeeze(cluster["name"], _NAME) for cluster in told["clusters"]]
    if set(kinds) != {(kinds[0][0], 1)}:
        own = (f"{name} {number} {shape}" for name, (shape, number) in zip(names, kinds, strict=True))
        return f"A mixture a class: {', '.join(own)}."
    _, *others = told["learnt"]["tried"] or [None]
    second = f"; next came {others[0]['model'].split(',')[0]}" if others else ""
    return f"One Gaussian a class, {kinds[0][0]} covariance{second}."


def _errors(learnt: Facts, n_rows: int) -> list[str]:
    n_labelled = learnt["n_labelled"]
    if n_labelled < n_rows:
        return [f"{n_labelled:,} of {count(n_rows, 'row')} have a label; the others say where classes lie."]
    if learnt["criterion"] != "cv":
        return ["How often it errs on rows that it has not seen is told by --criterion cv."]
    best = learnt["tried"][0]
    if best["error"] is None:
        return ["How often it errs on rows that it has not seen is not known: some parts of the rows have no fit."]
    wrong, score = f"{brief(100 * best['error'])} %", f"Brier score {brief(best['brier'])}"
    return [f"{wrong} of the rows go to another class when left out ({learnt['n_folds']} parts, {score})."]


def _confusion(told: Facts) -> list[str]:
    """How many rows of each class the model puts where; classes by the dozen need JSON."""
    truth, names = told["truth"], [squeeze(cluster["name"], _NAME) for cluster in told["clusters"]]
    if not truth or truth["table"] is None:
        return []
    rows = [
        [squeeze(group, _NAME), *map("{:,}".format, counts)]
        for group, counts in zip(truth["groups"], truth["table"], strict=True)
    ]
    return ["", *lay_out_in_parts(["rows of", *names[: len(truth["table"][0])]], rows, screen_width())]


def _next(output: str | None) -> str:
    if output is None:
        return "Nothing was written: -o DIR keeps the model, the labels and a report."
    return f"Wrote {output}. Next: mixtura predict {Path(output) / 'model.safetensors'} NEW.csv"
