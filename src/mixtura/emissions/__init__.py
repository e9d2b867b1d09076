"""What one component looks like. `EMISSIONS` names the families; `contract` says what a family is."""

from mixtura.emissions.categorical import Categorical
from mixtura.emissions.gaussian import Gaussian
from mixtura.emissions.poisson import Poisson
from mixtura.emissions.product import Product

EMISSIONS = {"gaussian": Gaussian, "categorical": Categorical, "poisson": Poisson, "product": Product}
