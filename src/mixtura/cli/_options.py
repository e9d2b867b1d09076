"""Options that several commands share, and values that need parsing."""

import csv
from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from mixtura.sources.roles import Roles

_MOST_COMPONENTS = 1000

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


def combine(*decorators: Decorator) -> Decorator:
    """Several options as one decorator, shown by --help in the order given."""

    def decorate(function: Callable[..., Any]) -> Callable[..., Any]:
        for decorator in reversed(decorators):
            function = decorator(function)
        return function

    return decorate


def names(value: str) -> tuple[str, ...]:
    """Column names separated by commas; a name that holds one is quoted, as in a CSV file."""
    found = tuple(next(csv.reader([value], skipinitialspace=True), []))
    if not all(found):
        raise click.BadParameter(f"{value!r} holds an empty name.")
    return found


def transforms(value: str) -> tuple[str, ...]:
    """Columns and what they are seen through, such as income=log."""
    from mixtura.emissions.transforms import OFFERED

    found = names(value)
    for one in found:
        name, _, how = one.rpartition("=")
        if not name or how not in OFFERED:
            known = ", ".join(OFFERED)
            raise click.BadParameter(f"{one!r} is no column and a transform, such as income=log; there are {known}.")
    return found


def list_names(found: Sequence[str]) -> str:
    """What `names` reads."""
    return ",".join(f'"{name}"' if "," in name else name for name in found)


def components(value: str) -> tuple[int, ...] | None:
    """Numbers of clusters to try: auto (None), a number, or a range such as 1-12."""
    if value == "auto":
        return None
    first, dash, last = value.partition("-")
    if not first.isdecimal() or not (last.isdecimal() if dash else True):
        raise click.BadParameter(f"{value!r} is neither auto, nor a number such as 3, nor a range such as 1-12.")
    low, high = int(first), int(last or first)
    if not 1 <= low <= _MOST_COMPONENTS >= high:
        raise click.BadParameter(f"{value!r} is out of range: from 1 to {_MOST_COMPONENTS} clusters can be tried.")
    if high < low:
        raise click.BadParameter(f"{value!r} ends before it starts: write {high}-{low}.")
    return tuple(range(low, high + 1))


class FiniteRange(click.FloatRange):
    """Numbers of a range; click's own lets nan and inf pass."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        number: float = super().convert(value, param, ctx)
        if not isfinite(number):
            self.fail(f"{value!r} is not a finite number.", param, ctx)
        return number


def output(help: str, default: str | None = None) -> Decorator:
    """Which file to write."""
    own: dict[str, Any] = {"default": default, "show_default": default is not None}
    return click.option("-o", "--output", metavar="FILE", type=click.Path(), help=help, **own)


class Folder(click.Path):
    """The name of a folder; an empty one, as of a variable that is not set, would mean the current folder."""

    def __init__(self) -> None:
        super().__init__(file_okay=False)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not value:
            self.fail("the name of the folder is empty; use . for the current one.", param, ctx)
        return value  # whether it can be written is for the command to say


def covariances(value: str) -> tuple[str, ...] | None:
    """Covariance models: auto (None), all fourteen, or names separated by commas."""
    from mixtura.covariance import FOURTEEN, MODELS

    if value in ("auto", "all"):
        return None if value == "auto" else FOURTEEN
    found = tuple(dict.fromkeys(name.strip() for name in value.split(",")))
    for name in found:
        if name not in MODELS:
            raise click.BadParameter(f"{name!r} is unknown; use auto, all, or some of {', '.join(MODELS)}.")
    return found


reading_options = combine(
    click.option("--format", help="csv, parquet, arrow …; found out by default."),
    click.option("--delimiter", metavar="CHAR", help="What separates cells; found out by default."),
    click.option("--decimal", metavar="CHAR", help="What marks decimals; found out by default."),
    click.option(
        "--na", multiple=True, metavar="TEXT", help="A cell that means missing, besides NA, NaN and the like."
    ),
)

_features = click.option(
    "--features", type=names, default="", metavar="NAMES", help="Columns to cluster on; c* is a pattern."
)
_exclude = click.option("--exclude", type=names, default="", metavar="NAMES", help="Columns to leave out.")
_id = click.option("--id", metavar="NAME", help="The column that names the rows.")
_weight = click.option("--weight", metavar="NAME", help="The column that says how much each row counts.")
_profile = click.option(
    "--profile", type=names, default="", metavar="NAMES", help="Columns to show, not to cluster on."
)
_categorical = click.option(
    "--categorical", type=names, default="", metavar="NAMES",
    help="Columns to cluster on whose different values are categories: text, truth values or numbers.",
)  # fmt: skip
_counts = click.option(
    "--counts", type=names, default="", metavar="NAMES",
    help="Columns of whole numbers that count something, such as visits.",
)  # fmt: skip
_transform = click.option(
    "--transform", type=transforms, default="", metavar="NAME=HOW,...",
    help="Columns of numbers to see through log, sqrt (of positive ones), logit (between 0 and 1), or powers that are "
         "found: box-cox (of positive ones), yeo-johnson (of any).",
)  # fmt: skip
_truth = click.option("--truth", metavar="NAME", help="The column of known labels; only scored against.")

role_options = combine(_features, _categorical, _counts, _transform, _exclude, _id, _weight, _profile, _truth)

OF_COLUMNS = ("features", "exclude", "id", "weight", "profile", "truth", "categorical", "counts", "transform")


def roles_asked(asked: Mapping[str, Any]) -> "Roles":
    """What columns are for, by the options of `OF_COLUMNS`."""
    from mixtura.sources.roles import Roles

    roles = {name: asked[name] for name in OF_COLUMNS if name != "transform"}
    pairs = (one.rpartition("=") for one in asked["transform"])
    return Roles(**roles, transforms={name: how for name, _, how in pairs})


# where columns hold numbers, and their clusters are known
own_role_options = combine(_features, _exclude, _id, _weight, _profile)

# where a model says what the columns to cluster on are
other_role_options = combine(_id, _weight, _profile, _truth)

count_family_option = click.option(
    "--count-family",
    type=click.Choice(["poisson", "negative-binomial"]),
    default="poisson",
    show_default=True,
    help="The law of --counts within a cluster; negative-binomial lets them vary more than Poisson's.",
)


def check_count_family(asked: Mapping[str, Any]) -> None:
    """Raise a usage error where a law of counts is asked for, but no counts are named."""
    if asked["count_family"] != "poisson" and not asked["counts"]:
        raise click.UsageError("--count-family is the law of counts: name their columns by --counts.")


proba_option = click.option(
    "--proba",
    type=click.Choice(["top", "all", "none"]),
    default="top",
    show_default=True,
    help="Probabilities to write for each row: of its cluster, of every cluster, or none.",
)

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object instead of text.")

color_option = click.option("--no-color", is_flag=True, help="No colours; NO_COLOR in the environment does the same.")

missing_option = click.option(
    "--missing",
    type=click.Choice(["model", "drop", "error"]),
    default="model",
    show_default=True,
    help="Rows with missing cells: let their other cells count, leave them out, or refuse them.",
)

# where rows with missing cells cannot take part
whole_rows_option = click.option(
    "--missing",
    type=click.Choice(["drop", "error"]),
    default="error",
    show_default=True,
    help="Rows with missing cells: leave them out, or refuse them.",
)

# how to come by the rows that a model is asked about, and to tell what it says
asking_options = combine(other_role_options, missing_option, reading_options, json_option, color_option)

WORKERS = click.IntRange(1, 10_000)  # more are a slip of the finger

workers_option = click.option("--workers", type=WORKERS, metavar="N", help="Threads; all processors by default.")

seed_option = click.option(
    "--seed", type=click.IntRange(0, 2**32 - 1), metavar="N", default=0, show_default=True,
    help="Same seed, same result.",
)  # fmt: skip

stream_options = combine(seed_option, workers_option)

overwrite_option = click.option("--overwrite", is_flag=True, help="Replace a file that exists.")

page_options = combine(
    output("Write a page with all of it."),
    overwrite_option,
)
