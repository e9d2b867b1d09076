"""One set of data: its rows, its true groups where they are known, and where it comes from."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from jaxtyping import Float, Int
from numpy import ndarray

from mixtura.errors import MissingExtraError

Cell = float | int | str | None

Backend = Literal["pandas", "polars", "pyarrow"]


@dataclass(frozen=True)
class About:
    """What can be said of a data set without reading it.

    Attributes
    ----------
    name, title : str
        The name to load it by, and one line for a person.
    n_rows : int
    feature_names : tuple of str
        The numeric columns, in the order of the columns of ``data``; units stand in the names or in ``description``.
    label : str or None
        The column that holds the true group of each row.
    description, licence, citation : str
    """

    name: str
    title: str
    n_rows: int
    feature_names: tuple[str, ...]
    label: str | None
    description: str
    licence: str
    citation: str


@dataclass(frozen=True, eq=False, repr=False)
class Dataset:
    """A table of measurements with its origin.

    Attributes
    ----------
    about : About
        Name, title, description, licence, citation; the most used are attributes of the set as well.
    data : ndarray of shape (N, D), float64
        The measurements; a missing cell is NaN.
    target : ndarray of shape (N,), int64, or None
        The true group of each row, as a position in ``target_names``.
    target_names : tuple of str
    extras : mapping of str to sequence
        Columns that are neither measurements nor the true group, such as the sex of a penguin; a missing cell is None.

    Examples
    --------
    >>> from mixtura import datasets
    >>> iris = datasets.load("iris")
    >>> iris
    Dataset 'iris': 150 rows of sepal_length_cm, sepal_width_cm, petal_length_cm, petal_width_cm; 3 species known
    >>> iris.data.shape, iris.target_names
    ((150, 4), ('setosa', 'versicolor', 'virginica'))
    >>> print(iris.to_csv_text()[:92])
    sepal_length_cm,sepal_width_cm,petal_length_cm,petal_width_cm,species
    5.1,3.5,1.4,0.2,setosa
    """

    about: About
    data: Float[ndarray, "N D"]
    target: Int[ndarray, " N"] | None = None
    target_names: tuple[str, ...] = ()
    extras: Mapping[str, Sequence[Cell]] = field(default_factory=dict)

    def __repr__(self) -> str:
        known = f"; {len(self.target_names)} {self.about.label} known" if self.target_names else ""
        return f"Dataset {self.name!r}: {len(self.data)} rows of {', '.join(self.feature_names)}{known}"

    @property
    def name(self) -> str:
        return self.about.name

    @property
    def feature_names(self) -> tuple[str, ...]:
        return self.about.feature_names

    @property
    def description(self) -> str:
        return self.about.description

    @property
    def licence(self) -> str:
        return self.about.licence

    @property
    def citation(self) -> str:
        return self.about.citation

    def columns(self) -> dict[str, list[Cell]]:
        """Return the table column by column: measurements, true group, anything else; a missing cell is None."""
        table: dict[str, list[Cell]] = {
            name: [None if value != value else value for value in column]
            for name, column in zip(self.feature_names, self.data.T.tolist(), strict=True)
        }
        if self.about.label is not None and self.target is not None:
            table[self.about.label] = [self.target_names[group] for group in self.target]
        return table | {name: list(column) for name, column in self.extras.items()}

    def frame(self, backend: Backend = "pandas") -> Any:
        """Return the table as a data frame.

        Parameters
        ----------
        backend : {"pandas", "polars", "pyarrow"}
            The library whose frame is returned; it must be installed.

        Raises
        ------
        MissingExtraError
            If that library is not installed.

        Examples
        --------
        >>> from mixtura import datasets
        >>> datasets.load("penguins").frame("polars")["species"].n_unique()
        3
        """
        import narwhals

        if backend not in get_args(Backend):
            raise ValueError(f"backend is {backend!r}: choose one of {', '.join(get_args(Backend))}.")
        try:
            return narwhals.from_dict(self.columns(), backend=backend).to_native()
        except ModuleNotFoundError as error:
            raise MissingExtraError(
                f"A {backend} data frame needs {backend}, which is not installed: pip install {backend}"
            ) from error

    def to_csv_text(self) -> str:
        """Return the table as CSV: one header, a point for decimals, nothing in a missing cell."""
        table = self.columns()
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(table)
        writer.writerows([_as_text(cell) for cell in row] for row in zip(*table.values(), strict=True))
        return text.getvalue()


def _as_text(cell: Cell) -> str:
    # 79.0 is written 79, as whoever measured it did.
    return "" if cell is None else str(cell).removesuffix(".0")
