"""From the kinds of the columns to the family of the components."""

from collections.abc import Mapping, Sequence
from typing import Any

from mixtura.emissions.categorical import Categorical
from mixtura.emissions.contract import Emission
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.poisson import Poisson
from mixtura.emissions.product import Product
from mixtura.emissions.transformed import Transformed
from mixtura.sources.column import Column, Kind

NAMES: dict[Kind, str] = {"number": "numbers", "category": "categories", "count": "counts"}


def family_of(columns: Sequence[Column], numbers: Gaussian, transforms: Mapping[str, str] | None = None) -> Emission:
    """The family of components in such columns, with `numbers` for those that hold numbers.

    Columns of numbers that `transforms` names are seen through these; see `mixtura.emissions.transformed`.

    Columns of one kind need no product: all of them numbers, the family is `numbers` itself.

    Examples
    --------
    >>> family_of([Column("age", "number"), Column("town", "category", ("Oslo", "Rom"))], Gaussian("VVI")).names
    ('numbers', 'categories')
    >>> family_of([Column("town", "category", ("Oslo", "Rom"))], Gaussian())
    Categorical(n_levels=(2,))
    """
    blocks = {kind: tuple(d for d, column in enumerate(columns) if column.kind == kind) for kind in NAMES}
    blocks = {kind: block for kind, block in blocks.items() if block}
    families = tuple(
        _family(kind, [columns[d] for d in block], numbers, transforms or {}) for kind, block in blocks.items()
    )
    if len(families) == 1:
        return families[0]
    return Product(tuple(NAMES[kind] for kind in blocks), tuple(blocks.values()), families)


def blocks_of(emission: Emission, parameters: Any) -> dict[str, tuple[tuple[int, ...], Emission, Any]]:
    """The columns, family and parameters of every block by its name; a family alone has all columns.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura.emissions.poisson import PoissonParameters
    >>> blocks_of(Poisson(), PoissonParameters(np.ones((2, 3))))["counts"][0]
    (0, 1, 2)
    """
    if isinstance(emission, Product):
        parts = zip(emission.columns, emission.families, parameters, strict=True)
        return dict(zip(emission.names, parts, strict=True))
    name = {Categorical: "categories", Poisson: "counts"}.get(type(emission), "numbers")
    return {name: (tuple(range(emission.shape(parameters)[1])), emission, parameters)}


def _family(kind: Kind, columns: Sequence[Column], numbers: Gaussian, transforms: Mapping[str, str]) -> Emission:
    if kind == "category":
        return Categorical(tuple(len(column.levels) for column in columns))
    if kind == "count":
        return Poisson()
    return Transformed(tuple(transforms.get(c.name, "none") for c in columns), numbers) if transforms else numbers
