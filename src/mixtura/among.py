"""What noise and priors go by, of rows of which only a sample is at hand: passes over all of them find it."""

import numpy as np

from mixtura.emissions.noise import noise_of
from mixtura.options import Among, Options
from mixtura.priors import row_moments
from mixtura.runners.contract import Sampled


def among_all(source: Sampled, options: Options) -> Options:
    """The options with what all rows say: three passes for the volume of noise, two for the moments of a prior.

    Raises
    ------
    DataError
        If cells are missing, or the rows fill no volume.
    """
    if len(source.sample.points) == source.n_rows:
        return options
    D = source.n_columns
    noise = noise_of(options.outliers, source.blocks, np.ones(D))
    moments = None if options.prior is None else row_moments(source.blocks)
    return options._replace(among=Among(noise, moments))
