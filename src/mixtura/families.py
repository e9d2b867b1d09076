"""From the kinds of the columns to the family of the components."""

from collections.abc import Mapping, Sequence
from typing import Any

from mixtura.emissions.categorical import Categorical
from mixtura.emissions.contract import Emission
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.negative_binomial import NegativeBinomial
from mixtura.emissions.poisson import Poisson
from mixtura.emissions.product import Product
from mixtura.emissions.transformed import Transformed
from mixtura.sources.column import Column, Kind
from mixtura.sources.roles import Roles

NAMES: dict[Kind, str] = {"number": "numbers", "category": "categories", "count": "counts"}
OF_COUNTS: dict[str, Emission] = {"poisson": Poisson(), "negative_binomial": NegativeBinomial()}


def family_of(columns: Sequence[Column], numbers: Gaussian, counts: str = "poisson") -> Emission:
    """The family of components in such columns, with `numbers` for those that hold numbers, and `counts` for counts.

    `counts` is a name of `OF_COUNTS`.
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
    families = tuple(_family(kind, [columns[d] for d in block], numbers, counts) for kind, block in blocks.items())
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
    names = {Categorical: "categories"} | {type(family): "counts" for family in OF_COUNTS.values()}
    name = names.get(type(emission), "numbers")
    return {name: (tuple(range(emission.shape(parameters)[1])), emission, parameters)}


def roles_of(
    features: Sequence[str], levels: Mapping[str, Sequence[str]], emission: Emission, parameters: Any
) -> Roles:
    """How to read the columns of a mixture from a table: levels as they are known, counts and transforms checked.

    Examples
    --------
    >>> import numpy as np
    >>> from mixtura.emissions.poisson import PoissonParameters
    >>> roles_of(["visits"], {}, Poisson(), PoissonParameters(np.ones((2, 1)))).counts
    ('visits',)
    """
    blocks = blocks_of(emission, parameters)
    columns, family, _ = blocks.get("numbers", ((), None, None))
    hows = family.transforms if isinstance(family, Transformed) else ()
    return Roles(
        features=tuple(features),
        levels=levels,
        counts=tuple(features[d] for d in blocks.get("counts", ((), None, None))[0]),
        transforms={features[d]: how for d, how in zip(columns, hows, strict=False) if how != "none"},
    )


def _family(kind: Kind, columns: Sequence[Column], numbers: Gaussian, counts: str) -> Emission:
    if kind == "category":
        return Categorical(tuple(len(column.levels) for column in columns))
    if kind == "count":
        return OF_COUNTS[counts]
    if all(column.is_plain for column in columns):
        return numbers
    return Transformed(tuple(column.transform for column in columns), numbers)
