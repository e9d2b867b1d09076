"""A fitted mixture and what is known about it: the value that files hold, reports show and commands pass on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from mixtura.mixture import Mixture, MixtureParameters
from mixtura.online import Memory
from mixtura.scaling import Scaling
from mixtura.statistics import leaves


@dataclass(frozen=True)
class FittedMixture:
    """A mixture in the units of the data, with the names that people know it by and the record of its making.

    Parameters
    ----------
    model : Mixture
        The emission family and its settings.
    parameters : MixtureParameters
        Weights, and the family's parameters, components in their canonical order.
    features : tuple of str
        Names of the D columns.
    cluster_names : tuple of str
        Names of the K components; "cluster 0", "cluster 1", ... until someone gives better ones.
    order : str
        What the components are sorted by (see `mixtura.ordering.canonical_order`).
    scaling : dict
        Units in which the fit was made: `name`, `centre`, `scale`. Parameters are in the units of the data.
    history : dict
        `n_rows`, `total_weight`, `log_likelihood` (nats, summed), `n_free`, `criteria`, `outcome`, `trace`
        (log-likelihood by iteration), `starts` (kind, log_likelihood, n_iterations, n_rounds, outcome of every start),
        `climbs` (of every start the log-likelihood by iteration; none where it saw but a sample of the rows),
        `selection` (one row for every fit tried), `ranking` (its eligible rows, best first), `criterion`, `remark`,
        `is_complete` (False after an interrupt), `stability` (how clusters fared in fits to rows drawn again, if
        somebody asked).
    provenance : dict
        `versions`, `seed`, `data` (origin, digest), `command`.
    levels : dict
        Of each column of categories its levels, in the order of their numbers from 0 on.
    memory : Memory, optional
        After `mixtura.update`: what is known of the rows so far, in the units of the fit, for the batches to come.
    """

    model: Mixture
    parameters: MixtureParameters
    features: tuple[str, ...]
    cluster_names: tuple[str, ...]
    order: str = "weight"
    scaling: dict[str, Any] = field(default_factory=dict)
    history: dict[str, Any] = field(default_factory=dict)
    provenance: dict[str, Any] = field(default_factory=dict)
    levels: dict[str, list[str]] = field(default_factory=dict)
    memory: Memory | None = None

    def __repr__(self) -> str:
        family = type(self.model.emission).__name__
        return f"<FittedMixture: {family}, components: {self.n_components}, columns: {len(self.features)}>"

    @property
    def n_components(self) -> int:
        """Number of components, K."""
        return len(self.parameters.weights)

    @property
    def units(self) -> Scaling:
        """Those of the fit, as a function of the rows."""
        D = len(self.features)
        centre, scale = self.scaling.get("centre", [0.0] * D), self.scaling.get("scale", [1.0] * D)
        return Scaling(self.scaling.get("name", "none"), np.array(centre), np.array(scale))

    @property
    def in_units_of_fit(self) -> tuple[Mixture, MixtureParameters]:
        """The mixture as the fit saw it, whose settings are in its units."""
        if self.units.is_idle:
            return self.model, self.parameters
        inverse = self.units.inverse
        return self.model.in_units(inverse.centre, inverse.scale), rescaled(self.model, self.parameters, inverse)

    @property
    def remembers(self) -> bool:
        """Whether `memory` is that of these parameters."""
        if self.memory is None:
            return False
        held, own = (list(leaves(p)) for p in (self.memory.parameters, self.in_units_of_fit[1]))
        return len(held) == len(own) and all(map(np.array_equal, held, own))

    @property
    def is_named(self) -> bool:
        """Whether somebody has given a cluster a name of its own."""
        return self.cluster_names != default_names(self.n_components)

    @property
    def middle(self) -> "FittedMixture":
        """The same, with numbers for parameters: of a posterior, the mixture in its middle."""
        model, parameters = self.model.middle(self.parameters)
        return replace(self, model=model, parameters=parameters)

    @property
    def noise_share(self) -> float:
        """The share of the rows that belong to no component; 0 without noise."""
        return 0.0 if self.model.noise is None else max(1.0 - float(self.parameters.weights.sum()), 0.0)

    def renamed(self, names: Mapping[int, str]) -> "FittedMixture":
        """The same mixture, some of its clusters called by other names.

        Parameters
        ----------
        names : dict of int to str
            New names by number of the cluster; an empty one gives back "cluster 0", "cluster 1", ….

        Raises
        ------
        ValueError
            If there is no such cluster, a name is not one printable line, or two clusters would have the same.

        Examples
        --------
        >>> import mixtura
        >>> eruptions = mixtura.datasets.load("faithful").frame("pyarrow")
        >>> fitted = mixtura.assemble(mixtura.select(eruptions, n_components=[2], covariances=["full"]))
        >>> fitted.renamed({0: "Long wait", 1: "Short wait"}).cluster_names
        ('Long wait', 'Short wait')
        """
        called = list(self.cluster_names)
        for k, name in names.items():
            if not 0 <= k < self.n_components:
                raise ValueError(
                    f"There is no cluster {k}: the model has {self.n_components}, and they are counted from 0."
                )
            if not name.isprintable():
                raise ValueError(f"The name of cluster {k} must be one line without control characters.")
            called[k] = name.strip() or default_names(self.n_components)[k]
        repeated = next((name for name in called if called.count(name) > 1), None)
        if repeated is not None:
            raise ValueError(f"Two clusters would be called '{repeated}': give each a name of its own.")
        return replace(self, cluster_names=tuple(called))


class Estimator(Protocol):
    """Whoever has fitted a mixture, such as a `GaussianMixture` after `fit`."""

    def to_fitted(self) -> FittedMixture:
        """The mixture."""


AnyFitted = FittedMixture | Estimator


def fitted_of(model: AnyFitted) -> FittedMixture:
    """The mixture itself, or that of an estimator.

    Raises
    ------
    TypeError
        If it is neither.
    """
    if isinstance(model, FittedMixture):
        return model
    if not hasattr(model, "to_fitted"):
        raise TypeError(
            f"A fitted mixture is needed, from assemble, load or an estimator after fit, and not a "
            f"{type(model).__name__}."
        )
    return model.to_fitted()


def rescaled(model: Mixture, parameters: MixtureParameters, scaling: Scaling) -> MixtureParameters:
    """The parameters for x of a mixture for (x - centre) / scale."""
    if scaling.is_idle:
        return parameters
    emission: Any = model.emission
    return parameters._replace(emission=emission.rescale(parameters.emission, scaling.centre, scaling.scale))


def default_names(n_components: int) -> tuple[str, ...]:
    """What clusters are called until someone names them."""
    return tuple(f"cluster {k}" for k in range(n_components))
