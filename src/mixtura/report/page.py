"""From facts and pictures to one HTML file."""

import re
from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from mixtura.covariance import MODELS
from mixtura.criteria import label, write
from mixtura.explain.direction import isolate
from mixtura.explain.leftovers import by_reason
from mixtura.explain.numbers import brief, percent, rounded
from mixtura.explain.records import Explanation, Rows
from mixtura.explain.words import count, join, short, tell_rule
from mixtura.fitted import FittedMixture
from mixtura.report.marks import colour, key
from mixtura.report.pictures import live_parts, still_pictures
from mixtura.report.svg import LONGEST_HINT, element

if TYPE_CHECKING:
    from jinja2 import Environment

_SCRIPTS = ("data", "legend", "points", "matrix", "picked", "steps", "main")
_MOST_RANKED = 12  # columns in the table of importance
_LONGEST_NAME = 60  # characters
_NAMED = 3  # columns in a line of words
_WORTH_A_WORD = 0.05  # of a separation
_STRONGEST = 2.0  # a difference of so many standard deviations has the full colour
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def render(
    about: dict[str, Any], fitted: FittedMixture, explanation: Explanation, rows: Rows | None, *, show_rows: bool
) -> str:
    """The page; where rows may not be shown there are only the curves and ellipses of the clusters."""
    script = _script()
    drawn = rows if about["drawn"]["profiles"] else None  # where there are numbers to draw
    return render_page(
        "page.html",
        **about,
        **still_pictures(about, fitted, explanation, drawn if show_rows else None),
        **live_parts(about, fitted, explanation, drawn, show_rows),
        covariance_words=_covariance_words(about["answer"]["covariance"], about["reproduce"]["scaling"]),
        ranked_columns=_ranked(about["importance"])[:_MOST_RANKED],
        shows_rows=show_rows and rows is not None,
        script=script,
        script_digest=b64encode(sha256(script.encode()).digest()).decode(),
    )


def render_page(template: str, **names: Any) -> str:
    """A template of this folder, filled in; what no page may hold is replaced."""
    return _UNPRINTABLE.sub("�", _environment().get_template(template).render(**names))


def _ranked(shares: Sequence[float]) -> list[int]:
    """Positions, the largest in size first."""
    return sorted(range(len(shares)), key=lambda d: -abs(shares[d]))


@cache
def _script() -> Markup:
    """The page's program: one block, for which the page's policy names the digest."""
    folder = Path(__file__).parent / "live"
    parts = [(folder / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS]
    return Markup('"use strict";\n{\n' + "\n".join(parts) + "}\n")


def _covariance_words(covariance: str | None, scaling: str | None) -> str:
    """What a covariance model means; a sphere or an angle is one in the units of the fit, maybe not in the data's."""
    if covariance is None:
        return ""
    model = MODELS[covariance]
    is_stretched = model.is_of_its_units and scaling not in (None, "none")
    return f"{model.words} in scaled columns" if is_stretched else model.words


@cache
def _environment() -> "Environment":
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # 0.1 s to import

    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        undefined=StrictUndefined,
        lstrip_blocks=True,
        finalize=_isolated,
    )
    environment.filters |= {"rounded": rounded, "brief": brief, "percent": percent, "count": count, "nats": _nats}
    environment.filters |= {
        "label": label,
        "criterion": write,
        "signed": _signed,
        "tint": _tint,
        "opening": _opening,
        "shape": _shape,
        "key": key,
        "colour": colour,
        "probability": _probability,
        "rule": tell_rule,
        "telling": _telling,
        "named": _named,
        "short": short,
        "heaviest": _heaviest,
        "evenly": _evenly,
        "by_reason": by_reason,
        "typed": escape,
    }
    return environment


def _isolated(value: object) -> object:
    """Text from the data as people read it; what is typed or is markup stays as it is."""
    return isolate(value) if type(value) is str else value


def _telling(cluster: dict[str, Any]) -> list[int]:
    """The columns that keep a cluster from its nearest one."""
    shares = cluster["separation"]["shares"] if cluster["separation"] else []
    return [d for d in _ranked(shares)[:_NAMED] if shares[d] >= _WORTH_A_WORD]


def _heaviest(loadings: Sequence[float], columns: Sequence[dict[str, Any]]) -> str:
    """The columns that move an axis most, with what one standard deviation of each moves it by."""
    return join([f"{short(columns[d]['name'])} ({loadings[d]:+.1f})" for d in _ranked(loadings)[:_NAMED]])


def _evenly(things: Sequence[Any], most: int) -> list[Sequence[Any]]:
    """The things in as few parts as hold so many each, all about as large."""
    n_parts = -(-len(things) // most)
    ends = [round(part * len(things) / n_parts) for part in range(n_parts + 1)]
    return [things[start:end] for start, end in pairwise(ends)]


def _named(name: object) -> Markup:
    """A name from the data, its text in its own direction; a long one is cut, more of it shows on pointing at it."""
    whole = str(name)
    shown = short(whole, _LONGEST_NAME)
    cut = {"title": short(whole, LONGEST_HINT)} if len(shown) < len(whole) else {}
    return element("bdi", shown, **cut)


def _shape(covariance: str) -> str:
    """How columns vary within clusters; of categories it is always the same."""
    return "independent answers" if covariance == "independent" else f"{covariance} covariance"


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
