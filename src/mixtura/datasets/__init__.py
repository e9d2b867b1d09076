"""Data to try things on: it comes with the package, nothing is fetched from anywhere.

Each set's origin, licence and citation stand in ``SOURCES.md`` beside this file.
"""

import os
from collections.abc import Callable
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from mixtura.datasets.catalogue import CUSTOMERS, FAITHFUL, IRIS, PENGUINS, PEOPLE
from mixtura.datasets.generated import make_customers, make_people
from mixtura.datasets.record import About, Dataset
from mixtura.datasets.shipped import read_shipped
from mixtura.errors import DataError, OutputError

__all__ = ["About", "Dataset", "describe", "get", "load", "make_customers", "make_people", "names"]

_ENTRIES: dict[str, tuple[About, Callable[[], Dataset]]] = {
    "faithful": (FAITHFUL, partial(read_shipped, FAITHFUL)),
    "iris": (IRIS, partial(read_shipped, IRIS)),
    "penguins": (PENGUINS, partial(read_shipped, PENGUINS)),
    "people": (PEOPLE, make_people),
    "customers": (CUSTOMERS, make_customers),
}


def names() -> tuple[str, ...]:
    """Return the names of the data sets.

    Examples
    --------
    >>> from mixtura import datasets
    >>> datasets.names()
    ('faithful', 'iris', 'penguins', 'people', 'customers')
    """
    return tuple(_ENTRIES)


def describe(name: str) -> About:
    """Return what is known of a data set, without reading it: title, size, columns, licence, citation.

    Raises
    ------
    DataError
        If there is no set of that name.

    Examples
    --------
    >>> from mixtura import datasets
    >>> about = datasets.describe("faithful")
    >>> about.n_rows, about.feature_names
    (272, ('eruptions', 'waiting'))
    """
    return _entry(name)[0]


def load(name: str) -> Dataset:
    """Load a data set by name.

    The generated sets come with their default size and seed; `make_people` and `make_customers` draw others.

    Parameters
    ----------
    name : {"faithful", "iris", "penguins", "people", "customers"}

    Returns
    -------
    Dataset
        ``data`` of shape (N, D) float64, ``feature_names``, ``target`` of shape (N,) or None, ``target_names``,
        ``description``, ``licence``, ``citation``; ``frame()`` makes a data frame of it.

    Raises
    ------
    DataError
        If there is no set of that name.

    Examples
    --------
    >>> from mixtura import datasets
    >>> faithful = datasets.load("faithful")
    >>> faithful.data[0]
    array([ 3.6, 79. ])
    """
    return _entry(name)[1]()


def get(name: str, path: str | os.PathLike[str] | None = None, *, overwrite: bool = False) -> Path:
    """Write a data set to a CSV file, whole or not at all.

    Parameters
    ----------
    name : str
        One of `names`.
    path : path-like, optional
        The file, or a folder to put ``<name>.csv`` into; the working folder by default.
    overwrite : bool
        Whether a file that exists may be replaced.

    Returns
    -------
    Path
        The file that was written.

    Raises
    ------
    DataError
        If there is no set of that name.
    OutputError
        If the file exists already or cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from mixtura import datasets
    >>> datasets.get("iris", tempfile.mkdtemp()).name
    'iris.csv'
    """
    text = load(name).to_csv_text()
    target = Path.cwd() if path is None else Path(path)
    if target.is_dir():
        target = target / f"{name}.csv"
    if target.exists() and not overwrite:
        raise OutputError(
            f"{target} exists already: choose another name, or overwrite it (overwrite=True, --overwrite)."
        )
    try:
        _write_whole(target, text)
    except OSError as error:
        raise OutputError(f"{target} cannot be written ({error.strerror}): choose another place.") from error
    return target


def _entry(name: str) -> tuple[About, Callable[[], Dataset]]:
    if name in _ENTRIES:
        return _ENTRIES[name]
    near = get_close_matches(str(name), _ENTRIES, n=1)
    guess = f" Did you mean {near[0]!r}?" if near else ""
    raise DataError(f"There is no data set {name!r}.{guess} There are: {', '.join(_ENTRIES)}.")


def _write_whole(target: Path, text: str) -> None:
    # A reader sees the old file or the new one, never half of it: a rename within one folder is atomic.
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        part.write_bytes(text.encode())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
