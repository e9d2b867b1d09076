"""Pictures made of facts alone: how the number of clusters was chosen, how sure the rows are, how the fit went."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from markupsafe import Markup

from mixtura.criteria import label
from mixtura.drawing.criterion import criterion_range
from mixtura.report.marks import signs
from mixtura.report.svg import Scale, element, line, picture, scale_over, x_axis, y_axis

N_DASHES = 4
_VISIBLE_GAIN = 0.01  # nats
_SIZE = 570, 330
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 560, 14, 285
_RIM = 4


def choice_picture(choice: dict[str, Any]) -> Markup | None:
    """The criterion against the number of clusters, one curve for each covariance model; None for a single fit."""
    name = choice["criterion"]
    fits = [row for row in choice["fits"] if row[name] is not None]
    if len(fits) < 2:
        return None
    models = list(dict.fromkeys(row["covariance"] for row in fits))
    x = _whole_numbers([row["n_components"] for row in fits])
    chosen = [(row, mark) for row, mark in ((choice["best"], "winner"), (choice["runner_up"], "runner-up")) if row]
    y = _criterion_scale([row[name] for row in fits if row["rank"]], [row[name] for row, _ in chosen])
    curves = [
        _curve([row for row in fits if row["covariance"] == model], name, (x, y), i) for i, model in enumerate(models)
    ]
    rings = [
        element("circle", cx=f"{x(row['n_components']):.1f}", cy=f"{y(row[name]):.1f}", r="9", class_=mark)
        for row, mark in chosen
    ]
    return picture(
        _SIZE,
        f"{label(name)} by number of clusters and covariance model; lower is better",
        _component_axis(x),
        y_axis(y, _LEFT, _RIGHT, f"{label(name)} (lower is better)"),
        element("svg", *curves, **_window()),
        *rings,
    )


def trace_picture(trace: Sequence[float]) -> Markup | None:
    """The log-likelihood by iteration; None where there is nothing to see: short runs did all the work before."""
    if len(trace) < 2 or trace[-1] - trace[0] < _VISIBLE_GAIN:
        return None
    x = Scale(1, len(trace), _LEFT, _RIGHT)
    behind = np.array(trace) - trace[-1]
    y = scale_over(behind, _BOTTOM, _TOP)
    steps = np.arange(1, len(trace) + 1)
    return picture(
        _SIZE,
        "Log-likelihood by iteration",
        x_axis(x, _TOP, _BOTTOM, "iteration"),
        y_axis(y, _LEFT, _RIGHT, "nats from the last"),
        element("path", d=line(x(steps), y(behind)), class_="curve"),
    )


def _curve(fits: list[dict[str, Any]], name: str, scales: tuple[Scale, Scale], number: int) -> Markup:
    x, y = scales
    places = [(float(x(row["n_components"])), float(y(row[name])), row["rank"]) for row in fits]
    xs, ys = [a for a, _, rank in places if rank], [b for _, b, rank in places if rank]
    return element(
        "g",
        *([element("path", d=line(xs, ys), class_=f"curve dash{number % N_DASHES}")] if xs else []),
        signs(xs, ys, number, "ink"),
        *(
            element("circle", cx=f"{a:.1f}", cy=f"{_inside(b):.1f}", r="2.5", class_="aside")
            for a, b, rank in places
            if not rank
        ),
    )


def _criterion_scale(values: list[float], chosen: list[float]) -> Scale:
    """The fits that were considered, as far as they matter, and those that are marked in any case."""
    return scale_over(np.array([*criterion_range(values), *chosen]), _BOTTOM, _TOP, margin=0.08)


def _inside(y: float) -> float:
    """A height at the edge of the picture for what lies beyond it."""
    return min(max(y, _TOP + _RIM), _BOTTOM - _RIM)


def _whole_numbers(values: list[int]) -> Scale:
    return Scale(min(values) - 0.5, max(values) + 0.5, _LEFT, _RIGHT)


def _component_axis(x: Scale) -> Markup:
    whole = range(round(x.low + 0.5), round(x.high - 0.5) + 1)
    step = -(-len(whole) // 15)
    texts = [
        element("text", str(k), x=f"{x(k):.1f}", y=f"{_BOTTOM + 16:g}", class_="tick", text_anchor="middle")
        for k in whole[::step]
    ]
    middle = f"{(_LEFT + _RIGHT) / 2:g}"
    return element(
        "g",
        *texts,
        element("text", "clusters", x=middle, y=f"{_BOTTOM + 34:g}", class_="axis-name", text_anchor="middle"),
    )


def _window() -> dict[str, object]:
    """What lies outside of the plot is cut off."""
    frame = f"{_LEFT} {_TOP} {_RIGHT - _LEFT} {_BOTTOM - _TOP}"
    x, y, width, height = frame.split()
    return {"viewBox": frame, "x": x, "y": y, "width": width, "height": height}


def model_keys(choice: dict[str, Any]) -> list[tuple[Markup, str]]:
    """The line and the sign of each covariance model, to stand beside its name."""
    models = dict.fromkeys(row["covariance"] for row in choice["fits"] if row[choice["criterion"]] is not None)
    return [(_model_key(number), model) for number, model in enumerate(models)]


def _model_key(number: int) -> Markup:
    stroke = element("path", d="M1 8h34", class_=f"curve dash{number % N_DASHES}")
    return element(
        "svg", stroke, signs([18.0], [8.0], number, "ink"), viewBox="0 0 36 16", class_="line-key", aria_hidden="true"
    )
