"""What one component looks like. `EMISSIONS` names the families; `contract` says what a family is."""

from typing import Any

from mixtura.emissions.categorical import Categorical
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.grouped import Grouped
from mixtura.emissions.negative_binomial import NegativeBinomial
from mixtura.emissions.normal_wishart import NormalWishart
from mixtura.emissions.poisson import Poisson
from mixtura.emissions.product import Product
from mixtura.emissions.student import Student
from mixtura.emissions.transformed import Transformed

EMISSIONS: dict[str, Any] = {
    "gaussian": Gaussian, "grouped": Grouped, "normal_wishart": NormalWishart, "categorical": Categorical,
    "poisson": Poisson, "negative_binomial": NegativeBinomial, "product": Product, "student": Student,
    "transformed": Transformed,
}  # fmt: skip
