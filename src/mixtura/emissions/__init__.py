"""What one component looks like. `EMISSIONS` names the families; `contract` says what a family is."""

from mixtura.emissions.gaussian import Gaussian

EMISSIONS = {"gaussian": Gaussian}
