"""From facts and pictures to one HTML file."""

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mixtura.covariance import MODELS
from mixtura.drawing.sample import draw_sample
from mixtura.explain.numbers import brief, percent, rounded
from mixtura.explain.records import Rows
from mixtura.explain.words import count
from mixtura.fitted import FittedMixture
from mixtura.report.charts import choice_picture, trace_picture
from mixtura.report.densities import density_pictures
from mixtura.report.marks import colour, key
from mixtura.report.pairs import pair_picture

if TYPE_CHECKING:
    from jinja2 import Template

_STRONGEST = 2.0  # a difference of so many standard deviations has the full colour
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def render(about: dict[str, Any], fitted: FittedMixture, rows: Rows | None) -> str:
    """The page; without rows there are only the curves and ellipses of the clusters."""
    drawn = about["drawn"]
    sample = draw_sample(rows) if rows else None
    text = _template().render(
        **about,
        covariance_words=_covariance_words(about["answer"]["covariance"], about["reproduce"]["scaling"]),
        choice_picture=choice_picture(about["choice"]) if about["choice"] else None,
        density_pictures=density_pictures(fitted, rows, drawn["densities"]),
        pair_picture=pair_picture(fitted, sample, drawn["pairs"]) if len(drawn["pairs"]) > 1 else None,
        trace_picture=trace_picture(about["checks"]["trace"] or []),
        shows_rows=rows is not None,
    )
    return _UNPRINTABLE.sub("�", text)


def _covariance_words(covariance: str, scaling: str | None) -> str:
    """What a covariance model means; a sphere or an angle is one in the units of the fit, maybe not in the data's."""
    model = MODELS[covariance]
    is_stretched = model.is_of_its_units and scaling not in (None, "none")
    return f"{model.words} in scaled columns" if is_stretched else model.words


@cache
def _template() -> "Template":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # 0.1 s to import

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        lstrip_blocks=True,
    )
    environment.filters |= {"rounded": rounded, "brief": brief, "percent": percent, "count": count, "nats": _nats}
    environment.filters |= {
        "signed": _signed,
        "tint": _tint,
        "opening": _opening,
        "key": key,
        "colour": colour,
        "probability": _probability,
    }
    return environment.get_template("page.html")


def _opening(text: str) -> str:
    """The text with a capital letter first."""
    return text[:1].upper() + text[1:]


def _nats(value: float | None) -> str:
    return "–" if value is None else f"{value:,.1f}"


def _signed(value: float) -> str:
    return f"{round(value, 1) + 0.0:+.1f}"


def _tint(difference: float) -> str:
    """How strongly a cell is coloured, between 0 and 1."""
    return f"{min(abs(difference) / _STRONGEST, 1):.2f}"


def _probability(value: float) -> str:
    """Three decimals, and never 1 for less than certain."""
    return f"{min(value, 0.999) if value < 1 else 1:.3f}"
