"""How the fits of a selection are made, as people ask for it."""

from typing import NamedTuple

from mixtura import em
from mixtura.emissions.noise import UniformNoise
from mixtura.emissions.student import is_dof
from mixtura.priors import Prior, RowMoments
from mixtura.scaling import RIDGE, Scaling
from mixtura.sources.column import Column


class Among(NamedTuple):
    """All rows that those at hand are a sample of, as far as noise and priors go by them; in the units of the data."""

    noise: UniformNoise | None = None
    moments: RowMoments | None = None

    def noise_in(self, scaling: Scaling) -> UniformNoise | None:
        """In the units of a scaling."""
        inverse = scaling.inverse
        return self.noise and self.noise.rescale(inverse.centre, inverse.scale)

    def moments_in(self, scaling: Scaling) -> RowMoments | None:
        """In the units of a scaling."""
        return self.moments and self.moments.in_units(scaling.centre, scaling.scale)


class Options(NamedTuple):
    """How each fit of a selection is made.

    Parameters
    ----------
    scale : {"standard", "robust", "none"}, default="standard"
        Units in which fits are made: mean and standard deviation, median and quartiles, or those of the data.
    ridge : float or tuple of float, default=1e-9
        Added to every variance, in squared units of the scaled data: one number, or one for each column.
    n_init : int, default=None
        So many starts run to the end, and the best is kept; by default diverse starts race.
    max_iterations : int, default=1000
        The most iterations of one fit.
    tolerance : float, default=None
        Nats of log-likelihood in total: a fit ends when less is left to gain. By default a thousandth, and more for
        many rows.
    n_threads : int, default=1
        The result is the same for any number of them.
    equal_weights : bool, default=False
        Whether all components have the same mixing weight.
    stop : callable, default=None
        Another rule for when a fit ends than `tolerance`; see `mixtura.acceleration`.
    n_folds : int, default=5
        Parts of the rows that are left out in turn, where fits are judged by rows that they have not seen.
    prior : mixtura.Prior, default=None
        What is believed of the components, in the units of the data.
    columns : tuple of Column, default=()
        What the columns are, where some hold no numbers; tables say so by themselves.
    outliers : {"none", "uniform"}, default="none"
        With "uniform" rows may belong to a noise that is uniform over the volume of all.
    dof : {"shared", "free"} or float, default=None
        Degrees of freedom of Student's components, as in `StudentMixture`; by default components are Gaussian.
    count_family : {"poisson", "negative_binomial"}, default="poisson"
        The law of counts within a component; negative binomials vary more.
    prune : bool, default=True
        Whether fits that a first look shows to be hopeless are left at that.
    among : Among, optional
        What is known of all rows where those at hand are some of them; sources that are read block by block say it.

    Examples
    --------
    >>> from mixtura import Options, datasets, select
    >>> eruptions = datasets.load("faithful").data
    >>> select(eruptions, n_components=[2], options=Options(equal_weights=True)).best.parameters.weights
    array([0.5, 0.5])
    """

    scale: str = "standard"
    ridge: float | tuple[float, ...] = RIDGE
    n_init: int | None = None
    max_iterations: int = 1000
    tolerance: float | None = None
    n_threads: int = 1
    equal_weights: bool = False
    stop: em.Stop | None = None
    n_folds: int = 5
    prior: Prior | None = None
    columns: tuple[Column, ...] = ()
    outliers: str = "none"
    dof: str | float | None = None
    count_family: str = "poisson"
    prune: bool = True
    among: Among = Among()

    @property
    def of_fits(self) -> "Options":
        """The same without what changes no fit."""
        return self._replace(n_threads=1, prune=True)


def check_tails(options: Options) -> None:
    """Raise ValueError unless Student's components are asked for where there can be some."""
    if options.dof is None:
        return
    if options.prior is not None or options.columns:
        raise ValueError(
            f"dof={options.dof!r} asks for Student's components, which take neither a prior nor columns that hold no "
            "numbers: leave these out, or dof."
        )
    if not is_dof(options.dof):
        raise ValueError(f"dof={options.dof!r} is neither 'shared' nor 'free' nor a finite number above zero.")
